import assert from "node:assert/strict";
import {
  devAddrOf,
  FrameError,
  fromAirOrder,
  isDevAddrOf,
  numberToAirOrder,
  nwkAddrBits,
  toAirOrder,
} from "../../../hil/lorawan/index.ts";
import { hex, octets } from "./vectors.ts";

describe("lorawan identifiers", () => {
  it("reverses EUIs between people and the air", () => {
    assert.equal(hex(toAirOrder("0011223344556677", 8)), "7766554433221100");
    assert.equal(fromAirOrder(octets("7766554433aabb00")), "00BBAA3344556677");
  });

  for (const wrong of ["001122334455667", "00112233445566778", "00112233445566GG", "0x11223344556677"])
    it(`refuses "${wrong}" as an EUI`, () => {
      assert.throws(() => toAirOrder(wrong, 8), FrameError);
    });

  for (const [value, size] of [
    [65536, 2],
    [-1, 2],
    [1.5, 2],
  ])
    it(`refuses ${value} in ${size} octets`, () => {
      assert.throws(() => numberToAirOrder(value, size), FrameError);
    });

  // One NetID of each type: lowest and highest DevAddr (TS002-1.0 section 16), 600008 as lora-packet's vectors have it.
  for (const [netId, bits, lowest, highest] of [
    ["000000", 25, "00000000", "01FFFFFF"],
    ["000013", 25, "26000000", "27FFFFFF"],
    ["200001", 24, "81000000", "81FFFFFF"],
    ["4001FF", 20, "DFF00000", "DFFFFFFF"],
    ["600008", 17, "E0100000", "E011FFFF"],
    ["800001", 15, "F0008000", "F000FFFF"],
    ["A00001", 13, "F8002000", "F8003FFF"],
    ["C00001", 10, "FC000400", "FC0007FF"],
    ["E00001", 7, "FE000080", "FE0000FF"],
    ["FFFFFF", 7, "FEFFFF80", "FEFFFFFF"],
  ] as const)
    it(`assigns DevAddrs ${lowest} to ${highest} under NetID ${netId}`, () => {
      assert.equal(nwkAddrBits(netId), bits);
      assert.equal(devAddrOf(netId, 0), lowest);
      assert.equal(devAddrOf(netId, 2 ** bits - 1), highest);
      assert.equal(isDevAddrOf(highest, netId), true);
      assert.throws(() => devAddrOf(netId, 2 ** bits), FrameError);
    });

  it("tells the DevAddrs of another network apart", () => {
    assert.equal(isDevAddrOf("26000001", "000014"), false);
    assert.equal(isDevAddrOf("E0120000", "600008"), false);
    assert.equal(isDevAddrOf("E0106373", "600008"), true);
  });

  it("refuses what is not a NetID", () => {
    assert.throws(() => nwkAddrBits("00001"), /not a NetID/);
  });
});
