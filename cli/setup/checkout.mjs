/** Whether this is a checkout, which builds itself when it is used, or the npm package, which comes built. */
import { existsSync } from "node:fs";

export const isCheckout = existsSync(new URL("../../tsconfig.build.json", import.meta.url));
