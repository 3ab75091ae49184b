/** The seeded generator behind everything of a run that must repeat: names, noise, addresses. Never keys. */
import { randomInt } from "node:crypto";

/** A generator of numbers from 0 (inclusive) to 1 (exclusive): sfc32 (C. Doty-Humphrey, PractRand), seeded by one integer. */
export function seededRandom(seed: number): () => number {
  let a = 0;
  let b = 0;
  let c = seed | 0;
  let counter = 1;
  const next = () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return (result >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** By the system's CSPRNG, in [0, 1): for names of what lives on, which two benches with one seed must not share. */
export const systemRandom = (): number => randomInt(2 ** 32) / 2 ** 32;

/** `digits` upper-case hexadecimal digits. */
export function randomHex(random: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16))
    .join("")
    .toUpperCase();
}
