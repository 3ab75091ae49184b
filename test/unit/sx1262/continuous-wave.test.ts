/** SetTxContinuousWave: a carrier without modulation, for tests of the radio. */
import assert from "node:assert/strict";
import { Host, HZ_868_1, Op, pass, usBetween, world } from "./host.ts";
import { findsMisuses } from "./misuses.ts";

describe("SX1262 continuous wave", () => {
  it("is on the air until another mode is commanded, which is no misuse", () => {
    const shared = world();
    const host = new Host("tx", shared).configure();
    host.send(Op.SetTxContinuousWave).ready();
    assert.equal(host.mode, "TX");
    pass(shared, 8_000_000);
    host.send(Op.SetStandby, 0);
    assert.deepEqual(
      host.events.map(({ type }) => type),
      ["carrier-start", "carrier-end"],
    );
    const { frequencyHz, powerDbm } = host.event("carrier-start");
    assert.deepEqual({ frequencyHz, powerDbm }, { frequencyHz: 868_100_000, powerDbm: 14 });
    assert.ok(usBetween(host.event("carrier-start"), host.event("carrier-end")) >= 8_000_000);
    assert.deepEqual(host.findings, []);
  });

  it("asks for no modem", () => {
    const shared = world();
    const host = new Host("tx", shared).configure();
    host.send(Op.SetPacketType, 0).send(Op.SetTxContinuousWave);
    pass(shared, 1_000);
    host.event("carrier-start");
    assert.deepEqual(host.findings, []);
  });

  it("ends with the power", () => {
    const shared = world();
    const host = new Host("tx", shared).configure();
    host.send(Op.SetTxContinuousWave);
    pass(shared, 1_000);
    host.chip.reset(true);
    host.event("carrier-end");
  });

  it("drives the switch of the antenna", () => {
    const shared = world();
    const board = { part: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" } as const;
    const host = new Host("tx", shared, board).configure();
    host.send(Op.SetDio2AsRfSwitch, 1).send(Op.SetTxContinuousWave);
    pass(shared, 1_000);
    host.send(Op.SetStandby, 0);
    assert.deepEqual(host.dio, ["DIO2 1", "DIO2 0"]);
    assert.deepEqual(host.findings, []);
  });

  it("is not sent without frequency and power", () => {
    const shared = world();
    const host = new Host("tx", shared).send(Op.SetStandby, 0).send(Op.SetTxContinuousWave);
    pass(shared, 1_000);
    assert.match(
      host.findings.join("\n"),
      /SetTxContinuousWave without SetRfFrequency and SetPaConfig and SetTxParams: nothing is sent/,
    );
    assert.equal(host.commandStatus, 5);
    assert.deepEqual(host.events, []);
  });

  findsMisuses("lora", [
    [
      "an amplifier without its protection",
      (host) => host.write(0x08d8, 0).send(Op.SetTxContinuousWave),
      /SetTxContinuousWave: register 0x08D8 is 0x00/,
    ],
    [
      "another frequency while it lasts",
      (host, wait) => {
        host.send(Op.SetTxContinuousWave);
        wait(1_000);
        host.send(Op.SetRfFrequency, ...HZ_868_1);
      },
      /SetRfFrequency in TX/,
    ],
  ]);
});
