/** The C of a batch as one translation unit for a target: modules, a dispatcher over programs, the target's port. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SOUND_OPTIMISATION, WARNINGS } from "../../../toolchain/image/gcc.ts";
import { END, type Member, ownerOf } from "./batch.ts";
import { HASH } from "./calls.ts";
import { interruptOf } from "./program.ts";

/** The C that boards get, without what gcc adds to the language. */
export const C_FLAGS = ["-std=c99", ...WARNINGS, ...SOUND_OPTIMISATION];
/**
 * Random programs compare what is always smaller, mix signs in ways that no one writes, and access arrays behind guards
 * that never hold: there gcc warns of indices that it makes up. What is accessed in truth, the sanitizers watch. They
 * also copy octets onto themselves, by memmove, which gcc makes memcpy of and then warns of.
 */
export const RANDOM_FLAGS = [
  "-Wno-type-limits",
  "-Wno-sign-conversion",
  "-Wno-tautological-compare",
  "-Wno-array-bounds",
  "-Wno-stringop-overflow",
  "-Wno-restrict",
];

/**
 * Writes the modules of the members, and "whole.c": `int main(void)` reads program, a and b by `port_read`, until END,
 * and gives the checksum of each call to `port_write`. `port` is the C of these two functions. Programs of the batch
 * that are no members are not part of it.
 */
export function writeWhole(
  folder: string,
  members: readonly Member[],
  files: ReadonlyMap<string, string>,
  port: string,
): void {
  mkdirSync(folder, { recursive: true });
  const chosen = new Set(members.map(({ index }) => index));
  const own = [...files].filter(([name]) => {
    const owner = ownerOf(name);
    return owner ? chosen.has(owner.index) : !/^main\.[ch]$/.test(name);
  });
  for (const [name, text] of own) writeFileSync(join(folder, name), text);
  const includes = own.filter(([name]) => name.endsWith(".c")).map(([name]) => `#include "${name}"\n`);
  const clauses = members.map(({ index, program }) => {
    const handler = interruptOf(program)?.vector ?? "0";
    return `    case ${index}: handler = ${handler}; return p${index}_run(a, b);\n`;
  });
  writeFileSync(
    join(folder, "whole.c"),
    `${includes.join("")}#include "joinery.h"
#include "port.h"
#line 1 "whole.c"
static uint32_t hash;
static uint16_t ticks;
void test_trace(uint32_t value) { hash = hash * 31u + value; }
static void (*handler)(void);
uint16_t test_tick(void) {
  if (handler != 0) { handler(); }
  return ticks++;
}
static uint32_t call(uint16_t which, uint32_t a, uint32_t b) {
  switch (which) {
${clauses.join("")}    default: return 0;
  }
}
#define END UINT32_C(${END})
${port}
int main(void) {
  uint32_t which = port_read();
  while (which != END) {
    const uint32_t a = port_read();
    const uint32_t b = port_read();
    hash = ${HASH};
    ticks = 0;
    const uint32_t value = call((uint16_t)which, a, b);
    port_write(hash * 31u + value);
    which = port_read();
  }
  return 0;
}
`,
  );
}
