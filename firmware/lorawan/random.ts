/**
 * Pseudo-random numbers for channels and waiting times. Nothing secret hangs on them: nonces are counters
 * and keys come from outside. Linear congruential, with the constants of Numerical Recipes.
 */
import { mul32, type u16, u32 } from "../lang/index.ts";

let state: u32 = 0;

/** The next number; the high half, whose bits have the long periods. */
export function random16(): u16 {
  state = u32(mul32(state, 1664525) + 1013904223);
  return state >>> 16;
}

/** Starts the sequence from noise, and from a number that differs between devices. */
export function seedRandom(noise: u32, device: u32): void {
  state = u32(noise ^ device);
  // Neighbours part only after some steps.
  for (let i = 0; i < 4; i++) random16();
}
