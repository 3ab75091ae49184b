/** Power-up, registers, sleep, BUSY, oscillators. */
import assert from "node:assert/strict";
import { Host, Op, pair, pass, world } from "./host.ts";

function fresh(board?: ConstructorParameters<typeof Host>[2]) {
  const shared = world();
  const host = new Host("chip", shared, board);
  return { host, clock: shared.clock, pass: (us: number) => pass(shared, us) };
}

/** How long BUSY stays high from now on, in microseconds. */
function busyUs({ host, clock }: { host: Host; clock: { nowNs(): number } }): number {
  const fromNs = clock.nowNs();
  host.ready();
  return (clock.nowNs() - fromNs) / 1000;
}

describe("SX1262 start", () => {
  it("is busy for 3.5 ms, then stands by in GFSK with everything calibrated", () => {
    const bench = fresh();
    assert.equal(busyUs(bench), 3500);
    assert.equal(bench.host.mode, "STDBY_RC");
    assert.deepEqual(bench.host.ask(Op.GetPacketType, [], 1), [0]);
    assert.deepEqual(bench.host.ask(Op.GetDeviceErrors, [], 2), [0, 0]);
  });

  it("starts anew by NRESET", () => {
    const { host, pass } = fresh();
    host.configure();
    host.chip.reset(true);
    assert.equal(host.chip.busy, true);
    pass(100);
    host.chip.reset(false);
    pass(3499);
    assert.equal(host.chip.busy, true);
    pass(1);
    assert.equal(host.chip.busy, false);
    assert.deepEqual(host.ask(Op.GetPacketType, [], 1), [0]);
    assert.equal(host.read(0x0740), 0x14);
    assert.deepEqual(host.findings, []);
  });

  it("tells of BUSY at each change", () => {
    const { host } = fresh();
    const levels: boolean[] = [];
    host.chip.onBusy((level) => levels.push(level));
    host.send(Op.SetStandby, 1).ready();
    assert.deepEqual(levels, [false, true, false]);
  });

  for (const [address, ...values] of [
    [0x0706, 0x00],
    [0x0736, 0x0d],
    [0x0740, 0x14, 0x24],
    [0x0889, 0x01],
    [0x08ac, 0x94],
    [0x08d8, 0xc8],
    [0x08e7, 0x18],
    [0x0911, 0x05, 0x05],
    [0x06c0, 0x97, 0x23, 0x52, 0x25, 0x56, 0x53, 0x65, 0x64],
  ] as const) {
    it(`has ${values.map((value) => value.toString(16)).join(" ")} in register ${address.toString(16)}`, () => {
      const { host } = fresh();
      assert.deepEqual(host.ask(Op.ReadRegister, [address >> 8, address & 0xff], values.length), values);
    });
  }

  it("says who it is where drivers ask", () => {
    const { host } = fresh();
    const text = host.ask(Op.ReadRegister, [0x03, 0x20], 15);
    assert.equal(String.fromCharCode(...text), "SX1261 V2D 2D02");
  });

  it("sets the current limit with the amplifier", () => {
    const { host } = fresh();
    host.send(Op.SetPaConfig, 4, 7, 0, 1);
    assert.equal(host.read(0x08e7), 0x38);
  });

  it("answers each octet but the asked ones with its status", () => {
    const { host } = fresh();
    assert.deepEqual(host.ready().frame(Op.ReadRegister, 0x07, 0x40, 0, 0), [0x22, 0x22, 0x22, 0x22, 0x14]);
    assert.deepEqual(host.ready().frame(Op.SetStandby, 0), [0x22, 0x22]);
  });

  it("keeps 256 octets in its buffer, at any offset", () => {
    const { host } = fresh();
    host.send(Op.WriteBuffer, 0xfe, 1, 2).send(Op.WriteBuffer, 0x00, 3);
    assert.deepEqual(host.ask(Op.ReadBuffer, [0xfe], 3), [1, 2, 3]);
  });
});

describe("SX1262 sleep", () => {
  function asleep(config: number, prepare: (host: Host) => void = () => {}) {
    const { tx: host, ...shared } = pair();
    prepare(host);
    host.send(Op.WriteBuffer, 0, 7).send(Op.SetSleep, config);
    pass(shared, 10_000);
    assert.equal(host.chip.busy, true, "BUSY is high in sleep");
    host.frame(Op.GetStatus, 0);
    return { host, clock: shared.clock };
  }

  it("wakes by NSS in 340 us with its settings, without its buffer", () => {
    const bench = asleep(4);
    assert.equal(busyUs(bench), 340);
    const { host } = bench;
    assert.equal(host.mode, "STDBY_RC");
    assert.deepEqual(host.ask(Op.GetPacketType, [], 1), [1]);
    assert.equal(host.read(0x0740), 0x34);
    assert.equal(host.read(0x08d8) & 0x1e, 0x1e);
    assert.deepEqual(host.ask(Op.ReadBuffer, [0], 1), [0]);
    host.write(0x0889, 0x05).setRx(0);
    assert.equal(host.mode, "RX");
    assert.deepEqual(host.findings, []);
  });

  it("forgets everything without retention, and starts in 3.5 ms", () => {
    const bench = asleep(0);
    assert.equal(busyUs(bench), 3500);
    assert.deepEqual(bench.host.ask(Op.GetPacketType, [], 1), [0]);
    assert.equal(bench.host.read(0x0740), 0x14);
  });

  it("loses the receiver's gain, unless the retention list names it", () => {
    const lost = asleep(4, (host) => host.write(0x08ac, 0x96));
    assert.equal(lost.host.read(0x08ac), 0x94);
    const kept = asleep(4, (host) => host.write(0x08ac, 0x96).write(0x029f, 1, 0x08, 0xac));
    assert.equal(kept.host.read(0x08ac), 0x96);
  });
});

describe("SX1262 oscillators", () => {
  for (const [mode, enter, us] of [
    ["STDBY_XOSC", (host: Host) => host.send(Op.SetStandby, 1), 31],
    ["FS", (host: Host) => host.send(Op.SetFs), 50],
    ["RX", (host: Host) => host.setRx(0), 83],
  ] as const) {
    it(`takes ${us} us from STDBY_RC to ${mode} with a crystal`, () => {
      const { tx: host, clock } = pair();
      enter(host);
      assert.equal(busyUs({ host, clock }), us);
      assert.equal(host.mode, mode);
    });
  }

  it("gives a TCXO its time whenever it starts, and not while it runs", () => {
    const bench = fresh({ part: "sx1262", tcxo: { millivolts: 1800, startUpUs: 5000 } });
    const { host } = bench;
    assert.deepEqual(host.ask(Op.GetDeviceErrors, [], 2), [0, 0x20]);
    host
      .send(Op.SetDio3AsTcxo, 2, 0x00, 0x01, 0x40)
      .send(Op.ClearDeviceErrors, 0, 0)
      .send(Op.Calibrate, 0x7f);
    assert.equal(busyUs(bench), 5000 + 3500);
    host.configure().ready();
    host.send(Op.SetStandby, 1);
    assert.equal(busyUs(bench), 5000 + 31);
    host.setRx(0);
    assert.equal(busyUs(bench), 62);
    assert.deepEqual(host.ask(Op.GetDeviceErrors, [], 2), [0, 0]);
    assert.deepEqual(host.findings, []);
  });

  it("stays in STDBY_RC where the TCXO does not start", () => {
    const { host } = fresh({ part: "sx1262", tcxo: { millivolts: 1800, startUpUs: 5000 } });
    host.configure().setRx(0);
    assert.equal(host.mode, "STDBY_RC");
    assert.equal(host.commandStatus, 5);
    assert.deepEqual(host.ask(Op.GetDeviceErrors, [], 2), [0, 0x20]);
  });
});
