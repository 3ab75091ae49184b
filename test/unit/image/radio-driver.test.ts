import assert from "node:assert/strict";
import type { Radio } from "../../../toolchain/image/board-radio.ts";
import { compileForBoard, loadProcessorBoard } from "../../../toolchain/image/index.ts";
import { radioConfig, radioDriver } from "../../../toolchain/image/radio-driver.ts";

const SX1262 = { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" } as const;

describe("radio of a board", () => {
  for (const [chip, file] of [
    ["sx1276", /sx127x\.ts$/],
    ["sx1261", /sx126x\.ts$/],
    ["sx1262", /sx126x\.ts$/],
  ] as const) {
    it(`${chip} has its driver`, () => {
      assert.match(radioDriver({ chip }), file);
    });
  }

  it("decides the driver's constants", () => {
    assert.deepEqual(radioConfig({ chip: "sx1276", powerPin: "PA_BOOST" }), {});
    assert.deepEqual(radioConfig(SX1262), {
      HIGH_POWER: true,
      RF_SWITCH_ON_DIO2: true,
      DC_DC: true,
      TCXO_VOLTAGE: 8,
      TCXO_START_UP_US: 0,
    });
    const tcxo = { millivolts: 1800, startUpUs: 5000 };
    const radio: Radio = { chip: "sx1261", rfSwitch: "none", regulator: "LDO", tcxo };
    assert.deepEqual(radioConfig(radio), {
      HIGH_POWER: false,
      RF_SWITCH_ON_DIO2: false,
      DC_DC: false,
      TCXO_VOLTAGE: 2,
      TCXO_START_UP_US: 5000,
    });
  });

  it("stands behind #radio when the firmware is compiled", () => {
    const board = loadProcessorBoard("nucleo-l073rz-sx1262");
    const { diagnostics, files } = compileForBoard({ board });
    assert.deepEqual(diagnostics, []);
    assert.ok(files.has("sx126x.c"));
    assert.ok(!files.has("sx127x.c"));
  });
});
