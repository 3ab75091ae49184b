import assert from "node:assert/strict";
import { compare } from "./compare.ts";
import { describeDifference } from "./describe.ts";
import { generateProgram } from "./generator/index.ts";
import { seedOf } from "./random.ts";
import { TARGETS } from "./targets.ts";
import { toolchain } from "./toolchain.ts";

const PROGRAMS = 48;

describe("random programs", function () {
  this.timeout(180_000);

  it("give on every target what they give under Node", async () => {
    const programs = Array.from({ length: PROGRAMS }, (_, i) => generateProgram(seedOf(1, i)));
    const { accepted, refused, differences } = await compare(programs, TARGETS, toolchain);
    assert.equal(differences.map(describeDifference).join("\n\n"), "");
    assert.ok(accepted >= 0.9 * PROGRAMS, refused.map(({ reason }) => reason).join("\n"));
  });
});
