/**
 * What each option of the firmware costs on the smallest board, to the octet and the cycle: as the test of the sensor's
 * footprint. footprint-options.long.ts has the other boards.
 */
import assert from "node:assert/strict";
import { documentsOf, readOptions } from "../bench/option-files.ts";
import { BASE, OPTIONS } from "../bench/options.ts";
import { EMULATED_BOARDS } from "../unit/emulator/support/emulated-boards.ts";
import { SHORT_FORM_BOARD, specifyOptions, WAY_OUT } from "./support/option-figures.ts";

/** What a device with rejoin must stay within, on an ATmega328P: flash, and RAM with the stack. */
const REJOIN_LIMITS = { board: "pro-mini-rfm95", flashBytes: 19456, memoryBytes: 820 };

const { boards: known } = readOptions();

describe("the footprint of options", function () {
  this.timeout(900_000);

  it("is known for every board that is emulated, and every option", () => {
    assert.deepEqual(Object.keys(known), EMULATED_BOARDS);
    for (const figures of Object.values(known))
      assert.deepEqual(Object.keys(figures), Object.keys(OPTIONS), WAY_OUT);
  });

  for (const { name, is, shouldBe } of documentsOf(known))
    it(`is what the tables of ${name} say`, () => assert.equal(is, shouldBe, WAY_OUT));

  it("leaves a Pro Mini that rejoins room for its application", () => {
    const { board, flashBytes, memoryBytes } = REJOIN_LIMITS;
    const base = known[board][BASE];
    const rejoin = known[board]["LoRaWAN 1.1, REJOIN"];
    assert.ok(base.flashBytes + rejoin.flashBytes <= flashBytes);
    const memory = base.ramBytes + rejoin.ramBytes + base.stackBytes + rejoin.stackBytes;
    assert.ok(memory <= memoryBytes, `${memory} octets of RAM and stack`);
  });

  specifyOptions(SHORT_FORM_BOARD);
});
