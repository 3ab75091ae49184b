export type { Dio, RadioChannel, RadioChip, RadioEvent } from "./radio-chip.ts";
export { Sx1276, type Sx1276Options } from "./sx1276/index.ts";
