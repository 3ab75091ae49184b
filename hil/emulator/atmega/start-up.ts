/**
 * How long the oscillator takes to be stable after power-down, by the low fuse: data sheet DS40002061B, tables 9-1,
 * 9-4, 9-6, 9-9, 9-11, 9-13 and 9-16 (Atmel-7766J, section 6). What the fuse adds at power-up is not among it.
 */

/** Cycles of a clock that runs at once: the RC oscillator, and a clock from outside. */
const RUNNING = 6;

/** By SUT1:0, of a crystal or a resonator of 0.4 MHz and more, with CKSEL0 = 0 and 1. */
const RESONATOR = [258, 258, 1024, 1024] as const;
const CRYSTAL = [1024, 16_384, 16_384, 16_384] as const;

/** By CKSEL0, of a watch crystal. */
const WATCH_CRYSTAL = [1024, 32_768] as const;

/** Cycles from the interrupt that ends power-down to its entry. `lowFuse` in hexadecimal. */
export function startUpCycles(lowFuse: string): number {
  const fuse = Number.parseInt(lowFuse, 16);
  const source = fuse & 15;
  const startUpTime = (fuse >> 4) & 3;
  if (source >= 6) return (source & 1 ? CRYSTAL : RESONATOR)[startUpTime];
  if (source >= 4) return WATCH_CRYSTAL[source & 1];
  return RUNNING;
}
