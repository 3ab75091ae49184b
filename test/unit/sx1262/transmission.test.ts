import assert from "node:assert/strict";
import { airtimeUs, type LoraTransmission } from "../../../hil/air/index.ts";
import { Host, HZ_868_1, Irq, Op, pass, usBetween, world } from "./host.ts";

const PAYLOAD = Array.from({ length: 23 }, (_, index) => index + 1);
/** 23 octets at SF7, 125 kHz, CRC, preamble 8: test/data/airtime.json. */
const AIRTIME_US = 61_696;
/** STDBY_RC to TX, and a ramp of 200 us. */
const START_US = 126 + 200;

function station() {
  const shared = world();
  const host = new Host("tx", shared).configure();
  const sent: LoraTransmission[] = [];
  shared.air.onTransmission((transmission) => {
    if (transmission.modulation === "lora") sent.push(transmission);
  });
  return { ...shared, host, sent, pass: (us: number) => pass(shared, us) };
}

describe("SX1262 transmission", () => {
  it("puts on the air what the commands said", () => {
    const { host, sent, pass } = station();
    host.transmit(PAYLOAD);
    pass(1_000_000);
    assert.equal(sent.length, 1);
    const { payload, startNs, endNs, ...rest } = sent[0];
    assert.deepEqual([...payload], PAYLOAD);
    assert.deepEqual(rest, {
      modulation: "lora",
      from: "tx",
      frequencyHz: 868_100_000,
      bandwidthHz: 125_000,
      spreadingFactor: 7,
      codingRate: 1,
      preambleSymbols: 8,
      implicitHeader: false,
      crc: true,
      lowDataRateOptimize: false,
      extendedSync: false,
      iqInverted: false,
      syncWord: 0x34,
      powerDbm: 14,
    });
    assert.equal(endNs - startNs, AIRTIME_US * 1000);
    assert.deepEqual(host.findings, []);
  });

  it("is busy until the preamble begins, and raises TxDone on DIO1 at the end of the packet", () => {
    const { host, clock, pass } = station();
    host.transmit(PAYLOAD);
    const commandNs = clock.nowNs();
    assert.equal(host.chip.busy, true);
    host.ready();
    assert.equal(host.event("tx-start").atNs, commandNs + START_US * 1000);
    assert.equal(host.mode, "TX");
    pass(AIRTIME_US - 100);
    assert.deepEqual(host.dio, []);
    pass(200);
    assert.deepEqual(host.dio, ["DIO1 1"]);
    assert.equal(usBetween(host.event("tx-start"), host.event("tx-done")), AIRTIME_US);
    assert.equal(host.irq, Irq.TxDone);
    assert.equal(host.commandStatus, 6);
    assert.equal(host.mode, "STDBY_RC");
    host.send(Op.ClearIrqStatus, 0x02, 0x01);
    assert.deepEqual(host.dio, ["DIO1 1", "DIO1 0"]);
  });

  for (const [from, enter, us] of [
    ["STDBY_XOSC", (host: Host) => host.send(Op.SetStandby, 1), 105],
    ["FS", (host: Host) => host.send(Op.SetFs), 76],
  ] as const) {
    it(`starts in ${us} us and the ramp from ${from}`, () => {
      const { host, clock } = station();
      host.packet({ length: 1 });
      enter(host);
      assert.equal(host.mode, from);
      host.setTx();
      const commandNs = clock.nowNs();
      host.ready();
      assert.equal(host.event("tx-start").atNs - commandNs, (us + 200) * 1000);
    });
  }

  for (const [octet, mode] of [
    [0x20, "STDBY_RC"],
    [0x30, "STDBY_XOSC"],
    [0x40, "FS"],
  ] as const) {
    it(`ends in the fallback mode ${mode}`, () => {
      const { host, pass } = station();
      host.send(Op.SetRxTxFallback, octet).transmit(PAYLOAD);
      pass(100_000);
      assert.equal(host.mode, mode);
    });
  }

  it("gives up at its time-out", () => {
    const { host, pass } = station();
    host.transmit(PAYLOAD, 1280); // 20 ms
    pass(100_000);
    assert.equal(host.irq, Irq.Timeout);
    assert.equal(host.mode, "STDBY_RC");
    assert.equal(usBetween(host.event("tx-start"), host.event("tx-aborted")), 20_000);
  });

  it("ends with NRESET, as with the power, which is no misuse", () => {
    const { host, pass } = station();
    host.transmit(PAYLOAD);
    pass(5_000);
    assert.equal(host.mode, "TX");
    host.chip.reset(true);
    pass(100_000);
    host.event("tx-aborted");
    assert.deepEqual(host.findings, []);
  });

  it("takes the payload from the base address, across the end of the buffer", () => {
    const { host, sent, pass } = station();
    host.send(Op.SetBufferBaseAddress, 0xfe, 0).send(Op.WriteBuffer, 0xfe, 7, 8).send(Op.WriteBuffer, 0, 9);
    host.packet({ length: 3 }).setTx();
    pass(100_000);
    assert.deepEqual([...sent[0].payload], [7, 8, 9]);
  });

  for (const [bandwidth, hz] of [
    [0x00, 7812.5],
    [0x08, 125_000 / 12],
    [0x01, 15_625],
    [0x09, 125_000 / 6],
    [0x02, 31_250],
    [0x0a, 125_000 / 3],
    [0x03, 62_500],
    [0x04, 125_000],
    [0x05, 250_000],
    [0x06, 500_000],
  ] as const) {
    it(`sends with ${Math.round(hz)} Hz for the code ${bandwidth}`, () => {
      const { host, sent, pass } = station();
      host.modulate(7, bandwidth).transmit([1]);
      pass(1_000_000);
      assert.equal(sent[0].bandwidthHz, hz);
    });
  }

  for (const spreadingFactor of [5, 6, 7, 8, 9, 10, 11, 12]) {
    it(`takes the time on air of SF${spreadingFactor}, also with 4/8`, () => {
      const { host, sent, pass } = station();
      host.modulate(spreadingFactor, 4, 4).packet({ preamble: 12, length: 10 }).setTx();
      pass(3_000_000);
      const [packet] = sent;
      assert.deepEqual([packet.codingRate, packet.extendedSync], [4, spreadingFactor < 7]);
      const expectedUs = airtimeUs({ ...packet, payloadBytes: 10 });
      assert.equal(packet.endNs - packet.startNs, Math.round(expectedUs * 1000));
      assert.deepEqual(host.findings, []);
    });
  }

  for (const [pa, setting, powerDbm] of [
    [[4, 7, 0, 1], 22, 22],
    [[4, 7, 0, 1], -9, -9],
    [[3, 5, 0, 1], 22, 20],
    [[2, 3, 0, 1], 22, 17],
    [[2, 2, 0, 1], 22, 14],
  ] as const) {
    it(`has ${powerDbm} dBm with PaConfig ${pa} and ${setting} dBm`, () => {
      const { host, sent, pass } = station();
      host
        .send(Op.SetPaConfig, ...pa)
        .send(Op.SetTxParams, setting & 0xff, 4)
        .transmit([1]);
      pass(100_000);
      assert.equal(sent[0].powerDbm, powerDbm);
      assert.deepEqual(host.findings, []);
    });
  }

  for (const [pa, setting, powerDbm] of [
    [[4, 0, 1, 1], 14, 14],
    [[6, 0, 1, 1], 14, 15],
    [[4, 0, 1, 1], -17, -17],
  ] as const) {
    it(`has ${powerDbm} dBm with PaConfig ${pa} and ${setting} dBm on the SX1261`, () => {
      const shared = world();
      const host = new Host("tx", shared, { part: "sx1261" });
      const sent: LoraTransmission[] = [];
      shared.air.onTransmission((transmission) => {
        if (transmission.modulation === "lora") sent.push(transmission);
      });
      host
        .send(Op.SetPacketType, 1)
        .send(Op.SetRfFrequency, ...HZ_868_1)
        .modulate(7);
      host
        .send(Op.SetPaConfig, ...pa)
        .send(Op.SetTxParams, setting & 0xff, 4)
        .transmit([1]);
      pass(shared, 100_000);
      assert.equal(sent[0].powerDbm, powerDbm);
      assert.deepEqual(host.findings, []);
    });
  }

  it("drives the switch of the antenna by DIO2 for as long as it sends", () => {
    const shared = world();
    const host = new Host("tx", shared, { part: "sx1262", rfSwitch: "DIO2" }).configure();
    host.send(Op.SetDio2AsRfSwitch, 1).transmit(PAYLOAD).ready();
    assert.deepEqual(host.dio, ["DIO2 1"]);
    pass(shared, 100_000);
    assert.deepEqual(host.dio, ["DIO2 1", "DIO1 1", "DIO2 0"]);
    assert.deepEqual(host.findings, []);
  });
});
