import assert from "node:assert/strict";
import { airtimeUs, type LoraTransmission } from "../../../hil/air/index.ts";
import { FSTX, Host, pair, SLEEP, STANDBY, TX, usBetween, world } from "./host.ts";

const PAYLOAD = Array.from({ length: 23 }, (_, index) => index + 1);
/** 23 octets at SF7, 125 kHz, CRC, preamble 8: test/data/airtime.json. */
const AIRTIME_US = 61_696;
/** Synthesizer and a ramp of 40 us. */
const START_US = 60 + 40;

function station() {
  const shared = world();
  const host = new Host("tx", shared).configure();
  const sent: LoraTransmission[] = [];
  shared.air.onTransmission((transmission) => {
    if (transmission.modulation === "lora") sent.push(transmission);
  });
  shared.clock.advanceTo(1_000_000);
  const run = (us: number) => shared.clock.advanceTo(1_000_000 + us * 1000);
  return { ...shared, host, sent, run };
}

describe("SX1276 transmission", () => {
  it("puts on the air what the registers say", () => {
    const { host, sent, run } = station();
    host.transmit(PAYLOAD);
    run(1_000_000);
    assert.equal(sent.length, 1);
    const { payload, startNs, endNs, ...rest } = sent[0];
    assert.deepEqual([...payload], PAYLOAD);
    assert.deepEqual(rest, {
      modulation: "lora",
      from: "tx",
      frequencyHz: 868_099_976,
      bandwidthHz: 125_000,
      spreadingFactor: 7,
      codingRate: 1,
      preambleSymbols: 8,
      implicitHeader: false,
      crc: true,
      lowDataRateOptimize: false,
      iqInverted: false,
      syncWord: 0x34,
      powerDbm: 14,
    });
    assert.equal(startNs, 1_000_000 + START_US * 1000);
    assert.equal(endNs - startNs, AIRTIME_US * 1000);
    assert.deepEqual(host.findings, []);
  });

  it("takes the payload from FifoTxBaseAddr, across the end of the buffer", () => {
    const { host, sent, run } = station();
    host.write(0x0e, 0xff);
    host.write(0x0d, 0xff);
    host.write(0x00, 7, 8, 9);
    host.write(0x22, 3);
    host.write(0x01, TX);
    run(1_000_000);
    assert.deepEqual([...sent[0].payload], [7, 8, 9]);
  });

  it("raises TxDone after start-up, ramp and time on air, and is in standby then", () => {
    const { host, run } = station();
    host.transmit(PAYLOAD);
    run(START_US + AIRTIME_US - 1);
    assert.equal(host.read(0x01), TX);
    assert.equal(host.read(0x12), 0);
    run(START_US + AIRTIME_US);
    assert.equal(host.read(0x01), STANDBY);
    assert.equal(host.read(0x12), 0x08);
    assert.deepEqual(host.dio, ["DIO0 1"]);
    assert.deepEqual(
      host.events.map(({ type }) => type),
      ["tx-start", "tx-done"],
    );
    assert.equal(usBetween(host.event("tx-start"), host.event("tx-done")), AIRTIME_US);
  });

  it("starts 250 us later out of sleep, for the oscillator", () => {
    const { host, run } = station();
    host.write(0x01, SLEEP);
    host.write(0x01, TX);
    run(1_000_000);
    assert.equal(host.event("tx-start").atNs - 1_000_000, (250 + START_US) * 1000);
  });

  it("starts with the ramp alone once the synthesizer has locked", () => {
    const { host, clock, run } = station();
    host.write(0x01, FSTX);
    run(100);
    const commandedNs = clock.nowNs();
    host.write(0x01, TX);
    run(1_000_000);
    assert.equal(host.event("tx-start").atNs - commandedNs, 40_000);
  });

  for (const [ramp, us] of [
    [0x00, 3400],
    [0x08, 50],
    [0x09, 40],
    [0x0f, 10],
  ] as const) {
    it(`ramps up for ${us} us with PaRamp ${ramp}`, () => {
      const { host, run } = station();
      host.write(0x0a, ramp);
      host.transmit(PAYLOAD);
      run(1_000_000);
      assert.equal(host.event("tx-start").atNs - 1_000_000, (60 + us) * 1000);
    });
  }

  it("lasts as long as its settings make it", () => {
    const { host, run } = station();
    host.modem({ bandwidthKhz: 250, codingRate: 3, spreadingFactor: 10 });
    host.write(0x20, 0x00, 0x0c);
    host.transmit(PAYLOAD);
    run(2_000_000);
    const expected = airtimeUs({
      bandwidthHz: 250_000,
      spreadingFactor: 10,
      codingRate: 3,
      preambleSymbols: 12,
      implicitHeader: false,
      crc: true,
      lowDataRateOptimize: false,
      payloadBytes: 23,
    });
    assert.equal(usBetween(host.event("tx-start"), host.event("tx-done")), expected);
  });

  it("is inverted when bit 0 of RegInvertIQ is 0", () => {
    const { host, sent, run } = station();
    host.invertIq("tx").transmit(PAYLOAD);
    run(1_000_000);
    assert.equal(sent[0].iqInverted, true);
    assert.deepEqual(host.findings, []);
  });

  it("uses a new frequency once its least significant octet is written", () => {
    const { host, sent, run } = station();
    host.write(0x06, 0xd9);
    host.write(0x07, 0x26);
    host.transmit(PAYLOAD);
    run(100_000);
    assert.equal(sent[0].frequencyHz, 868_099_976);
    assert.match(host.findings[0], /without RegFrfLsb/);
    host.write(0x08, 0x66);
    host.transmit(PAYLOAD);
    run(200_000);
    assert.equal(sent[1].frequencyHz, 868_599_976);
  });

  describe("power", () => {
    for (const [title, paConfig, paDac, ocp, powerDbm, finding] of [
      ["RFO 14 dBm", 0x7e, 0x84, 0x2b, 14, undefined],
      ["RFO 0 dBm", 0x70, 0x84, 0x2b, 0, undefined],
      ["PA_BOOST 2 dBm", 0x80, 0x84, 0x2b, 2, undefined],
      ["PA_BOOST 17 dBm", 0x8f, 0x84, 0x2b, 17, undefined],
      ["PA_BOOST 20 dBm", 0x8f, 0x87, 0x3b, 20, undefined],
      ["PA_BOOST with 20 - 2 in OutputPower", 0x92, 0x84, 0x2b, 4, /ran over the four bits of OutputPower/],
      ["20 dBm with 100 mA", 0x8f, 0x87, 0x2b, 20, /limits the current to 100 mA/],
      ["20 dBm on RFO", 0x7f, 0x87, 0x3b, 15, /for the PA_BOOST pin/],
      ["an undefined PaDac", 0x8f, 0x86, 0x2b, 17, /RegPaDac is 0x86/],
    ] as const) {
      it(title, () => {
        const { host, sent, run } = station();
        host.write(0x09, paConfig);
        host.write(0x4d, paDac);
        host.write(0x0b, ocp);
        host.transmit(PAYLOAD);
        run(100_000);
        assert.ok(Math.abs(sent[0].powerDbm - powerDbm) < 1e-9, `${sent[0].powerDbm} dBm`);
        if (finding === undefined) assert.deepEqual(host.findings, []);
        else assert.match(host.findings.join("\n"), finding);
      });
    }
  });

  it("cut off by another mode reaches nobody, and is a finding", () => {
    const { tx, rx, run } = pair();
    rx.receive(50);
    tx.transmit(PAYLOAD);
    run(30_000);
    tx.write(0x01, STANDBY);
    run(500_000);
    assert.equal(tx.read(0x12), 0);
    assert.match(tx.findings[0], /commanded before TxDone/);
    assert.equal(tx.event("tx-aborted").atNs, 30_000_000);
    assert.equal(rx.read(0x12) & 0x40, 0);
  });

  it("cut off before the ramp is over never was on the air", () => {
    const { host, sent, run } = station();
    host.transmit(PAYLOAD);
    run(50);
    host.write(0x01, STANDBY);
    run(1_000_000);
    assert.equal(sent.length, 0);
    assert.deepEqual(host.findings, []);
  });

  it("stops at reset", () => {
    const { host, run } = station();
    host.transmit(PAYLOAD);
    run(10_000);
    host.chip.reset(true);
    run(1_000_000);
    assert.deepEqual(
      host.events.map(({ type }) => type),
      ["tx-start", "tx-aborted"],
    );
    assert.deepEqual(host.dio, []);
  });
});
