/** Writes the channel plans of the firmware anew from `firmware/regions/regions.json`: `npm run regions`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";
import { antennaPlanSource, planFile, planSource, REGION_NAMES } from "./index.ts";

for (const name of REGION_NAMES)
  writeFileSync(join(packageRoot, "firmware", "regions", planFile(name)), planSource([name]));
writeFileSync(join(packageRoot, "firmware", "regions", "cn470-plans.ts"), antennaPlanSource());
