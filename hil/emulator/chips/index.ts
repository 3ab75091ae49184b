export { createRadio, type RadioOptions } from "./create-radio.ts";
export type { Dio, FskChannel, LoraChannel, RadioChannel, RadioChip, RadioEvent } from "./radio-chip.ts";
export { type BoardTraits, Sx1262, type Sx1262Options } from "./sx1262/index.ts";
export { Sx1276, type Sx1276Options } from "./sx1276/index.ts";
