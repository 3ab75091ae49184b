import assert from "node:assert/strict";
import { compare } from "./compare.ts";
import { describeDifference } from "./describe.ts";
import { generateProgram } from "./generator/index.ts";
import { seedOf } from "./random.ts";
import { TARGETS } from "./targets.ts";
import { toolchain } from "./toolchain.ts";

const PROGRAMS = 24;

describe("random programs", function () {
  this.timeout(180_000);

  it("give on every target what they give under Node", async () => {
    const programs = Array.from({ length: PROGRAMS }, (_, i) => generateProgram(seedOf(1, i)));
    const { accepted, refused, differences } = await compare(programs, TARGETS, toolchain);
    assert.equal(differences.map(describeDifference).join("\n\n"), "");
    assert.ok(accepted >= 0.9 * PROGRAMS, refused.map(({ reason }) => reason).join("\n"));
  });

  it("book the bundle that the Luas of a dialect share to none of them", async () => {
    const takesMs = 3000;
    const compileToLua: typeof toolchain.compileToLua = (options) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, takesMs);
      return toolchain.compileToLua(options);
    };
    const luas = TARGETS.filter(({ name }) => /^lua(?:5\.1-with-bit|jit|5\.3)$/.test(name));
    const programs = [generateProgram(seedOf(1, 0))];
    const { times } = await compare(programs, luas, { ...toolchain, compileToLua });
    assert.deepEqual(Object.keys(times).sort(), [
      "bundle-5.1",
      "bundle-5.3",
      "compiler",
      ...["lua5.1-with-bit", "lua5.3", "luajit", "node"],
    ]);
    for (const dialect of ["5.1", "5.3"]) assert.ok(times[`bundle-${dialect}`] >= takesMs);
    for (const { name } of luas)
      assert.ok(times[name] > 0 && times[name] < takesMs, `${name}: ${times[name]} ms`);
  });
});
