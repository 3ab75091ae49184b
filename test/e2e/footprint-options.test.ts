/** What each option of the firmware costs on each board, to the octet and the cycle: as the test of the sensor's footprint. */
import assert from "node:assert/strict";
import { documentOf, OPTIONS_FILE, readOptions } from "../bench/option-files.ts";
import { BASE, compilerOf, measureOptions, OPTIONS, type OptionFigures } from "../bench/options.ts";
import { EMULATED_BOARDS } from "../unit/emulator/support/emulated-boards.ts";

const WAY_OUT = "if that is meant: npm run bench -- device --write";

/** What a device with rejoin must stay within, on an ATmega328P: flash, and RAM with the stack. */
const REJOIN_LIMITS = { board: "pro-mini-rfm95", flashBytes: 19456, memoryBytes: 820 };

const { compilers, boards: known } = readOptions();

describe("the footprint of options", function () {
  this.timeout(900_000);

  it("is known for every board that is emulated, and every option", () => {
    assert.deepEqual(Object.keys(known), EMULATED_BOARDS);
    for (const figures of Object.values(known))
      assert.deepEqual(Object.keys(figures), Object.keys(OPTIONS), WAY_OUT);
  });

  it("is what the tables of docs/benchmarks.md say", () => {
    const { is, shouldBe } = documentOf(known);
    assert.equal(is, shouldBe, WAY_OUT);
  });

  it("leaves a Pro Mini that rejoins room for its application", () => {
    const { board, flashBytes, memoryBytes } = REJOIN_LIMITS;
    const base = known[board][BASE];
    const rejoin = known[board]["LoRaWAN 1.1, REJOIN"];
    assert.ok(base.flashBytes + rejoin.flashBytes <= flashBytes);
    const memory = base.ramBytes + rejoin.ramBytes + base.stackBytes + rejoin.stackBytes;
    assert.ok(memory <= memoryBytes, `${memory} octets of RAM and stack`);
  });

  for (const board of EMULATED_BOARDS) {
    describe(`on ${board}`, () => {
      let measured: OptionFigures[string];
      before(async function () {
        const { name, version } = compilerOf(board);
        if (compilers[name] !== version) this.skip();
        measured = (await measureOptions(() => {}, [board]))[board];
      });

      for (const option of Object.keys(OPTIONS)) {
        it(`is what ${OPTIONS_FILE} says: ${option}`, () => {
          assert.deepEqual(measured[option], known[board][option], WAY_OUT);
        });
      }
    });
  }
});
