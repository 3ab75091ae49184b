/** Runs fleet-worker.ts as it is in the sources: a thread does not inherit what lets its owner load TypeScript. */
import { register } from "tsx/esm/api";

register();
await import("./fleet-worker.ts");
