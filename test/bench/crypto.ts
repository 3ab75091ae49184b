/**
 * AES-128 and CMAC, compiled from firmware/crypto and written by hand in C (test/bench/c): the same algorithms,
 * built by the same gcc with the flags of an image, measured the same way.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, formatDiagnostics } from "../../toolchain/compiler/index.ts";
import { aesCore } from "../../toolchain/image/aes-core.ts";
import type { FamilyName } from "../../toolchain/image/processors.ts";
import { avr, type Core, cortexM0 } from "./cores.ts";

export const BY_HAND = fileURLToPath(new URL("./c/", import.meta.url));

export interface CryptoFigures {
  /** Octets of code and constants, with the S-box: of AES alone, and with CMAC. */
  readonly aesBytes: number;
  readonly bytes: number;
  /** Octets of RAM while no cipher runs, and of stack while a CMAC does. */
  readonly ramBytes: number;
  readonly stackBytes: number;
  /** Cycles to make the round keys, where that is done once for a key; null where each block makes them on the way. */
  readonly key: number | null;
  /** Cycles of a block, and of a CMAC over 20 octets, which is three of them and the round keys. */
  readonly block: number;
  readonly cmac20: number;
}

export interface CryptoComparison {
  readonly core: string;
  readonly gcc: string;
  readonly compiled: CryptoFigures;
  /** With `KEY_SCHEDULE`. */
  readonly scheduled: CryptoFigures;
  readonly byHand: CryptoFigures;
}

/** The C of an implementation: its files by name, and the names of those that are AES alone. */
interface Implementation {
  readonly files: ReadonlyMap<string, string>;
  readonly aes: readonly string[];
  /** Whether round keys are made once for a key. */
  readonly isScheduled: boolean;
}

const CMAC = "cmac.c";

/** Calls of `mark` in `driver.c`. */
const MARKS = 6;

/**
 * AES-128 of FIPS 197, appendix B, and the CMAC of 20 octets that NIST gives with SP 800-38B: what `driver.c` asks for.
 */
const ANSWERS = {
  driver_block: "3925841d02dc09fbdc118597196a0b32",
  driver_tag: "7d85449ea6ea19c823a7bf78837dfade",
};

/** Measures both on the ATmega328P and the Cortex-M0+. Throws where one computes something else than it should. */
export function compareCrypto(): CryptoComparison[] {
  return [avr, cortexM0].map((core) => ({
    core: core.name,
    gcc: run(core, "gcc", ["-dumpversion"], BY_HAND).trim(),
    compiled: measure(core, compiledCrypto(core.family)),
    scheduled: measure(core, compiledCrypto(core.family, true)),
    byHand: measure(core, cryptoByHand(core.family)),
  }));
}

/** The firmware's, as it is for processors of a family. */
export function compiledCrypto(family: FamilyName, isScheduled = false): Implementation {
  const aes = aesCore(family);
  const { diagnostics, files } = compile({
    entry: join(BY_HAND, "crypto.ts"),
    aes,
    config: { KEY_SCHEDULE: isScheduled },
  });
  if (diagnostics.length > 0) throw new Error(formatDiagnostics(diagnostics, { colour: false }));
  const module = cNameOf(aes);
  const names = `#include "${module}.h"\n#define aes_encryptBlock ${module}_encryptBlock\n#define aes_forgetKey ${module}_forgetKey\n`;
  return { files: new Map([...files, ["aes.h", names]]), aes: [`${module}.c`, "s_box.c"], isScheduled };
}

function cryptoByHand(family: FamilyName): Implementation {
  const aes = [`${basename(aesCore(family), ".ts")}.c`, "s-box.c"];
  const names = [...aes, "aes.h", "s-box.h", CMAC, "cmac.h", "flash.h"];
  return {
    files: new Map(names.map((name) => [name, readFileSync(join(BY_HAND, name), "utf8")])),
    aes,
    isScheduled: false,
  };
}

function cNameOf(module: string): string {
  return basename(module, ".ts").replaceAll("-", "_");
}

/** Runs `driver.c` with an implementation. */
function measure(core: Core, { files, aes, isScheduled }: Implementation): CryptoFigures {
  const folder = mkdtempSync(join(tmpdir(), "joinery-bench-"));
  try {
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    copyFileSync(join(BY_HAND, "driver.c"), join(folder, "driver.c"));
    const sources = [...aes, CMAC, "driver.c"];
    const objects = sources.map((source) => source.replace(".c", ".o"));
    run(core, "gcc", [...core.flags, "-c", ...sources], folder);
    run(core, "gcc", [...core.linkFlags, "-Wl,--gc-sections", ...objects, "-o", "program"], folder);
    run(core, "objcopy", ["-O", "binary", "program", "program.bin"], folder);
    const symbols = symbolsOf(run(core, "nm", ["program"], folder));
    const { marks, stacks, read } = core.run(readFileSync(join(folder, "program.bin")), symbols, MARKS);
    for (const [name, answer] of Object.entries(ANSWERS)) {
      const found = Buffer.from(read(symbols.get(name)!, 16)).toString("hex");
      if (found !== answer) throw new Error(`${name} on the ${core.name} is ${found}, not ${answer}`);
    }
    const [nothing, first, block, , cmac20] = marks.slice(1).map((cycles, i) => cycles - marks[i]);
    const ofAes = aes.map((source) => sizeOf(core, source.replace(".c", ".o"), folder));
    const ofCmac = sizeOf(core, "cmac.o", folder);
    const aesBytes = sum(ofAes.map(({ flash }) => flash));
    return {
      aesBytes,
      bytes: aesBytes + ofCmac.flash,
      ramBytes: sum([...ofAes, ofCmac].map((size) => size.ram)),
      stackBytes: stacks[MARKS - 1],
      key: isScheduled ? first - block : null,
      block: block - nothing,
      cmac20: cmac20 - nothing,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** What an object file takes: text and data of the flash, data and bss of the RAM. */
function sizeOf(
  core: Core,
  object: string,
  folder: string,
): { readonly flash: number; readonly ram: number } {
  const [text, data, bss] = run(core, "size", [object], folder)
    .trim()
    .split("\n")[1]
    .trim()
    .split(/\s+/)
    .map(Number);
  return { flash: text + data, ram: data + bss };
}

function symbolsOf(nm: string): Map<string, number> {
  const lines = nm.matchAll(/^([0-9a-f]+) \w (\w+)$/gm);
  return new Map([...lines].map(([, address, name]) => [name, Number.parseInt(address, 16)]));
}

function run(core: Core, tool: string, args: readonly string[], cwd: string): string {
  return execFileSync(`${core.prefix}-${tool}`, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}
