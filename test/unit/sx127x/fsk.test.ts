/** The FSK modem in packet mode, with the settings of LoRaWAN's 50 kbit/s unless a test says otherwise. */
import assert from "node:assert/strict";
import { fskAirtimeUs, LORAWAN_FSK, type Transmission } from "../../../hil/air/index.ts";
import { Host, usBetween, type World, world } from "./host.ts";

const SLEEP = 0x00;
const STANDBY = 0x01;
const TX = 0x03;
const RX = 0x05;

/** Standby to TX: synthesizer and a ramp of 40 us. */
const START_US = 100;
const PAYLOAD = Array.from({ length: 17 }, (_, index) => 0x40 + index);

/** RegIrqFlags2. */
const FIFO_FULL = 0x80;
const FIFO_EMPTY = 0x40;
const FIFO_LEVEL = 0x20;
const FIFO_OVERRUN = 0x10;
const PACKET_SENT = 0x08;
const PAYLOAD_READY = 0x04;
const CRC_OK = 0x02;

class FskHost extends Host {
  send(payload: readonly number[]): this {
    this.write(0x00, payload.length, ...payload);
    this.write(0x01, TX);
    return this;
  }

  get flags(): readonly [number, number] {
    return [this.read(0x3e), this.read(0x3f)];
  }

  /** Length octet and payload. */
  take(length: number): number[] {
    return this.burst(0x00, length);
  }
}

function stations(): World & {
  tx: FskHost;
  rx: FskHost;
  sent: Transmission[];
  pass: (us: number) => void;
} {
  const shared = world();
  const tx = new FskHost("tx", shared).configureFsk();
  const rx = new FskHost("rx", shared).configureFsk();
  const sent: Transmission[] = [];
  shared.air.onTransmission((transmission) => sent.push(transmission));
  shared.clock.advanceTo(1_000_000);
  const pass = (us: number) => shared.clock.advanceTo(shared.clock.nowNs() + us * 1000);
  return { ...shared, tx, rx, sent, pass };
}

/** One packet from one to the other, 10 ms. */
function exchanged(setUp: (chips: { tx: FskHost; rx: FskHost }) => void = () => {}, payload = PAYLOAD) {
  const chips = stations();
  const { tx, rx, pass } = chips;
  setUp(chips);
  rx.write(0x01, RX);
  pass(200);
  tx.send(payload);
  pass(10_000);
  return chips;
}

describe("SX1276 FSK transmission", () => {
  it("puts on the air what the registers say", () => {
    const { sent, tx } = exchanged();
    const [packet] = sent;
    assert.equal(packet.modulation, "fsk");
    const { from, bitRate, preambleOctets, syncWord, lengthOctet, whiteningSeed, crc, payload, powerDbm } =
      packet;
    const { deviationHz, ...lorawan } = LORAWAN_FSK;
    assert.deepEqual({ bitRate, preambleOctets, syncWord, lengthOctet, whiteningSeed, crc }, lorawan);
    assert.ok(Math.abs(packet.deviationHz - deviationHz) < 61);
    assert.deepEqual([from, powerDbm, [...payload]], ["tx", 14, PAYLOAD]);
    assert.deepEqual(tx.findings, []);
  });

  it("takes its time on air, raises PacketSent on DIO0 and stays in TX", () => {
    const { tx } = exchanged();
    const us = usBetween(tx.event("tx-start"), tx.event("tx-done"));
    assert.equal(us, fskAirtimeUs({ ...LORAWAN_FSK, payloadBytes: 17 }));
    assert.equal(us, 4480);
    assert.equal(tx.read(0x01) & 7, TX);
    assert.equal(tx.flags[1], PACKET_SENT | FIFO_EMPTY);
    assert.ok(tx.dio.includes("DIO0 1"));
    tx.write(0x01, STANDBY);
    assert.equal(tx.flags[1], FIFO_EMPTY);
    assert.ok(tx.dio.includes("DIO0 0"));
  });

  it("begins with the level of the FIFO where TxStartCondition wants that", () => {
    const { tx, sent, pass } = stations();
    tx.write(0x35, 3);
    tx.write(0x00, 4, 1, 2);
    tx.write(0x01, TX);
    pass(5000);
    assert.equal(sent.length, 0);
    tx.write(0x00, 3, 4);
    pass(1);
    assert.equal(sent.length, 1);
    assert.equal(sent[0].startNs, tx.event("tx-start").atNs);
  });

  it("is fed while it runs: 255 octets", () => {
    const { tx, sent, pass } = stations();
    const long = Array.from({ length: 255 }, (_, index) => index ^ 0x5a);
    tx.write(0x00, 255, ...long.slice(0, 63));
    tx.write(0x01, TX);
    assert.equal(tx.flags[1] & FIFO_FULL, FIFO_FULL);
    let fed = 63;
    while (fed < 255) {
      pass(500);
      while (fed < 255 && (tx.flags[1] & FIFO_FULL) === 0) tx.write(0x00, long[fed++]);
    }
    pass(20_000);
    assert.deepEqual([...sent[0].payload], long);
    assert.deepEqual(tx.findings, []);
    assert.equal(tx.events.at(-1)?.type, "tx-done");
  });

  it("sends packets of a fixed length without length octet", () => {
    const { tx, sent, pass } = stations();
    tx.write(0x30, 0x58, 0x40, 3);
    tx.write(0x00, 7, 8, 9);
    tx.write(0x01, TX);
    pass(5000);
    const [packet] = sent;
    assert.equal(packet.modulation === "fsk" && packet.lengthOctet, false);
    assert.deepEqual([...packet.payload], [7, 8, 9]);
  });

  it("is cut off by reset", () => {
    const { tx, pass } = stations();
    tx.send(PAYLOAD);
    pass(1000);
    tx.chip.reset(true);
    assert.equal(tx.events.at(-1)?.type, "tx-aborted");
  });
});

describe("SX1276 FSK reception", () => {
  it("fills the FIFO with length and payload, and raises PayloadReady and CrcOk", () => {
    const { rx } = exchanged();
    assert.equal(rx.flags[1], PAYLOAD_READY | CRC_OK | FIFO_LEVEL);
    assert.ok(rx.dio.includes("DIO0 1"));
    assert.deepEqual(rx.take(18), [17, ...PAYLOAD]);
    assert.equal(rx.flags[1], FIFO_EMPTY, "the flags fall with the last octet");
    assert.deepEqual(rx.findings, []);
    const { payload, crcError, bitRate } = rx.event("rx-done");
    assert.deepEqual([[...payload], crcError, bitRate], [PAYLOAD, false, 50_000]);
  });

  it("tells of preamble, sync word and each octet at its time", () => {
    const { rx, tx, pass } = stations();
    rx.write(0x01, RX);
    pass(200);
    tx.send(PAYLOAD);
    pass(START_US + 2 * 160 - 1);
    assert.equal(rx.flags[0] & 0x03, 0);
    pass(1);
    assert.equal(rx.flags[0] & 0x03, 0x02, "PreambleDetect after two octets");
    pass(6 * 160);
    assert.equal(rx.flags[0] & 0x03, 0x03, "SyncAddressMatch after eight");
    assert.equal(rx.flags[1], FIFO_EMPTY);
    pass(160);
    assert.equal(rx.flags[1], 0);
    assert.equal(rx.take(1)[0], 17);
    pass(17 * 160);
    assert.equal(rx.flags[1], FIFO_LEVEL, "17 octets over a threshold of 15");
    pass(2 * 160);
    assert.equal(rx.flags[1], PAYLOAD_READY | CRC_OK | FIFO_LEVEL);
  });

  it("keeps the FIFO into standby and sleep, and clears it for the next reception", () => {
    const { rx } = exchanged();
    rx.write(0x01, STANDBY);
    rx.write(0x01, SLEEP);
    assert.deepEqual(rx.take(3), [17, 0x40, 0x41]);
    rx.write(0x01, STANDBY);
    rx.write(0x01, RX);
    assert.equal(rx.flags[1], FIFO_EMPTY);
  });

  const RESTARTS: ReadonlyArray<readonly [string, number, (rx: FskHost) => void, boolean]> = [
    ["stops after a packet without AutoRestartRx", 0x12, () => {}, false],
    ["goes on by itself with AutoRestartRx, once the FIFO is empty", 0x52, () => {}, true],
    ["goes on when the host restarts it", 0x12, (rx) => rx.write(0x0d, 0x5e), true],
  ];
  for (const [what, syncConfig, between, heard] of RESTARTS) {
    it(what, () => {
      const { rx, tx, pass } = exchanged(({ rx }) => rx.write(0x27, syncConfig));
      rx.take(18);
      between(rx);
      tx.write(0x01, STANDBY);
      tx.send([1, 2]);
      pass(5000);
      assert.equal((rx.flags[1] & PAYLOAD_READY) !== 0, heard);
    });
  }

  const MISMATCHES: ReadonlyArray<readonly [string, (chips: { tx: FskHost; rx: FskHost }) => void, string]> =
    [
      ["another sync word", ({ tx }) => tx.write(0x29, 0x95), "nothing"],
      ["a shorter sync word", ({ tx }) => tx.write(0x27, 0x11), "nothing"],
      ["another bit rate", ({ tx }) => tx.write(0x02, 0x02, 0xc0), "nothing"],
      ["more deviation than the filter takes", ({ tx }) => tx.write(0x04, 0x02, 0x00), "nothing"],
      ["another channel", ({ tx }) => tx.write(0x06, 0xd9, 0x40, 0x00), "nothing"],
      ["a preamble that the detector does not trust", ({ tx }) => tx.write(0x26, 1), "nothing"],
      ["a length over PayloadLength", ({ rx }) => rx.write(0x32, 16), "nothing"],
      ["no whitening", ({ tx }) => tx.write(0x30, 0x98), "nothing"],
      ["another CRC", ({ tx }) => tx.write(0x30, 0xd9), "broken"],
      ["no CRC", ({ tx }) => tx.write(0x30, 0xc8), "broken"],
      ["another node's address", ({ rx }) => rx.write(0x30, 0xda), "nothing"],
      [
        "its own address",
        ({ rx }) => {
          rx.write(0x30, 0xda);
          rx.write(0x33, 0x40);
        },
        "received",
      ],
      [
        "the address of everybody",
        ({ rx }) => {
          rx.write(0x30, 0xdc);
          rx.write(0x34, 0x40);
        },
        "received",
      ],
      ["half a filter's width beside the carrier", ({ tx }) => tx.write(0x08, 0x40), "received"],
    ];
  for (const [what, setUp, verdict] of MISMATCHES) {
    it(`${verdict === "received" ? "takes" : "does not take"} a packet with ${what}`, () => {
      const { rx } = exchanged(setUp);
      const flags = rx.flags[1] & (PAYLOAD_READY | CRC_OK);
      const expected = { nothing: 0, broken: PAYLOAD_READY, received: PAYLOAD_READY | CRC_OK }[verdict];
      assert.equal(flags, expected);
    });
  }

  it("drops a packet with a bad CRC where CrcAutoClearOff is 0", () => {
    const { rx } = exchanged(({ tx, rx }) => {
      tx.write(0x30, 0xd9);
      rx.write(0x30, 0xd0);
    });
    assert.equal(rx.flags[1], FIFO_EMPTY);
    assert.equal(rx.event("rx-done").crcError, true);
  });

  it("hands out the octets of a disturbed packet broken", () => {
    const { rx, tx, air, pass } = stations();
    air.disturb(() => "corrupted");
    rx.write(0x01, RX);
    pass(200);
    tx.send(PAYLOAD);
    pass(10_000);
    assert.equal(rx.flags[1] & (PAYLOAD_READY | CRC_OK), PAYLOAD_READY);
    assert.notDeepEqual(rx.take(18), [17, ...PAYLOAD]);
  });

  it("loses what comes into a full FIFO", () => {
    const long = Array.from({ length: 70 }, (_, index) => index);
    const { rx, tx, pass } = stations();
    rx.write(0x01, RX);
    pass(200);
    tx.write(0x00, 70, ...long.slice(0, 63));
    tx.write(0x01, TX);
    pass(5000);
    tx.write(0x00, ...long.slice(63));
    pass(10_000);
    assert.equal(rx.flags[1] & FIFO_OVERRUN, FIFO_OVERRUN);
    assert.match(rx.findings.join(), /FifoOverrun/);
    rx.write(0x3f, FIFO_OVERRUN);
    assert.equal(rx.flags[1], FIFO_EMPTY);
  });

  it("raises Timeout when no preamble comes, and no sync word", () => {
    for (const [register, value, us] of [
      [0x21, 10, 3200],
      [0x22, 20, 6400],
    ]) {
      const { rx, pass } = stations();
      rx.write(register, value);
      rx.write(0x01, RX);
      pass(60 + us - 1);
      assert.equal(rx.flags[0] & 0x04, 0);
      pass(1);
      assert.equal(rx.flags[0] & 0x04, 0x04);
      assert.equal(usBetween(rx.event("rx-open"), rx.event("rx-timeout")), us);
    }
  });

  it("does not time out with a packet in time", () => {
    const { rx } = exchanged(({ rx }) => rx.write(0x21, 5, 10));
    assert.equal(rx.flags[0] & 0x04, 0);
  });

  it("tells the power in its channel, and the error of the frequency", () => {
    const { rx, tx, pass } = stations();
    tx.write(0x08, 0x43);
    rx.write(0x01, RX);
    pass(200);
    tx.send(PAYLOAD);
    pass(3000);
    assert.equal(rx.read(0x11), 172, "-86 dBm in halves");
    assert.equal((rx.read(0x1d) << 8) | rx.read(0x1e), 16);
  });

  it("goes on in LoRa mode as if nothing had been", () => {
    const { rx, tx, pass } = exchanged();
    for (const host of [rx, tx]) {
      host.write(0x01, SLEEP);
      host.configure();
    }
    pass(1000);
    rx.receive(20);
    pass(500);
    tx.transmit([1, 2, 3]);
    pass(100_000);
    assert.deepEqual(rx.packet(), [1, 2, 3]);
    assert.deepEqual([...rx.findings, ...tx.findings], []);
  });
});
