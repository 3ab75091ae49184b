import assert from "node:assert/strict";
import { CAD, type Host, pair, RX_CONTINUOUS, RX_SINGLE, STANDBY, usBetween } from "./host.ts";

const PAYLOAD = [1, 2, 3, 4];

/** A received packet: RxDone and ValidHeader are set. */
function received(prepare: (rx: Host) => void = () => {}) {
  const stations = pair();
  prepare(stations.rx);
  stations.rx.write(0x1f, 20);
  stations.rx.write(0x01, RX_SINGLE);
  stations.tx.transmit(PAYLOAD);
  stations.run(500_000);
  return stations;
}

describe("SX1276 interrupt flags", () => {
  it("are cleared by writing ones, and only by those", () => {
    const { rx } = received();
    assert.equal(rx.read(0x12), 0x50);
    rx.write(0x12, 0x00);
    assert.equal(rx.read(0x12), 0x50);
    rx.write(0x12, 0x10);
    assert.equal(rx.read(0x12), 0x40);
    rx.write(0x12, 0xff);
    assert.equal(rx.read(0x12), 0x00);
  });

  it("are never set while masked, not even later", () => {
    const { rx } = received((rx) => rx.write(0x11, 0x40));
    assert.equal(rx.read(0x12), 0x10);
    rx.write(0x11, 0x00);
    assert.equal(rx.read(0x12), 0x10);
    assert.deepEqual(rx.dio, []);
  });

  it("survive a change of mode", () => {
    const { rx, run } = received();
    rx.write(0x01, 0x80);
    rx.write(0x01, RX_CONTINUOUS);
    run(510_000);
    assert.equal(rx.read(0x12), 0x50);
  });
});

describe("SX1276 DIO lines", () => {
  it("stay up until their flag is cleared", () => {
    const { rx, run } = received();
    run(1_000_000);
    assert.deepEqual(rx.dio, ["DIO0 1"]);
    rx.write(0x12, 0x40);
    assert.deepEqual(rx.dio, ["DIO0 1", "DIO0 0"]);
  });

  it("follow a new mapping at once", () => {
    const { rx } = received();
    rx.write(0x40, 0x40); // DIO0 = TxDone
    rx.write(0x40, 0x00);
    assert.deepEqual(rx.dio, ["DIO0 1", "DIO0 0", "DIO0 1"]);
  });

  // RegDioMapping1, RegDioMapping2, the line expected up after a good packet.
  for (const [mapping1, mapping2, lines] of [
    [0x00, 0x00, ["DIO0 1"]],
    [0x40, 0x00, []],
    [0x80, 0x00, []],
    [0x41, 0x00, ["DIO3 1"]],
    [0x42, 0x00, []],
  ] as const) {
    it(`with mapping 0x${mapping1.toString(16)} 0x${mapping2.toString(16)}: ${lines.join(", ") || "none"}`, () => {
      const { rx } = received((rx) => rx.write(0x40, mapping1, mapping2));
      assert.deepEqual(rx.dio, lines);
    });
  }

  it("show TxDone on DIO0", () => {
    const { tx, run } = pair();
    tx.transmit(PAYLOAD);
    run(500_000);
    assert.deepEqual(tx.dio, ["DIO0 1"]);
  });

  it("show RxTimeout on DIO1", () => {
    const { rx, run } = pair();
    rx.receive(8);
    run(500_000);
    assert.deepEqual(rx.dio, ["DIO1 1"]);
  });

  it("show PayloadCrcError on DIO3", () => {
    const { rx, tx, air, run } = pair();
    air.setPathLossDb("tx", "rx", 14 + 117 + 8);
    rx.write(0x40, 0x42);
    rx.write(0x01, RX_CONTINUOUS);
    tx.transmit(PAYLOAD);
    run(500_000);
    assert.deepEqual(rx.dio, ["DIO3 1"]);
  });

  it("show the lock of the PLL on DIO4 and the readiness of the mode on DIO5", () => {
    const { rx, run } = pair();
    rx.write(0x41, 0x40);
    rx.statusDio.length = 0;
    rx.write(0x01, RX_CONTINUOUS);
    assert.deepEqual(rx.statusDio, ["DIO5 0"]);
    run(1059);
    assert.deepEqual(rx.statusDio, ["DIO5 0"]);
    run(1060);
    assert.deepEqual(rx.statusDio, ["DIO5 0", "DIO4 1", "DIO5 1"]);
    rx.write(0x01, STANDBY);
    assert.deepEqual(rx.statusDio.slice(3), ["DIO4 0"]);
  });

  it("fall at reset", () => {
    const { rx } = received();
    rx.chip.reset(true);
    assert.deepEqual(rx.dio, ["DIO0 1", "DIO0 0"]);
  });
});

describe("SX1276 channel activity detection", () => {
  const detect = (during: (tx: Host) => void) => {
    const { tx, rx, run } = pair();
    during(tx);
    run(4000);
    rx.write(0x40, 0xa0); // DIO0 = CadDone, DIO1 = CadDetected
    rx.write(0x01, CAD);
    run(500_000);
    return rx;
  };

  it("finds a preamble", () => {
    const rx = detect((tx) => tx.transmit(PAYLOAD));
    assert.equal(rx.read(0x12), 0x05);
    assert.equal(rx.read(0x01), STANDBY);
    assert.deepEqual(rx.dio, ["DIO0 1", "DIO1 1", "DIO3 1"]);
    assert.equal(rx.event("cad-done").detected, true);
  });

  it("finds nothing on a silent channel, and ends all the same", () => {
    const rx = detect(() => {});
    assert.equal(rx.read(0x12), 0x04);
    assert.equal(rx.event("cad-done").detected, false);
  });

  it("does not find a preamble of another spreading factor", () => {
    const rx = detect((tx) => tx.spreadingFactor(9).transmit(PAYLOAD));
    assert.equal(rx.read(0x12), 0x04);
  });

  it("does not find a packet past its preamble", () => {
    const { tx, rx, run } = pair();
    tx.transmit(PAYLOAD);
    run(20_000);
    rx.write(0x01, CAD);
    run(500_000);
    assert.equal(rx.read(0x12), 0x04);
  });

  it("listens for a symbol and 32 chips", () => {
    const rx = detect(() => {});
    assert.equal(usBetween(rx.event("rx-open"), rx.event("rx-close")), ((128 + 32) / 125_000) * 1e6);
  });
});
