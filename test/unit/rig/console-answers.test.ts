/** What devices answer on their console. */
import assert from "node:assert/strict";
import { identityIn, isAnswerTo, refusalIn, stateIn } from "../../../hil/rig/console-answers.ts";

describe("answers of the console", () => {
  it("tell names and version", () => {
    assert.deepEqual(identityIn("=id 0200000012345678 02000000000000AB 1.0.4"), {
      devEui: "0200000012345678",
      joinEui: "02000000000000AB",
      lorawan: "1.0.4",
    });
  });

  it("tell the state with a session and without", () => {
    assert.deepEqual(stateIn("=state joined 26011F42 4294967295 C"), {
      devAddr: "26011F42",
      fCntUp: 4294967295,
      deviceClass: "C",
    });
    assert.deepEqual(stateIn("=state out - 0 A"), { devAddr: undefined, fCntUp: 0, deviceClass: "A" });
  });

  it("refuse with a reason", () => {
    assert.match(refusalIn("=err argument")!, /FPort or payload/);
    assert.equal(refusalIn("=err later"), "later");
    assert.equal(refusalIn("=ok"), undefined);
  });

  it("are told from what a device prints of its own accord", () => {
    assert.ok(isAnswerTo("!join", "=ok"));
    assert.ok(!isAnswerTo("!join", "joined 26011F42"));
  });

  it("are told from those to noise, and to other commands", () => {
    assert.ok(!isAnswerTo("?id", "=err unknown"));
    assert.ok(!isAnswerTo("!send 1 00", "=err line"));
    assert.ok(!isAnswerTo("?id", "=state out - 0 A"));
    assert.ok(isAnswerTo("!send 224 00", "=err argument"));
    assert.ok(isAnswerTo(`!send 1 ${"00".repeat(30)}`, "=err line"));
  });

  for (const line of ["=ok", "=id 02 02 1.1", "=state joined - 0 A", "=state out - x A"]) {
    it(`that mean nothing are refused: ${line}`, () => {
      assert.throws(() => (line.startsWith("=id") ? identityIn(line) : stateIn(line)), /means nothing here/);
    });
  }
});
