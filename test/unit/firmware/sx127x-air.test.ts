/** The SX127x driver on the models of its chips: FSK, activity detection and power, as others hear them. */
import assert from "node:assert/strict";
import { Sx127x } from "../../../hil/emulator/chips/index.ts";
import { Host, type World, world } from "../sx127x/host.ts";
import { Bench } from "./support/bench.ts";
import { DriverBoard } from "./support/driver-board.ts";
import { DEV_ADDR, Network } from "./support/network.ts";

const FREQUENCY = 8688000;
const MESSAGE = Uint8Array.from({ length: 64 }, (_, index) => 0xff - index);

type Part = "sx1276" | "sx1272";

interface Device extends World {
  readonly board: DriverBoard;
  readonly findings: string[];
  /** Another station, an SX1276. */
  readonly other: Host;
  readonly pass: (us: number) => void;
}

/** A device whose driver has started, and another station. */
function device(
  part: Part = "sx1276",
  config: Readonly<Record<string, boolean>> = {},
  powerDbm = 14,
): Device {
  const shared = world();
  const findings: string[] = [];
  const chip = new Sx127x({
    part,
    ...shared,
    name: "device",
    onFinding: ({ message }) => findings.push(message),
  });
  const board = new DriverBoard({
    clock: shared.clock,
    chip,
    driver: "sx127x",
    config: { IS_SX1272: part === "sx1272", ...config },
  });
  assert.equal(board.radio.startRadio(FREQUENCY, powerDbm), true);
  const other = new Host("other", shared);
  const pass = (us: number) => shared.clock.advanceTo(shared.clock.nowNs() + us * 1000);
  return { ...shared, board, findings, other, pass };
}

/** Has the other station send in FSK, beginning `us` from now. */
function sendFsk({ other, clock }: Device, us: number, payload: Uint8Array): void {
  clock.at(clock.nowNs() + us * 1000, () => {
    other.write(0x00, payload.length, ...payload.subarray(0, 63));
    other.write(0x01, 0x03);
    const rest = payload.subarray(63);
    if (rest.length > 0) clock.at(clock.nowNs() + 5e6, () => other.write(0x00, ...rest));
  });
}

for (const part of ["sx1276", "sx1272"] as const) {
  describe(`firmware: SX127x driver on the air, ${part.toUpperCase()}`, () => {
    for (const length of [1, 12, 17, 62, 63, 64]) {
      it(`sends ${length} octets in FSK`, () => {
        const { board, other, findings } = device(part);
        other.configureFsk();
        other.write(0x01, 0x05);
        board.await(1000);
        board.radio.transmitFsk(FREQUENCY, MESSAGE, length);
        assert.deepEqual([...other.event("rx-done").payload], [...MESSAGE.subarray(0, length)]);
        assert.equal(other.event("rx-done").crcError, false);
        assert.equal(board.takeEvents() & board.radio.EVENT_TRANSMITTED, board.radio.EVENT_TRANSMITTED);
        const endUs = other.event("rx-done").atNs / 1000;
        assert.ok(Math.abs(board.eventTimeUs - endUs) <= 1, `${board.eventTimeUs} is not ${endUs}`);
        assert.deepEqual(findings, []);
      });

      it(`receives ${length} octets in FSK`, () => {
        const setUp = device(part);
        const { board, other, findings, pass } = setUp;
        other.configureFsk();
        const { prepareFskReceiver, openReceiver, readFrame, EVENT_RECEIVED, EVENT_TIMED_OUT } = board.radio;
        prepareFskReceiver(FREQUENCY, 10_000);
        pass(20_000);
        const openingUs = board.now() + 2000;
        sendFsk(setUp, 3000, MESSAGE.subarray(0, length));
        openReceiver(openingUs);
        board.await(20_000);
        assert.equal(board.takeEvents() & (EVENT_RECEIVED | EVENT_TIMED_OUT), EVENT_RECEIVED);
        const frame = new Uint8Array(64);
        assert.equal(readFrame(frame), length);
        assert.deepEqual(frame.subarray(0, length), MESSAGE.subarray(0, length));
        assert.deepEqual([...findings, ...other.findings], []);
      });
    }

    it("gives an FSK window up in time", () => {
      const { board, findings, pass } = device(part);
      const { prepareFskReceiver, openReceiver, sleepRadio, EVENT_TIMED_OUT, EVENT_RECEIVED } = board.radio;
      prepareFskReceiver(FREQUENCY, 5000);
      pass(10_000);
      const openingUs = board.now() + 2000;
      openReceiver(openingUs);
      board.await(20_000);
      assert.equal(board.takeEvents() & (EVENT_TIMED_OUT | EVENT_RECEIVED), EVENT_TIMED_OUT);
      const openUs = board.eventTimeUs - openingUs;
      assert.ok(openUs >= 5000 && openUs <= 5500, `${openUs} us`);
      sleepRadio();
      assert.deepEqual(findings, []);
    });

    it("takes no disturbed FSK frame", () => {
      const setUp = device(part);
      const { board, other, air, pass } = setUp;
      other.configureFsk();
      air.disturb(() => "corrupted");
      board.radio.prepareFskReceiver(FREQUENCY, 10_000);
      pass(20_000);
      sendFsk(setUp, 3000, MESSAGE.subarray(0, 20));
      board.radio.openReceiver(board.now() + 2000);
      board.await(20_000);
      assert.equal(board.radio.readFrame(new Uint8Array(64)), 0);
    });

    it("uses LoRa and FSK in turn", () => {
      const { board, other, findings, pass } = device(part);
      const { transmit, transmitFsk, prepareFskReceiver, prepareReceiver, sleepRadio, Bandwidth } =
        board.radio;
      other.configure().write(0x06, 0xd9, 0x33, 0x33);
      for (let round = 0; round < 2; round++) {
        transmitFsk(FREQUENCY, MESSAGE, 20);
        other.events.length = 0;
        other.receive(100);
        transmit(FREQUENCY, 7, Bandwidth.Khz125, MESSAGE, 20);
        pass(200_000);
        assert.deepEqual([...other.event("rx-done").payload], [...MESSAGE.subarray(0, 20)]);
        prepareFskReceiver(FREQUENCY, 5000);
        prepareReceiver(FREQUENCY, 12, Bandwidth.Khz125, 8);
        sleepRadio();
      }
      assert.deepEqual(findings, []);
    });

    it("finds the preamble of an uplink, and nothing where there is none", () => {
      const { board, other, findings, pass } = device(part);
      const { detectActivity, readActivity, EVENT_DETECTION_DONE, Bandwidth } = board.radio;
      const detected = () => {
        detectActivity(FREQUENCY, 10, Bandwidth.Khz125);
        board.await(100_000);
        assert.equal(board.takeEvents() & EVENT_DETECTION_DONE, EVENT_DETECTION_DONE);
        return readActivity();
      };
      other.configure().spreadingFactor(10).write(0x06, 0xd9, 0x33, 0x33);
      assert.equal(detected(), false);
      other.transmit([1, 2, 3]);
      pass(5000);
      assert.equal(detected(), true);
      pass(1_000_000);
      assert.equal(detected(), false);
      assert.deepEqual(findings, []);
    });

    const outputs: ReadonlyArray<readonly [string, Readonly<Record<string, boolean>>, readonly number[]]> = [
      ["PA_BOOST", {}, [2, 14, 17, 18, 19, 20]],
      ["RFO", { RFO: true }, part === "sx1272" ? [-1, 0, 7, 14] : [-4, 0, 7, 14]],
    ];
    for (const [output, config, powers] of outputs) {
      it(`sends at ${powers.join(", ")} dBm by ${output}, from the start and later`, () => {
        for (const powerDbm of powers) {
          for (const isFirst of [true, false]) {
            const { board, air, findings, pass } = device(part, config, isFirst ? powerDbm : 14);
            const heard: number[] = [];
            air.onTransmission((transmission) => heard.push(transmission.powerDbm));
            if (!isFirst) board.radio.setPower(powerDbm);
            board.radio.transmit(FREQUENCY, 7, board.radio.Bandwidth.Khz125, MESSAGE, 10);
            pass(200_000);
            board.radio.transmitFsk(FREQUENCY, MESSAGE, 10);
            // With MaxPower 0 the RFO of the SX1276 has 10.8 dBm at most instead of 11.
            for (const power of heard)
              assert.ok(Math.abs(power - powerDbm) <= 0.21, `${power} for ${powerDbm}`);
            assert.equal(heard.length, 2);
            assert.deepEqual(findings, []);
          }
        }
      });
    }
  });
}

describe("firmware: device with an SX1276 and a TCXO", () => {
  it("joins and sends uplinks, and opens its windows in time", () => {
    const bench = new Bench({ chip: "sx1276", tcxo: { startUpUs: 20_000 } });
    const network = new Network(bench, { lorawan11: true });
    bench.run(200e9, { config: { TCXO: true, TCXO_START_UP_US: 20_000, LORAWAN_1_1: true } });
    assert.deepEqual(bench.lines.slice(1, 4), ["joining 0 DR5", `joined ${DEV_ADDR}`, "uplink 0"]);
    assert.ok(network.plain.length >= 3);
    assert.deepEqual(bench.findings, []);
  });
});

describe("firmware: device with an SX1272", () => {
  for (const [output, config] of [
    ["PA_BOOST", {}],
    ["RFO", { RFO: true }],
  ] as const) {
    it(`joins and sends uplinks by ${output}`, () => {
      const bench = new Bench({ chip: "sx1272" });
      const network = new Network(bench, { lorawan11: true });
      bench.run(200e9, { config: { ...config, IS_SX1272: true, LORAWAN_1_1: true } });
      assert.deepEqual(bench.lines.slice(1, 4), ["joining 0 DR5", `joined ${DEV_ADDR}`, "uplink 0"]);
      assert.ok(network.plain.length >= 3);
      assert.deepEqual(bench.findings, []);
    });
  }
});
