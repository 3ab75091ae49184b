import assert from "node:assert/strict";
import { parseMacCommands, rekeyConf, rekeyInd } from "../../../hil/lorawan/index.ts";
import { hex, octets } from "./vectors.ts";

const names = (sequence: string, direction: "up" | "down") => {
  const { commands, rest } = parseMacCommands(octets(sequence), direction);
  return {
    names: commands.map((command) => `${command.name} ${hex(command.payload)}`.trim()),
    rest: hex(rest),
  };
};

describe("lorawan MAC commands", () => {
  it("reads RekeyInd and writes RekeyConf", () => {
    assert.equal(hex(rekeyInd(1)), "0b01");
    assert.equal(hex(rekeyConf(1)), "0b01");
    assert.deepEqual(names("0b01", "up"), { names: ["RekeyInd 01"], rest: "" });
    assert.deepEqual(names("0b01", "down"), { names: ["RekeyConf 01"], rest: "" });
  });

  it("takes lengths by direction", () => {
    assert.deepEqual(names("02030706ff20", "up"), {
      names: ["LinkCheckReq", "LinkADRAns 07", "DevStatusAns ff20"],
      rest: "",
    });
    assert.deepEqual(names("020a0103520700010600", "down"), {
      names: ["LinkCheckAns 0a01", "LinkADRReq 52070001", "DevStatusReq"],
      rest: "00",
    });
  });

  for (const [what, sequence, read, rest] of [
    ["at an unknown CID", "0280ffff02", ["LinkCheckReq"], "80ffff02"],
    ["at a command cut short", "0206ff", ["LinkCheckReq"], "06ff"],
    ["at a command that devices do not send", "020e0000", ["LinkCheckReq"], "0e0000"],
  ] as const)
    it(`stops ${what}`, () => {
      assert.deepEqual(names(sequence, "up"), { names: read, rest });
    });
});
