/**
 * Pseudo-random numbers for channels and waiting times. Nothing secret hangs on them: nonces are counters
 * and keys come from outside. Linear congruential, with the constants of Numerical Recipes.
 */
import { mul32, type u16, u32 } from "../lang/index.ts";

let state: u32 = 0;

/** Starts the sequence from noise, and from an octet string that differs between devices. */
export function seedRandom(noise: u32, device: u32): void {
  state = u32(noise ^ device);
}

/** The next number; the high half, whose bits have the long periods. */
export function random16(): u16 {
  state = u32(mul32(state, 1664525) + 1013904223);
  return state >>> 16;
}
