import assert from "node:assert/strict";
import { join } from "node:path";
import { compile } from "../../../toolchain/compiler/index.ts";
import type { Radio } from "../../../toolchain/image/board-radio.ts";
import { compileForBoard } from "../../../toolchain/image/index.ts";
import { radioConfig, radioDriver } from "../../../toolchain/image/radio-driver.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

const ENTRY = join(import.meta.dirname, "../../../firmware/every-use-of-the-radio.ts");

/** What the MAC does not use by now is compiled, too. */
const EVERY_USE = `
import {
  Bandwidth, detectActivity, EVENT_DETECTION_DONE, EVENT_RECEIVED, EVENT_TIMED_OUT, EVENT_TRANSMITTED, listen,
  openReceiver, OPENING_US, prepareFskReceiver, prepareReceiver, readActivity, readFrame, readNoise, readRssi,
  RECEIVER_START_UP_US, setPower, sleepRadio, startRadio, transmit, transmitFsk,
} from "#radio";
import { now, radioEvents } from "./hal/index.ts";
import { u32 } from "./lang/index.ts";

const frame = new Uint8Array(64);
let noise: u32 = 0;

export function main(): void {
  if (!startRadio(8681000, 14)) return;
  setPower(-17);
  setPower(22);
  noise = readNoise();
  detectActivity(8681000, 12, Bandwidth.Khz125);
  while ((radioEvents() & EVENT_DETECTION_DONE) === 0) noise = u32(noise + 1);
  if (readActivity()) sleepRadio();
  listen(8681000, 7, Bandwidth.Khz250);
  if (readRssi() > -80) sleepRadio();
  transmit(8681000, 7, Bandwidth.Khz250, frame, 64);
  transmitFsk(8688000, frame, 64);
  while ((radioEvents() & EVENT_TRANSMITTED) === 0) noise = u32(noise + 1);
  prepareReceiver(8681000, 7, Bandwidth.Khz500, 1023);
  prepareFskReceiver(8688000, 10000);
  openReceiver(u32(now() + OPENING_US + RECEIVER_START_UP_US));
  while ((radioEvents() & (EVENT_RECEIVED | EVENT_TIMED_OUT)) === 0) noise = u32(noise + 1);
  noise = readFrame(frame);
}
`;

const SX1262 = { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" } as const;

describe("radio of a board", () => {
  for (const [chip, file] of [
    ["sx1272", /sx127x\.ts$/],
    ["sx1276", /sx127x\.ts$/],
    ["sx1261", /sx126x\/index\.ts$/],
    ["sx1262", /sx126x\/index\.ts$/],
  ] as const) {
    it(`${chip} has its driver`, () => {
      assert.match(radioDriver({ chip }), file);
    });
  }

  it("decides the driver's constants", () => {
    assert.deepEqual(radioConfig({ chip: "sx1276", powerPin: "PA_BOOST" }), {
      IS_SX1272: false,
      RFO: false,
      TCXO: false,
      TCXO_START_UP_US: 0,
      FRONT_END: false,
    });
    const switched = { tcxo: { startUpUs: 3000 }, frontEnd: "HAL" } as const;
    assert.deepEqual(radioConfig({ chip: "sx1272", powerPin: "RFO", ...switched }), {
      IS_SX1272: true,
      RFO: true,
      TCXO: true,
      TCXO_START_UP_US: 3000,
      FRONT_END: true,
    });
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
    assert.ok(files.has("tuning.c"), "of the SX126x");
    assert.ok(!files.has("registers.c"), "of the SX127x");
  });

  const tcxo = { millivolts: 1800, startUpUs: 5000 };
  const RADIOS: readonly Radio[] = [
    { ...SX1262, tcxo },
    { ...SX1262, chip: "sx1261", tcxo },
    { chip: "sx1276", powerPin: "PA_BOOST" },
    { chip: "sx1276", powerPin: "RFO" },
    { chip: "sx1272", powerPin: "PA_BOOST" },
    { chip: "sx1272", powerPin: "RFO" },
    { chip: "sx1276", powerPin: "PA_BOOST", tcxo: { startUpUs: 0 } },
    { chip: "sx1276", powerPin: "RFO", tcxo: { startUpUs: 5000 }, frontEnd: "HAL" },
    { chip: "sx1272", powerPin: "PA_BOOST", tcxo: { startUpUs: 100_000 }, frontEnd: "HAL" },
  ];
  for (const radio of RADIOS) {
    const output = "powerPin" in radio ? ` at ${radio.powerPin}` : "";
    const clock = "powerPin" in radio && radio.tcxo ? `, a TCXO of ${radio.tcxo.startUpUs} µs,` : "";
    it(`${radio.chip}${output}${clock} has a driver all of which is in the device language`, () => {
      const { diagnostics } = compile({
        entry: ENTRY,
        sources: { [ENTRY]: EVERY_USE },
        radio: radioDriver(radio),
        boardConfig: radioConfig(radio),
      });
      assert.deepEqual(diagnostics, []);
    });
  }
});
