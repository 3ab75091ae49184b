/** Where the whitening of GFSK starts. SX1261/2 datasheet, chapter 12 (table 12-1). */
import type { ChipState } from "./chip-state.ts";
import { Reg } from "./registers.ts";

/** Nine bits, the highest of which is in a register that has others, too. */
export function whiteningSeed({ registers }: Pick<ChipState, "registers">): number {
  return ((registers.read(Reg.WhiteningMsb) & 1) << 8) | registers.read(Reg.WhiteningLsb);
}
