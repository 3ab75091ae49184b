/** The module behind "#region" for the regions of an image. */
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";
import { planFile, type RegionName } from "./figures.ts";
import { planSource } from "./plan-source.ts";

const FOLDER = join(packageRoot, "firmware", "regions");

/** Of one region it is a file of the firmware; of several there is no file, but the text to compile in its place. */
export function regionModule(names: readonly RegionName[]): {
  readonly path: string;
  readonly sources: Readonly<Record<string, string>>;
} {
  if (names.length === 1) return { path: join(FOLDER, planFile(names[0])), sources: {} };
  const path = join(FOLDER, "chosen.ts");
  return { path, sources: { [path]: planSource(names) } };
}
