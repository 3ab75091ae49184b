/** FSK between the two families of chips, each with its driver on its model: what one sends the other takes. */
import assert from "node:assert/strict";
import type { Transmission } from "../../../hil/air/index.ts";
import { createRadio } from "../../../hil/emulator/chips/index.ts";
import { type World, world } from "../sx127x/host.ts";
import { DriverBoard } from "./support/driver-board.ts";

const FREQUENCY = 8688000;
const MESSAGE = Uint8Array.from({ length: 64 }, (_, index) => 3 * index);

const SX1262 = { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" } as const;

function stations(): World & { sx127x: DriverBoard; sx126x: DriverBoard; findings: string[] } {
  const shared = world();
  const findings: string[] = [];
  const onFinding = ({ message }: { message: string }) => findings.push(message);
  const boards = (["sx127x", "sx126x"] as const).map((driver) => {
    const chip = createRadio(driver === "sx127x" ? { chip: "sx1276" } : SX1262, {
      ...shared,
      name: driver,
      onFinding,
    });
    const board = new DriverBoard({ clock: shared.clock, chip, driver });
    assert.equal(board.radio.startRadio(FREQUENCY, 14), true);
    return board;
  });
  return { ...shared, sx127x: boards[0], sx126x: boards[1], findings };
}

describe("firmware: FSK between the families", () => {
  for (const length of [1, 17, 64]) {
    it(`from an SX1276 to an SX1262, ${length} octets`, () => {
      const { sx127x, sx126x, findings } = stations();
      const { prepareFskReceiver, openReceiver, readFrame } = sx126x.radio;
      prepareFskReceiver(FREQUENCY, 50_000);
      openReceiver(sx126x.now() + 5000);
      sx127x.radio.transmitFsk(FREQUENCY, MESSAGE, length);
      const frame = new Uint8Array(64);
      assert.equal(readFrame(frame), length);
      assert.deepEqual(frame.subarray(0, length), MESSAGE.subarray(0, length));
      assert.deepEqual(findings, []);
    });

    it(`from an SX1262 to an SX1276, ${length} octets`, () => {
      const { sx127x, sx126x, air, clock, findings } = stations();
      const sent: Transmission[] = [];
      const stop = air.onTransmission((transmission) => sent.push(transmission));
      sx126x.radio.transmitFsk(FREQUENCY, MESSAGE, length);
      sx126x.await(50_000);
      stop();
      assert.equal(sent.length, 1);

      const { prepareFskReceiver, openReceiver, readFrame } = sx127x.radio;
      prepareFskReceiver(FREQUENCY, 10_000);
      const openingUs = sx127x.now() + 2000;
      // The same packet again, once the other listens.
      const startNs = (openingUs + 1000) * 1000;
      air.transmit({ ...sent[0], startNs, endNs: startNs + (sent[0].endNs - sent[0].startNs) });
      openReceiver(openingUs);
      sx127x.await(50_000);
      assert.ok(clock.nowNs() >= startNs);
      const frame = new Uint8Array(64);
      assert.equal(readFrame(frame), length);
      assert.deepEqual(frame.subarray(0, length), MESSAGE.subarray(0, length));
      assert.deepEqual(findings, []);
    });
  }
});
