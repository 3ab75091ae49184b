/**
 * The same functions as a program of this computer, their C watched for undefined behaviour, against the same known
 * answers.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { aesCore } from "../../../toolchain/image/aes-core.ts";
import type { FamilyName } from "../../../toolchain/image/processors.ts";
import { specifyVectors } from "../spec.ts";
import { imageSubject, STORE_BYTES } from "./image-subject.ts";

const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const FLAGS = [
  ...["-std=gnu99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Wno-overflow", "-Werror"],
  ...["-fsanitize=undefined,address", "-fno-sanitize-recover=all"],
];

/** The program, with what a processor of the family computes AES by. */
function build(folder: string, family: FamilyName): string {
  const { diagnostics, files } = compile({ entry: own("runner.ts"), aes: aesCore(family) });
  if (diagnostics.length > 0) throw new Error(formatDiagnostics(diagnostics, { colour: false }));
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const sources = [...files.keys()].filter((name) => name.endsWith(".c"));
  const program = join(folder, "program");
  const arguments_ = [...FLAGS, `-DSTORE_BYTES=${STORE_BYTES}`, "-I.", ...sources, own("host/hal.c")];
  execFileSync("gcc", [...arguments_, "-o", program], { cwd: folder, stdio: "pipe" });
  return program;
}

describe("known answers, as a program of this computer", () => {
  for (const family of ["avr", "cortex-m0plus"] as const)
    describe(`with the AES of ${family}`, () => {
      let folder: string;
      let program: string;

      before(function () {
        this.timeout(60_000);
        folder = mkdtempSync(join(tmpdir(), "joinery-vectors-"));
        program = build(folder, family);
      });
      after(() => rmSync(folder, { recursive: true, force: true }));

      specifyVectors(() =>
        imageSubject((store) => Uint8Array.from(execFileSync(program, { input: store, stdio: "pipe" }))),
      );
    });
});
