/** The interrupts of processors against the headers and the C that name them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROCESSORS } from "../../../toolchain/image/processors.ts";
import { VECTORS } from "../../../toolchain/image/vectors.ts";
import { packageRoot } from "../../../toolchain/package-root.ts";

describe("the interrupts of processors", () => {
  it("are known of each", () => {
    assert.deepEqual(Object.keys(VECTORS).sort(), Object.keys(PROCESSORS).sort());
  });

  const avr = Object.entries(PROCESSORS).filter(([, { family }]) => family === "avr");
  for (const [name] of avr) {
    it(`are those of avr/io.h for the ${name}`, () => {
      const input = "#include <avr/io.h>\n";
      const macros = execFileSync("avr-gcc", [`-mmcu=${name}`, "-E", "-dM", "-"], {
        input,
        encoding: "utf8",
      });
      const names = [...macros.matchAll(/^#define (\w+_vect) /gm)].map(([, vector]) => vector);
      assert.deepEqual([...VECTORS[name]].sort(), names.sort());
    });
  }

  for (const name of ["stm32l073rz", "rp2040"]) {
    it(`are those of the table of vectors for the ${name}`, () => {
      const text = readFileSync(join(packageRoot, "boards/processors", name, "start.c"), "utf8");
      const names = [...text.matchAll(/^HANDLER\((\w+)\);$/gm)].map(([, handler]) => handler);
      assert.deepEqual([...VECTORS[name]].sort(), names.sort());
    });
  }
});
