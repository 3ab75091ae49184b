/**
 * AES-128 and CMAC, compiled from firmware/crypto and written by hand in C (test/bench/c): the same algorithm,
 * built by the same gcc with the same flags, measured the same way.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, formatDiagnostics } from "../../toolchain/compiler/index.ts";
import { avr, type Core, cortexM0 } from "./cores.ts";

export const BY_HAND = fileURLToPath(new URL("./c/", import.meta.url));

export interface CryptoFigures {
  /** Octets of code and constants, with the S-box: of AES alone, and with CMAC. */
  readonly aesBytes: number;
  readonly bytes: number;
  /** Cycles of the key schedule, of a block, and of a CMAC over 20 octets, key schedule and all. */
  readonly key: number;
  readonly block: number;
  readonly cmac20: number;
}

export interface CryptoComparison {
  readonly core: string;
  readonly gcc: string;
  readonly compiled: CryptoFigures;
  readonly byHand: CryptoFigures;
}

const FLAGS = ["-std=gnu99", "-Os", "-ffunction-sections", "-fdata-sections"];
const SOURCES = ["aes.c", "cmac.c"];

/** AES-128 of FIPS 197, appendix B, and the CMAC of 20 octets that NIST gives with SP 800-38B: what `driver.c` asks for. */
const ANSWERS = {
  driver_block: "3925841d02dc09fbdc118597196a0b32",
  driver_tag: "7d85449ea6ea19c823a7bf78837dfade",
};

/** Measures both on the ATmega328P and the Cortex-M0+. Throws where one computes something else than it should. */
export function compareCrypto(): CryptoComparison[] {
  const { diagnostics, files } = compile({ entry: join(BY_HAND, "crypto.ts") });
  if (diagnostics.length > 0) throw new Error(formatDiagnostics(diagnostics, { colour: false }));
  const byHand = new Map(
    ["aes.c", "aes.h", "cmac.c", "cmac.h", "flash.h"].map((name) => [
      name,
      readFileSync(join(BY_HAND, name), "utf8"),
    ]),
  );
  return [avr, cortexM0].map((core) => ({
    core: core.name,
    gcc: run(core, "gcc", ["-dumpversion"], BY_HAND).trim(),
    compiled: measure(core, files),
    byHand: measure(core, byHand),
  }));
}

function measure(core: Core, files: ReadonlyMap<string, string>): CryptoFigures {
  const folder = mkdtempSync(join(tmpdir(), "joinery-bench-"));
  try {
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    copyFileSync(join(BY_HAND, "driver.c"), join(folder, "driver.c"));
    const objects = [...SOURCES, "driver.c"].map((source) => source.replace(".c", ".o"));
    run(core, "gcc", [...core.flags, ...FLAGS, "-c", ...SOURCES, "driver.c"], folder);
    const link = [...core.flags, ...core.linkFlags, "-Wl,--gc-sections", ...objects, "-o", "program"];
    run(core, "gcc", link, folder);
    run(core, "objcopy", ["-O", "binary", "program", "program.bin"], folder);
    const symbols = symbolsOf(run(core, "nm", ["program"], folder));
    const { marks, read } = core.run(readFileSync(join(folder, "program.bin")), symbols, 5);
    for (const [name, answer] of Object.entries(ANSWERS)) {
      const found = Buffer.from(read(symbols.get(name)!, 16)).toString("hex");
      if (found !== answer) throw new Error(`${name} on the ${core.name} is ${found}, not ${answer}`);
    }
    const [nothing, key, block, cmac20] = marks.slice(1).map((cycles, i) => cycles - marks[i]);
    const [aesBytes, cmacBytes] = SOURCES.map((source) => sizeOf(core, source.replace(".c", ".o"), folder));
    return {
      aesBytes,
      bytes: aesBytes + cmacBytes,
      key: key - nothing,
      block: block - nothing,
      cmac20: cmac20 - nothing,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Text and data of an object file. */
function sizeOf(core: Core, object: string, folder: string): number {
  const [text, data] = run(core, "size", [object], folder)
    .trim()
    .split("\n")[1]
    .trim()
    .split(/\s+/)
    .map(Number);
  return text + data;
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
