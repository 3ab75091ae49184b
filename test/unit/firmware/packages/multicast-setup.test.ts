/** TS005: groups and their keys, sessions of class C, and that bad commands change nothing. */
import assert from "node:assert/strict";
import type * as LinkModule from "../../../../firmware/lorawan/link.ts";
import type * as MulticastModule from "../../../../firmware/lorawan/multicast.ts";
import { aesDecrypt, aesEncrypt } from "../../../../hil/lorawan/index.ts";
import { airOrder, deviceVector, hex, octets, vectors } from "../../../vectors/vectors.ts";
import { IDENTITY } from "../support/bench.ts";
import { PackageDevice } from "./package-device.ts";

const PORT = 200;
const MC_KEY = octets("0102030405060708090a0b0c0d0e0f10");

/** The server's side of the keys, which the vectors judge, too. */
function mcKeKey(rootKey: Uint8Array, lorawan11: boolean): Buffer {
  const block = Buffer.alloc(16);
  if (lorawan11) block[0] = 0x20;
  return aesEncrypt(aesEncrypt(rootKey, block), Buffer.alloc(16));
}

/** McGroupSetupReq for the group of the vectors, as on the air. */
function setUp({ id = 0, mcAddr = "01020304", min = 0, max = 0xffffffff, lorawan11 = false } = {}): string {
  const rootKey = lorawan11 ? IDENTITY.appKey : IDENTITY.nwkKey;
  const counts = Buffer.alloc(8);
  counts.writeUInt32LE(min, 0);
  counts.writeUInt32LE(max, 4);
  const encrypted = aesDecrypt(mcKeKey(rootKey, lorawan11), MC_KEY);
  return `02${hex(Uint8Array.of(id))}${hex(airOrder(mcAddr))}${hex(encrypted)}${hex(counts)}`;
}

/** McClassCSessionReq: by default at 1000 s for 64 s on 869.525 MHz at DR0. */
function session({ id = 0, time = 1000, timeOut = 6, frequency = 8695250, dataRate = 0 } = {}): string {
  const request = Buffer.alloc(11);
  request[0] = 4;
  request[1] = id;
  request.writeUInt32LE(time, 2);
  request[6] = timeOut;
  request.writeUIntLE(frequency, 7, 3);
  request[10] = dataRate;
  return request.toString("hex");
}

function device(config: Readonly<Record<string, boolean | number>> = {}): PackageDevice {
  const it = new PackageDevice({
    LORAWAN_1_1: false,
    CLASS_C: true,
    MULTICAST_SETUP: true,
    MAX_GROUPS: 4,
    ...config,
  });
  it.module<typeof LinkModule>("lorawan/link.ts").correctTime(900);
  return it;
}

function groups(it: PackageDevice): readonly MulticastModule.MulticastGroup[] {
  return it.module<typeof MulticastModule>("lorawan/multicast.ts").multicastGroups;
}

function stateOf(it: PackageDevice): string {
  return JSON.stringify(groups(it));
}

describe("firmware: remote multicast set-up (TS005)", () => {
  for (const keySchedule of [false, true])
    it(`makes the keys of the vectors from a McKey, with round keys ${keySchedule ? "kept" : "made on the way"}`, () => {
      for (const lorawan11 of [false, true]) {
        const it = device({ LORAWAN_1_1: lorawan11, KEY_SCHEDULE: keySchedule });
        assert.equal(it.answer(PORT, setUp({ lorawan11 })), "0200");
        const [group] = groups(it);
        assert.equal(hex(group.mcAppSKey), deviceVector("McAppSKey").expected);
        assert.equal(hex(group.mcNwkSKey), deviceVector("McNwkSKey").expected);
        assert.equal(hex(group.mcAddr), "04030201");
      }
    });

  it("is judged by a server that makes the keys of the vectors", () => {
    const found = vectors<{ in: string; out: string }>("multicastKeys");
    const root = found.find(({ name }) => name.startsWith("McRootKey"))!;
    const kek = found.find(({ name }) => name === "McKEKey")!;
    assert.equal(hex(aesEncrypt(octets(root.in), Buffer.alloc(16))), root.out);
    assert.equal(hex(aesEncrypt(octets(kek.in), Buffer.alloc(16))), kek.out);
    assert.equal(hex(mcKeKey(octets(root.in), false)), hex(aesEncrypt(octets(root.out), Buffer.alloc(16))));
  });

  it("keeps each of four groups with its counts", () => {
    const it = device();
    for (const id of [0, 1, 2, 3])
      assert.equal(
        it.answer(PORT, setUp({ id, mcAddr: `0000000${id}`, min: id, max: 100 + id })),
        `020${id}`,
      );
    assert.deepEqual(
      groups(it).map(({ isDefined, mcAddr, nextFCnt, maxFCnt }) => [isDefined, mcAddr[0], nextFCnt, maxFCnt]),
      [0, 1, 2, 3].map((id) => [true, id, id, 100 + id]),
    );
  });

  const answers: ReadonlyArray<readonly [title: string, commands: string, reply: string]> = [
    ["PackageVersionReq", "00", "000202"],
    ["McGroupStatusReq for all", "010f", "0123000403020101aa000026"],
    ["McGroupStatusReq for one", "0102", "012201aa000026"],
    ["McGroupStatusReq for one that is not there", "0108", "0120"],
    ["McGroupStatusReq for none", "0100", "0120"],
    ["McGroupDeleteReq", "0301", "0301"],
    ["McGroupDeleteReq for one that is not there", "0303", "0307"],
    ["McGroupSetupReq whose counts leave nothing", setUp({ id: 2, min: 7, max: 7 }), "0206"],
    ["McClassCSessionReq", session(), "0400630000"],
    ["McClassCSessionReq for one that is not there", session({ id: 3 }), "0413"],
    ["McClassCSessionReq at no data rate of downlinks", session({ dataRate: 15 }), "0404"],
    ["McClassCSessionReq at no data rate at all", session({ dataRate: 16 }), "0404"],
    ["McClassCSessionReq on no frequency of the region", session({ frequency: 9233000 }), "0408"],
    [
      "McClassCSessionReq that is wrong in all",
      session({ id: 2, dataRate: 15, frequency: 1, time: 1 }),
      "043e",
    ],
    ["McClassCSessionReq that is over", session({ time: 837 }), "0420"],
    ["McClassCSessionReq that has begun", session({ time: 900 }), "0420"],
    ["McClassCSessionReq that begins now", session({ time: 901 }), "0400000000"],
    ["McClassCSessionReq in years", session({ time: 0x40000000 }), "0400ffffff"],
    ["those before one that is unknown", "000500", "000202"],
    ["those before one that is cut short", "000400", "000202"],
    ["as many as there is room for", "010f010f", "0123000403020101aa0000260123000403020101aa000026"],
  ];
  for (const [title, commands, reply] of answers)
    it(`answers ${title}`, () => {
      const it = device();
      it.answer(PORT, setUp());
      it.answer(PORT, setUp({ id: 1, mcAddr: "260000aa" }));
      it.wait(1.5);
      assert.equal(it.answer(PORT, commands), reply);
    });

  it("tells of all four groups in one answer", () => {
    const it = device();
    for (const id of [0, 1, 2, 3]) it.answer(PORT, setUp({ id }));
    const one = "04030201";
    assert.equal(it.answer(PORT, "010f"), `014f00${one}01${one}02${one}03${one}`);
  });

  it("has no session in FSK, which the receiver cannot listen in without an end", () => {
    const it = device({ FAST_DATA_RATES: true });
    it.answer(PORT, setUp());
    assert.equal(it.answer(PORT, session({ dataRate: 7 })), "0404");
    assert.equal(it.answer(PORT, session({ dataRate: 6 })), "0400640000");
  });

  it("refuses groups that it has no memory for", () => {
    const it = device({ MAX_GROUPS: 2 });
    assert.equal(it.answer(PORT, setUp({ id: 2 })), "0206");
    assert.equal(it.answer(PORT, "0303"), "0307");
    assert.equal(it.answer(PORT, session({ id: 3 })), "0413");
  });

  it("does not know sessions of class C in an image that has not got it", () => {
    const it = device({ CLASS_C: false });
    it.answer(PORT, setUp());
    assert.equal(it.answer(PORT, `00${session()}`), "000202");
  });

  it("has no session without the time", () => {
    const it = new PackageDevice({ LORAWAN_1_1: false, CLASS_C: true, MULTICAST_SETUP: true });
    it.answer(PORT, setUp());
    assert.equal(it.answer(PORT, session()), "0420");
  });

  it("keeps the session that was set up, and loses it with its group", () => {
    const it = device();
    it.answer(PORT, setUp());
    it.answer(PORT, session());
    const { hasSession, sessionTime, timeOutS, frequency, dataRate } = groups(it)[0];
    assert.deepEqual([hasSession, sessionTime, timeOutS, frequency, dataRate], [true, 1000, 64, 8695250, 0]);
    it.answer(PORT, "0300");
    const [group] = groups(it);
    assert.deepEqual([group.isDefined, group.hasSession], [false, false]);
    assert.deepEqual([...group.mcAppSKey, ...group.mcNwkSKey], Array(32).fill(0));
  });

  it("changes nothing for what is cut short, unknown or refused", () => {
    const it = device();
    it.answer(PORT, setUp());
    it.answer(PORT, session());
    const before = stateOf(it);
    const bad = ["05", `05${session().slice(2)}`, "ff00", "01", "03", "0303", setUp({ min: 2, max: 1 })];
    for (const good of [setUp({ mcAddr: "ffffffff" }), session({ time: 2000 })])
      for (let length = 0; length < good.length; length += 2) bad.push(good.slice(0, length));
    bad.push(session({ id: 1 }), session({ dataRate: 15 }), session({ frequency: 0 }), session({ time: 1 }));
    for (const payload of bad) {
      it.answer(PORT, payload);
      assert.equal(stateOf(it), before, payload);
    }
  });
});
