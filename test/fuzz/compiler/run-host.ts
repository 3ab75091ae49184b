/** This host, with gcc's checks for undefined behaviour and for accesses outside of what there is. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { END } from "./batch.ts";
import { C_FLAGS, RANDOM_FLAGS } from "./c-program.ts";
import { type Run, wordsOf } from "./calls.ts";
import type { CTarget } from "./run-c.ts";

/** Words pass through standard input and output. */
export const HOST_PORT = `#include <stdio.h>
#include <stdlib.h>
static uint32_t port_read(void) {
  uint32_t word = END;
  if (fread(&word, sizeof word, 1, stdin) != 1) exit(2);
  return word;
}
static void port_write(uint32_t word) {
  fwrite(&word, sizeof word, 1, stdout);
  fflush(stdout);
}
`;
/** What is read before it is written has a value that no program expects. */
export const HOST_CHECKS = [
  "-fsanitize=undefined,address",
  "-fno-sanitize-recover=all",
  "-ftrivial-auto-var-init=pattern",
];
/** How long one call may take: a program that Node has run does not loop for ever, what was made of it might. */
const LIMIT_MS = 20_000;

export function hostTarget(optimisation: "O0" | "O2" | "Os"): CTarget {
  return {
    name: `host-${optimisation}`,
    port: HOST_PORT,
    compiler: "gcc",
    flags: [...C_FLAGS, ...RANDOM_FLAGS, `-${optimisation}`, ...HOST_CHECKS],
    async load(folder) {
      return (calls) => runHostProgram(join(folder, "program"), wordsOf(calls, END));
    },
  };
}

/** Has a program read words, to its end. */
export function runHostProgram(path: string, words: Uint32Array): Run {
  const { stdout, stderr, status, signal } = spawnSync(path, [], {
    input: Buffer.from(words.buffer),
    maxBuffer: 2 ** 26,
    timeout: LIMIT_MS,
    env: { ...process.env, ASAN_OPTIONS: "detect_leaks=0" },
  });
  const whole = stdout.subarray(0, stdout.length - (stdout.length % 4));
  const values = [...new Uint32Array(new Uint8Array(whole).buffer)];
  if (status === 0) return { values };
  const reason = stderr
    .toString()
    .split("\n")
    .find((line) => /runtime error|ERROR/.test(line));
  return { values, failure: reason ?? `ended by ${signal ?? `status ${status}`}` };
}
