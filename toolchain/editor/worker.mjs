/** The thread of the compiler: the built one, or in a checkout the sources themselves. */
import { existsSync } from "node:fs";

const sources = new URL("./worker.ts", import.meta.url);
if (existsSync(sources)) {
  const { register } = await import("tsx/esm/api");
  register();
  await import(sources.href);
} else {
  await import(new URL("../../dist/toolchain/editor/worker.js", import.meta.url).href);
}
