/** The GFSK modem: what is on the air, what comes in, and what the chip says of it. */
import assert from "node:assert/strict";
import { fskAirtimeUs, LORAWAN_FSK, type Transmission } from "../../../hil/air/index.ts";
import { gfskPair, type Host, Irq, Op, pair, pass, usBetween, type World } from "./host.ts";

const PAYLOAD = Array.from({ length: 17 }, (_, index) => index + 1);
/** 17 octets: (5 + 3 + 1 + 17 + 2) octets at 50 kbit/s. */
const AIRTIME_US = 4480;
const OCTET_US = 160;
const HEARD = Irq.PreambleDetected | Irq.SyncWordValid | Irq.RxDone;

type Stations = World & { tx: Host; rx: Host };

/** One packet, while the receiver listens without a time-out. */
function exchange(
  prepare: (stations: Stations) => void = () => {},
  params: Parameters<Host["gfskPacket"]>[0] = {},
  payload: readonly number[] = PAYLOAD,
) {
  const stations = gfskPair();
  const sent: Transmission[] = [];
  stations.air.onTransmission((transmission) => sent.push(transmission));
  prepare(stations);
  stations.rx.listen(0).ready();
  stations.tx.transmitGfsk(payload, params);
  pass(stations, 100_000);
  return { ...stations, sent };
}

describe("SX1262 GFSK transmission", () => {
  it("puts on the air what the commands said", () => {
    const { tx, sent } = exchange();
    assert.equal(sent.length, 1);
    const { payload, startNs, endNs, ...rest } = sent[0];
    assert.deepEqual([...payload], PAYLOAD);
    assert.deepEqual(rest, {
      modulation: "fsk",
      from: "tx",
      frequencyHz: 868_800_000,
      bandwidthHz: 100_000,
      powerDbm: 14,
      ...LORAWAN_FSK,
    });
    assert.equal(endNs - startNs, AIRTIME_US * 1000);
    assert.equal(tx.irq, Irq.TxDone);
    assert.equal(tx.mode, "STDBY_RC");
    assert.deepEqual(tx.ask(Op.GetPacketStatus, [], 1), [0x01]);
    assert.deepEqual(tx.findings, []);
  });

  for (const [what, params, differs] of [
    ["of known length", { type: 0 }, { lengthOctet: false }],
    ["without CRC", { crc: 1 }, { crc: undefined }],
    [
      "with a CRC that is not inverted",
      { crc: 2 },
      { crc: { polynomial: 0x1021, seed: 0x1d0f, inverted: false } },
    ],
    ["without whitening", { whitening: 0 }, { whiteningSeed: undefined }],
    ["with a sync word of one octet", { syncBits: 8 }, { syncWord: Uint8Array.of(0xc1) }],
    ["with a preamble of 100 bits", { preambleBits: 100 }, { preambleOctets: 12.5 }],
  ] as const) {
    it(`sends packets ${what}`, () => {
      const { sent } = exchange(undefined, params);
      const expected = { ...LORAWAN_FSK, ...differs };
      const made = Object.fromEntries(
        Object.keys(expected).map((key) => [key, sent[0][key as keyof Transmission]]),
      );
      assert.deepEqual(made, expected);
      const { startNs, endNs } = sent[0];
      assert.equal((endNs - startNs) / 1000, fskAirtimeUs({ ...expected, payloadBytes: 17 }));
    });
  }

  it("takes CRC and whitening from their registers", () => {
    const { sent } = exchange(({ tx }) => tx.write(0x06bc, 0xff, 0xff, 0x80, 0x05).write(0x06b8, 0x00, 0x21));
    const { crc, whiteningSeed } = sent[0] as typeof LORAWAN_FSK & Transmission;
    assert.deepEqual(crc, { seed: 0xffff, polynomial: 0x8005, inverted: true });
    assert.equal(whiteningSeed, 0x021);
  });

  for (const bitRate of [600, 4800, 300_000]) {
    it(`sends at ${bitRate} bit/s`, () => {
      const { sent } = exchange(({ tx }) => tx.modulateGfsk({ bitRate }));
      const made = sent[0] as typeof LORAWAN_FSK & Transmission;
      assert.ok(Math.abs(made.bitRate / bitRate - 1) < 1e-3, `${made.bitRate} bit/s`);
    });
  }
});

describe("SX1262 GFSK reception", () => {
  it("hands the packet over: flags, length, contents without the length octet, measurements, then standby", () => {
    const { tx, rx } = exchange();
    assert.equal(rx.irq, HEARD);
    assert.equal(rx.commandStatus, 2);
    assert.equal(rx.mode, "STDBY_RC");
    assert.deepEqual(rx.ask(Op.GetRxBufferStatus, [], 2), [17, 0]);
    assert.deepEqual(rx.received(), PAYLOAD);
    // RxStatus: a packet; 14 dBm less 100 dB at the sync word and on average.
    assert.deepEqual(rx.ask(Op.GetPacketStatus, [], 3), [0x02, 172, 172]);
    assert.deepEqual(rx.ask(Op.GetStats, [], 6), [0, 1, 0, 0, 0, 0]);
    assert.equal(rx.event("rx-done").atNs, tx.event("tx-done").atNs);
    assert.equal(rx.event("rx-open").bitRate, 50_000);
    assert.deepEqual(rx.findings, []);
  });

  it("raises SyncWordValid on DIO1 once the sync word has passed", () => {
    const stations = gfskPair();
    const { tx, rx } = stations;
    rx.interrupts(Irq.SyncWordValid).setRx(0).ready();
    tx.transmitGfsk(PAYLOAD).ready();
    const elapsedUs = () => (stations.clock.nowNs() - tx.event("tx-start").atNs) / 1000;
    pass(stations, 8 * OCTET_US - 10 - elapsedUs());
    assert.deepEqual(rx.dio, []);
    pass(stations, 20);
    assert.deepEqual(rx.dio, ["DIO1 1"]);
    assert.equal(rx.irq, Irq.SyncWordValid);
  });

  for (const [what, prepare, flags] of [
    ["another sync word", ({ rx }) => rx.write(0x06c0, 0x12, 0x34, 0x56), Irq.PreambleDetected],
    ["another bit rate", ({ rx }) => rx.modulateGfsk({ bitRate: 40_000 }), 0],
    [
      "a detector for which the preamble is too short",
      ({ rx }) => rx.gfskPacket({ detector: 7, syncBits: 24 }),
      HEARD,
    ],
    ["a limit of 17 octets", ({ rx }) => rx.gfskPacket({ length: 17 }), HEARD],
    ["another start of the whitening", ({ rx }) => rx.write(0x06b9, 0x55), "broken"],
    ["another start of the CRC", ({ rx }) => rx.write(0x06bc, 0x00), HEARD | Irq.CrcErr],
    ["another polynomial of the CRC", ({ rx }) => rx.write(0x06be, 0x80, 0x05), HEARD | Irq.CrcErr],
    ["a CRC that is not inverted", ({ rx }) => rx.gfskPacket({ crc: 2 }), HEARD | Irq.CrcErr],
    ["no CRC on either side", ({ tx, rx }) => [tx, rx].map((host) => host.gfskPacket({ crc: 1 })), HEARD],
  ] as ReadonlyArray<readonly [string, (stations: Stations) => void, number | "broken"]>) {
    it(`with ${what}`, () => {
      const { rx } = exchange(prepare, what.startsWith("no CRC") ? { crc: 1 } : {});
      if (flags === "broken") assert.notDeepEqual(rx.received(), PAYLOAD);
      else assert.equal(rx.irq, flags);
      if (flags === HEARD) assert.deepEqual(rx.received(), PAYLOAD);
    });
  }

  it("notes a length error where the packet is longer than the host takes, and listens on", () => {
    const { rx } = exchange(({ rx }) => rx.gfskPacket({ length: 16 }));
    assert.equal(rx.irq, Irq.PreambleDetected | Irq.SyncWordValid);
    assert.deepEqual(rx.ask(Op.GetPacketStatus, [], 1), [0x08]);
    assert.deepEqual(rx.ask(Op.GetStats, [], 6), [0, 0, 0, 0, 0, 1]);
    assert.equal(rx.mode, "RX");
  });

  for (const [address, filter, taken] of [
    [0x11, 1, true],
    [0x22, 1, false],
    [0x22, 2, true],
    [0x33, 2, false],
  ] as const) {
    it(`${taken ? "takes" : "passes over"} a packet to ${address.toString(16)} with address filter ${filter}`, () => {
      const { rx } = exchange(({ rx }) => rx.write(0x06cd, 0x11, 0x22).gfskPacket({ address: filter }), {}, [
        address,
        1,
        2,
      ]);
      assert.equal((rx.irq & Irq.RxDone) !== 0, taken);
      assert.deepEqual(rx.ask(Op.GetPacketStatus, [], 1), [taken ? 0x02 : 0x20]);
      if (!taken) assert.equal(rx.mode, "RX");
    });
  }

  it("flags a packet that is too weak with RxDone and CrcErr", () => {
    const { rx } = exchange(({ air }) => air.setPathLossDb("tx", "rx", 14 + 118 - 12));
    assert.equal(rx.irq, HEARD | Irq.CrcErr);
    const [status] = rx.ask(Op.GetPacketStatus, [], 1);
    assert.equal(status, 0x12);
    assert.deepEqual(rx.ask(Op.GetStats, [], 6), [0, 1, 0, 1, 0, 0]);
  });

  it("ends by the timer of SetRx where no sync word comes", () => {
    const { rx, ...shared } = gfskPair();
    rx.listen(640).ready(); // 10 ms
    pass(shared, 100_000);
    assert.equal(rx.irq, Irq.Timeout);
    assert.equal(rx.mode, "STDBY_RC");
    assert.equal(usBetween(rx.event("rx-open"), rx.event("rx-timeout")), 10_000);
  });

  for (const [stop, steps, flags] of [
    [0, 5 * OCTET_US, Irq.PreambleDetected | Irq.Timeout],
    [1, 5 * OCTET_US, HEARD],
    [0, 9 * OCTET_US, HEARD],
  ] as const) {
    it(`waits for ${stop ? "a preamble" : "the sync word"}, ${steps} us`, () => {
      const stations = gfskPair();
      const { tx, rx, clock } = stations;
      rx.interrupts(0x3fe).send(Op.StopTimerOnPreamble, stop).ready();
      tx.transmitGfsk(PAYLOAD);
      // The receiver opens with the preamble: 126 and 200 us after SetTx, 83 us after SetRx.
      clock.advanceTo(clock.nowNs() + (126 + 200 - 83) * 1000);
      rx.setRx(Math.round(steps / 15.625));
      pass(stations, 100_000);
      assert.equal(rx.irq, flags);
    });
  }

  it("continuous: stays on and stores packets one after the other", () => {
    const stations = gfskPair();
    const { tx, rx } = stations;
    rx.listen(0xffffff).ready();
    for (const [payload, start] of [
      [[1, 2, 3], 0],
      [[4, 5], 3],
    ] as const) {
      tx.transmitGfsk(payload);
      pass(stations, 20_000);
      assert.equal(rx.irq, HEARD);
      assert.deepEqual(rx.ask(Op.GetRxBufferStatus, [], 2), [payload.length, start]);
      assert.deepEqual(rx.received(), [...payload]);
      rx.send(Op.ClearIrqStatus, 0xff, 0xff);
      tx.send(Op.ClearIrqStatus, 0xff, 0xff);
    }
    assert.equal(rx.mode, "RX");
  });

  it("receives a packet with a long preamble in a duty cycle", () => {
    const stations = gfskPair();
    const { tx, rx } = stations;
    rx.interrupts(0x3fe).send(Op.SetRxDutyCycle, 0, 2, 0x80, 0, 5, 0); // 10 and 20 ms
    pass(stations, 15_000);
    assert.equal(rx.chip.busy, true);
    tx.transmitGfsk(PAYLOAD, { preambleBits: 50 * 40 });
    pass(stations, 300_000);
    assert.equal(rx.irq, HEARD);
    assert.equal(rx.mode, "STDBY_RC");
  });

  it("does not hear LoRa, nor LoRa it", () => {
    const stations = pair();
    const { tx, rx } = stations;
    tx.configureGfsk();
    rx.send(Op.SetRfFrequency, 0x36, 0x4c, 0xcc, 0xcd).listen(0).ready();
    tx.transmitGfsk(PAYLOAD);
    pass(stations, 50_000);
    assert.equal(rx.irq, 0);
    tx.configure().send(Op.SetRfFrequency, 0x36, 0x4c, 0xcc, 0xcd);
    rx.send(Op.SetStandby, 0).configureGfsk().listen(0).ready();
    tx.transmit(PAYLOAD);
    pass(stations, 200_000);
    assert.equal(rx.irq, 0);
  });

  it("measures the channel", () => {
    const { rx } = gfskPair();
    rx.listen(0xffffff).ready();
    const [rssi] = rx.ask(Op.GetRssiInst, [], 1);
    assert.ok(Math.abs(-rssi / 2 + 117) <= 1, `${-rssi / 2} dBm`);
  });
});
