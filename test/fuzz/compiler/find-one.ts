/** What the programs of the short form show of a compiler. */
import { compare, type Difference } from "./compare.ts";
import { generateProgram } from "./generator/index.ts";
import { seedOf } from "./random.ts";
import { targetsNamed } from "./targets.ts";
import type { Toolchain } from "./toolchain.ts";

/** As many as the short form of the fuzz runs. */
const PROGRAMS = 96;
const AT_ONCE = 24;

/** The first difference that the programs of the short form show. */
export async function findOne(
  toolchain: Toolchain,
  targets: readonly string[],
): Promise<Difference | undefined> {
  for (let from = 0; from < PROGRAMS; from += AT_ONCE) {
    const programs = Array.from({ length: AT_ONCE }, (_, i) => generateProgram(seedOf(1, from + i)));
    const { differences } = await compare(programs, targetsNamed(targets), toolchain);
    if (differences.length > 0) return differences[0];
  }
  return undefined;
}
