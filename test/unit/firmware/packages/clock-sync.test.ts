/** TS003-2.0.0: requests, answers and what the server sets, and that nothing else does anything. */
import assert from "node:assert/strict";
import type * as LinkModule from "../../../../firmware/lorawan/link.ts";
import type * as ClockSyncModule from "../../../../firmware/packages/clock-sync.ts";
import { Bench } from "../support/bench.ts";
import { Network } from "../support/network.ts";
import { PackageDevice } from "./package-device.ts";

const PORT = 202;
const SECOND_NS = 1e9;

function device(): PackageDevice {
  return new PackageDevice({ CLOCK_SYNC: true });
}

function stateOf(it: PackageDevice) {
  const { gpsTime, isTimeKnown } = it.module<typeof LinkModule>("lorawan/link.ts");
  const { clockSync } = it.module<typeof ClockSyncModule>("packages/clock-sync.ts");
  return { ...clockSync, gpsTime: gpsTime(), isTimeKnown: isTimeKnown() };
}

/** A device that has asked for the time 10.5 s after power-up. */
function asking(): PackageDevice {
  const it = device();
  it.wait(10.5);
  assert.deepEqual(it.send(), { port: PORT, payload: "010a00000010" });
  return it;
}

/** A device that knows the time: 134480385 s, 10.5 s after power-up. Its next token is 1. */
function synchronised(): PackageDevice {
  const it = asking();
  it.serve(PORT, "01f701040800");
  return it;
}

describe("firmware: clock synchronisation (TS003)", () => {
  it("asks once it runs, for an answer in any case, and then no more", () => {
    const it = asking();
    assert.equal(it.send(), undefined);
    it.wait(40 * 86400);
    assert.equal(it.send(), undefined);
  });

  it("writes the sample of the document: token 5 at 134480385 s", () => {
    const it = synchronised();
    const { clockSync } = it.module<typeof ClockSyncModule>("packages/clock-sync.ts");
    clockSync.token = 5;
    it.serve(PORT, "0301");
    assert.deepEqual(it.send(), { port: PORT, payload: "010102040805" });
  });

  it("takes the sample of the document, which sets the clock back", () => {
    const it = synchronised();
    const { clockSync } = it.module<typeof ClockSyncModule>("packages/clock-sync.ts");
    clockSync.token = 5;
    it.serve(PORT, "0301");
    it.send();
    const before = stateOf(it).gpsTime;
    it.serve(PORT, "01fffdfbf705");
    assert.equal(stateOf(it).gpsTime, before - 0x08040201);
    assert.equal(stateOf(it).token, 6);
  });

  it("counts tokens up to 15 and on from 0, with each answer", () => {
    const it = device();
    const tokens: number[] = [];
    for (let i = 0; i < 18; i++) {
      it.serve(PORT, "0301");
      const { payload } = it.send()!;
      const token = Number.parseInt(payload.slice(10), 16) & 15;
      tokens.push(token);
      it.serve(PORT, `0100000000${token.toString(16).padStart(2, "0")}`);
    }
    assert.deepEqual(tokens, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1]);
  });

  it("leaves the clock alone where nothing was asked, the token is another, or the answer came before", () => {
    for (const [it, answer] of [
      [device(), "010100000000"],
      [asking(), "010100000001"],
      [asking(), "01010000000f"],
      [synchronised(), "010100000000"],
      [synchronised(), "010100000001"],
    ] as const) {
      const before = stateOf(it);
      it.serve(PORT, answer);
      assert.deepEqual(stateOf(it), before, answer);
    }
  });

  it("ignores the reserved bits of an answer", () => {
    const it = asking();
    it.serve(PORT, "0105000000f0");
    assert.deepEqual([stateOf(it).gpsTime, stateOf(it).isTimeKnown], [15, true]);
  });

  it("asks for an answer in any case only until it knows the time", () => {
    const it = synchronised();
    it.serve(PORT, "0301");
    assert.equal(it.send()?.payload, "010102040801");
  });

  const answers: ReadonlyArray<readonly [title: string, commands: string, reply: string]> = [
    ["PackageVersionReq", "00", "000102"],
    ["DeviceAppTimePeriodicityReq", "0207", "020001020408"],
    ["its reserved bits", "02f7", "020001020408"],
    ["several at once, in their order", "000202", "000102020001020408"],
    ["those before one that is unknown", "000400", "000102"],
    ["those before one that is cut short", "0002", "000102"],
    ["as many as there is room for", "00000000000000", "000102000102000102000102000102"],
    ["nothing", "", ""],
  ];
  for (const [title, commands, reply] of answers)
    it(`answers ${title}`, () => {
      assert.equal(synchronised().answer(PORT, commands), reply);
    });

  const ignored: ReadonlyArray<readonly [title: string, commands: string]> = [
    ["no command", ""],
    ["a command of no document", "04"],
    ["one behind which others stand", "ff000207"],
    ["AppTimeAns without an octet", "0101000000"],
    ["DeviceAppTimePeriodicityReq without its octet", "02"],
    ["ForceDeviceResyncReq without its octet", "03"],
    ["ForceDeviceResyncReq of none", "0300"],
    ["its reserved bits alone", "03f8"],
  ];
  for (const [title, commands] of ignored)
    it(`changes nothing for ${title}`, () => {
      const it = synchronised();
      const before = stateOf(it);
      assert.equal(it.answer(PORT, commands), "");
      assert.deepEqual(stateOf(it), before);
    });

  it("takes what is on its port, and nothing else", () => {
    const it = device();
    for (let port = 0; port < 256; port++) assert.equal(it.serve(port, ""), port === PORT, `${port}`);
    assert.equal(new PackageDevice({}).serve(PORT, "00"), false);
  });

  it("repeats a forced request after 10 to 30 s, until one is answered", () => {
    const it = synchronised();
    it.serve(PORT, "0303");
    assert.ok(it.send());
    const { pause } = it;
    assert.ok(pause >= 10 && pause <= 31, `${pause} s`);
    it.wait(pause - 2);
    assert.equal(it.send(), undefined);
    it.wait(2);
    assert.ok(it.send());
    it.serve(PORT, "010000000001");
    it.wait(100);
    assert.equal(it.send(), undefined);
  });

  it("sends as many forced requests as were asked for where none is answered", () => {
    const it = synchronised();
    it.serve(PORT, "0307");
    let count = 0;
    for (let second = 0; second < 1000; second++, it.wait(1)) if (it.send()) count++;
    assert.equal(count, 7);
  });

  for (const period of [0, 1, 7])
    it(`asks every ${128 * 2 ** period} s, give or take 30 s, where the server wants that`, () => {
      const it = synchronised();
      it.answer(PORT, `02${period.toString(16).padStart(2, "0")}`);
      let last = 0;
      const gaps: number[] = [];
      for (let time = 0; gaps.length < 12; time++, it.wait(1))
        if (it.send()) {
          gaps.push(time - last);
          last = time;
        }
      const nominal = 128 * 2 ** period;
      for (const gap of gaps) assert.ok(gap >= nominal - 31 && gap <= nominal + 31, `${gap} s`);
      assert.ok(new Set(gaps).size > 4, `${gaps}`);
    });

  it("keeps the longest period of 48 days", () => {
    const it = synchronised();
    it.answer(PORT, "020f");
    const nominal = 128 * 2 ** 15;
    it.wait(nominal - 40);
    assert.equal(it.send(), undefined);
    it.wait(80);
    assert.ok(it.send());
  });

  it("keeps to the period where the clock is set", () => {
    const it = synchronised();
    it.answer(PORT, "0200");
    it.serve(PORT, "0301");
    it.send();
    it.serve(PORT, "010000005001");
    assert.ok(it.pause >= 97 && it.pause <= 160, `${it.pause} s`);
  });

  it("sets the clock of a device in a network, at once and on its port, beside the application's uplinks", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false });
    const told: string[] = [];
    network.onData = (uplink, frame) => {
      told.push(`${frame.fPort} ${frame.fPort === PORT ? network.plain.at(-1)?.slice(0, 2) : ""}`);
      if (frame.fPort !== PORT) return;
      const plain = Buffer.from(network.plain.at(-1)!, "hex");
      if (plain[0] !== 1) return;
      const answer = Buffer.alloc(6, 1);
      answer.writeInt32LE(1_000_000_000 - plain.readUInt32LE(1), 1);
      answer[5] = plain[5] & 15;
      const payload = Buffer.concat([answer, Buffer.from("00", "hex")]);
      bench.send(uplink, 1, network.downlink({ port: PORT, payload }));
    };
    const board = bench.run(130 * SECOND_NS, { config: { LORAWAN_1_1: false, CLOCK_SYNC: true } });
    assert.deepEqual(told.slice(0, 4), ["202 01", "202 00", "2 ", "2 "]);
    const { gpsTime, isTimeKnown } = board.module<typeof LinkModule>("lorawan/link.ts");
    assert.equal(isTimeKnown(), true);
    assert.ok(gpsTime() >= 1_000_000_115 && gpsTime() <= 1_000_000_131, `${gpsTime()}`);
    assert.deepEqual(bench.findings, []);
  });
});
