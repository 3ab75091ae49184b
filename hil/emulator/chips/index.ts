export { createRadio, type RadioOptions } from "./create-radio.ts";
export type {
  Dio,
  FskChannel,
  LoraChannel,
  RadioChannel,
  RadioChip,
  RadioEvent,
  RadioState,
} from "./radio-chip.ts";
export { Sx127x, type Sx127xOptions } from "./sx127x/index.ts";
export { type BoardTraits, Sx1262, type Sx1262Options } from "./sx1262/index.ts";
