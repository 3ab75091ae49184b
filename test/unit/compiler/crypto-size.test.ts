/**
 * AES-128 and CMAC compiled from the firmware cost what they cost in C by hand, to 3 %, and exactly what is on record.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BY_HAND, type CryptoComparison, type CryptoFigures, compareCrypto } from "../../bench/crypto.ts";
import { vectors } from "../../vectors/vectors.ts";

const FILE = "test/data/crypto.json";
const known: readonly CryptoComparison[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../..", FILE), "utf8"),
);

/** Which figures are not those on record, and what they are now. */
function differences(before: CryptoFigures, now: CryptoFigures): string[] {
  return (Object.keys(now) as (keyof CryptoFigures)[])
    .filter((figure) => now[figure] !== before[figure])
    .map((figure) => `${figure} went from ${before[figure]} to ${now[figure]}`);
}

describe("AES-128 and CMAC", function () {
  this.timeout(120_000);

  let compared: readonly CryptoComparison[];
  before(() => {
    compared = compareCrypto();
  });

  for (const { core, gcc, compiled, scheduled, byHand } of known) {
    it(`take at most 3 % more than by hand on the ${core}`, () => {
      const now = compared.find((one) => one.core === core)!;
      assert.ok(now.compiled.bytes <= 1.03 * now.byHand.bytes, JSON.stringify(now));
    });

    it(`take what ${FILE} says on the ${core}`, function () {
      const now = compared.find((one) => one.core === core)!;
      if (now.gcc !== gcc) this.skip();
      assert.deepEqual(differences(compiled, now.compiled), [], "compiled");
      assert.deepEqual(differences(scheduled, now.scheduled), [], "compiled with KEY_SCHEDULE");
      assert.deepEqual(differences(byHand, now.byHand), [], "by hand");
    });
  }

  for (const aesC of ["aes-octets.c", "aes-words.c"])
    it(`give the known answers in ${aesC} by hand, too`, () => {
      const aes = vectors<{ key: string; plaintext: string; ciphertext: string }>("aes128");
      const cmac = vectors<{ key: string; message: string; mac: string }>("cmac");
      const folder = mkdtempSync(join(tmpdir(), "joinery-by-hand-"));
      try {
        const program = join(folder, "answers");
        const sources = [aesC, "s-box.c", "cmac.c", "answers.c"].map((name) => join(BY_HAND, name));
        const checks = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined,address"];
        execFileSync("gcc", [...checks, "-fno-sanitize-recover=all", ...sources, "-o", program], {
          stdio: "pipe",
        });
        const questions = [
          ...aes.map(({ key, plaintext }) => `a ${key} ${plaintext}`),
          ...cmac.map(({ key, message }) => `c ${key} ${message}`),
        ];
        const answers = execFileSync(program, { input: `${questions.join("\n")}\n`, encoding: "utf8" });
        const expected = [...aes.map(({ ciphertext }) => ciphertext), ...cmac.map(({ mac }) => mac)];
        assert.deepEqual(answers.trim().split("\n"), expected);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
});
