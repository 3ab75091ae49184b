/**
 * Frames to multicast groups, in whatever class they are heard: which the device takes, and that the others change
 * nothing.
 */
import assert from "node:assert/strict";
import type * as HalModule from "../../../firmware/hal/index.ts";
import type * as ClassBModule from "../../../firmware/lorawan/class-b.ts";
import type * as ClassCModule from "../../../firmware/lorawan/class-c.ts";
import type * as DownlinkModule from "../../../firmware/lorawan/downlink.ts";
import type * as FrameModule from "../../../firmware/lorawan/frame.ts";
import type * as LinkModule from "../../../firmware/lorawan/link.ts";
import type * as MulticastModule from "../../../firmware/lorawan/multicast.ts";
import type * as MulticastDownlinkModule from "../../../firmware/lorawan/multicast-downlink.ts";
import type * as MulticastSlotsModule from "../../../firmware/lorawan/multicast-slots.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import type * as ClockSyncModule from "../../../firmware/packages/clock-sync.ts";
import type * as FragmentationModule from "../../../firmware/packages/fragmentation/index.ts";
import type * as SinkModule from "../../../firmware/packages/fragmentation/sink.ts";
import type * as PackagesModule from "../../../firmware/packages/index.ts";
import { buildMulticast, type GroupOfServer, type MulticastFields } from "../../../hil/rig/packages/index.ts";
import { loadFirmware } from "./support/instance.ts";

const PHY = 16;

const GROUPS: readonly GroupOfServer[] = [0, 1].map((id) => ({
  mcAddr: `2600000${id}`,
  mcNwkSKey: Buffer.alloc(16, 0x10 + id),
  mcAppSKey: Buffer.alloc(16, 0x20 + id),
}));

const MIN = 0x1fffe;
const MAX = 0x20010;

/** A device with two groups, in class C where it has that. */
class MulticastDevice {
  readonly #load: ReturnType<typeof loadFirmware>;

  constructor(config: Readonly<Record<string, boolean | number>> = {}) {
    this.#load = loadFirmware({
      LORAWAN_1_1: false,
      CLASS_C: true,
      MULTICAST_SETUP: true,
      MAX_GROUPS: 3,
      ...config,
    });
    const { bindHal } = this.module<typeof HalModule>("hal/index.ts");
    bindHal({ now: () => 0 } as unknown as HalModule.Hal);
    this.module<typeof SessionModule>("lorawan/session.ts").session.joined = true;
    this.module<typeof ClassCModule>("lorawan/class-c.ts").classC.isOn = true;
    const { multicastGroups } = this.module<typeof MulticastModule>("lorawan/multicast.ts");
    GROUPS.forEach(({ mcAddr, mcNwkSKey, mcAppSKey }, id) => {
      const group = multicastGroups[id];
      group.mcAddr.set(Buffer.from(mcAddr, "hex").reverse());
      group.mcNwkSKey.set(mcNwkSKey);
      group.mcAppSKey.set(mcAppSKey);
      Object.assign(group, { isDefined: true, nextFCnt: MIN, maxFCnt: MAX });
    });
  }

  module<T>(path: string): T {
    return this.#load(path) as T;
  }

  /**
   * Gives the device a frame, in RX1 or RX2 or outside: the group, FPort and payload that it takes it for; undefined
   * where it drops it.
   */
  receive(phyPayload: Uint8Array, isClassA = false): string | undefined {
    const { frame } = this.module<typeof FrameModule>("lorawan/frame.ts");
    frame.fill(0xee, PHY);
    frame.set(phyPayload, PHY);
    const { acceptMulticast, downlinkGroup } = this.module<typeof MulticastDownlinkModule>(
      "lorawan/multicast-downlink.ts",
    );
    if (!acceptMulticast(phyPayload.length, isClassA)) return undefined;
    const { downlink } = this.module<typeof DownlinkModule>("lorawan/downlink.ts");
    const payload = Buffer.from(frame.slice(0, downlink.length)).toString("hex");
    return `${downlinkGroup()} ${downlink.port} ${payload}`;
  }

  send(fields: MulticastFields, id = 0, isClassA = false): string | undefined {
    const frame = buildMulticast(GROUPS[id], { port: 10, payload: "0102ff", fCnt: MIN, ...fields });
    return this.receive(frame, isClassA);
  }

  get state(): string {
    return JSON.stringify(this.module<typeof MulticastModule>("lorawan/multicast.ts").multicastGroups);
  }
}

describe("firmware: multicast downlinks", () => {
  for (const lorawan11 of [false, true]) {
    it(`are taken by the group that they came to, LoRaWAN ${lorawan11 ? "1.1" : "1.0.4"}`, () => {
      const it = new MulticastDevice({ LORAWAN_1_1: lorawan11 });
      assert.equal(it.send({}), "0 10 0102ff");
      assert.equal(it.send({ fPending: true, fCnt: MIN + 5, port: 223 }, 1), "1 223 0102ff");
      assert.equal(it.send({ payload: "", fCnt: MIN + 6 }, 1), "1 10 ");
    });
  }

  it("count up to the end of their range, across 16 bits, and no farther", () => {
    const it = new MulticastDevice();
    for (const fCnt of [MIN, MIN + 1, MIN + 2, MAX - 1]) assert.equal(it.send({ fCnt }), "0 10 0102ff");
    for (const fCnt of [MAX, MAX + 1]) assert.equal(it.send({ fCnt }), undefined);
  });

  describe("are taken only where class B or C has the device hear them", () => {
    const taken = (it: MulticastDevice, isClassA: boolean) =>
      GROUPS.map((_group, id) => it.send({}, id, isClassA) !== undefined);

    for (const isClassA of [false, true]) {
      const where = isClassA ? "in RX1 and RX2" : "between two uplinks";

      it(`in class C those to all groups, ${where}`, () => {
        assert.deepEqual(taken(new MulticastDevice(), isClassA), [true, true]);
      });

      it(`in class A none, ${where}`, () => {
        const it = new MulticastDevice();
        it.module<typeof ClassCModule>("lorawan/class-c.ts").classC.isOn = false;
        assert.deepEqual(taken(it, isClassA), [false, false]);
      });

      for (const [untilBegin, isHeard] of [
        [2, false],
        [1, true],
        [-8, true],
      ] as const)
        it(`in class A those to a group whose session begins in ${untilBegin} s: ${isHeard}, ${where}`, () => {
          const it = new MulticastDevice();
          it.module<typeof ClassCModule>("lorawan/class-c.ts").classC.isOn = false;
          it.module<typeof LinkModule>("lorawan/link.ts").correctTime(1000);
          const { multicastGroups } = it.module<typeof MulticastModule>("lorawan/multicast.ts");
          const session = { hasSession: true, sessionTime: 1000 + untilBegin, timeOutS: 16 };
          Object.assign(multicastGroups[0], session);
          assert.deepEqual(taken(it, isClassA), [isHeard, false]);
        });

      it(`in class B those to a group whose session is under way${isClassA ? ", but not " : ", "}${where}`, () => {
        const it = new MulticastDevice({ CLASS_B: true, CLASS_C: false });
        const { slotSessions } = it.module<typeof MulticastSlotsModule>("lorawan/multicast-slots.ts");
        Object.assign(slotSessions[0], { isSet: true, sessionTime: 1280, timeOutS: 256 });
        const { classB } = it.module<typeof ClassBModule>("lorawan/class-b.ts");
        for (const [beaconTime, isHeard] of [
          [1152, false],
          [1408, !isClassA],
          [1536, false],
        ] as const) {
          classB.beaconTime = beaconTime;
          assert.deepEqual(taken(it, isClassA), [isHeard, false], `${beaconTime} s`);
        }
      });
    }
  });

  const flip = (at: number, bits: number) => (message: Buffer) => {
    message[at] ^= bits;
    return message;
  };
  const wrong: ReadonlyArray<readonly [title: string, fields: MulticastFields]> = [
    ["a wrong MIC", { breakMic: true }],
    ["the McFCount of the last one: a replay", { fCnt: MIN + 4 }],
    ["an earlier McFCount", { fCnt: MIN + 2 }],
    ["a McFCount below the range", { fCnt: MIN - 1 }],
    ["a McFCount at the end of the range", { fCnt: MAX }],
    ["an ACK", { change: flip(5, 0x20) }],
    ["the ADR bit", { change: flip(5, 0x80) }],
    ["the bit of ADRACKReq", { change: flip(5, 0x40) }],
    ["MAC commands in FOpts", { fOpts: "06" }],
    ["FPort 0", { port: 0 }],
    ["no FPort", { port: undefined, payload: undefined }],
    ["FPort 224", { port: 224 }],
    ["the type of confirmed data", { confirmed: true }],
    ["the type of an uplink", { change: flip(0, 0x20) }],
    ["another Major", { change: flip(0, 0x01) }],
    ["the address of another group", { mcAddr: GROUPS[1].mcAddr }],
    ["an address of no group", { mcAddr: "26000009" }],
    ["an address of zeros, as a group has that is not defined", { mcAddr: "00000000" }],
  ];
  for (const [title, fields] of wrong) {
    it(`are dropped with ${title}, and the next one is taken`, () => {
      const it = new MulticastDevice();
      assert.equal(it.send({ fCnt: MIN + 4 }), "0 10 0102ff");
      const before = it.state;
      assert.equal(it.send({ fCnt: MIN + 6, ...fields }), undefined);
      assert.equal(it.state, before);
      assert.equal(it.send({ fCnt: MIN + 5 }), "0 10 0102ff");
    });
  }

  it("are dropped where the device has no session", () => {
    const it = new MulticastDevice();
    const before = it.state;
    const { session } = it.module<typeof SessionModule>("lorawan/session.ts");
    session.joined = false;
    assert.equal(it.send({}), undefined);
    assert.equal(it.state, before);
    session.joined = true;
    assert.equal(it.send({}), "0 10 0102ff");
  });

  it("are dropped where they are cut short", () => {
    const it = new MulticastDevice();
    const whole = buildMulticast(GROUPS[0], { port: 10, payload: "0102ff", fCnt: MIN });
    for (let length = 0; length < whole.length; length++)
      assert.equal(it.receive(whole.subarray(0, length)), undefined);
  });

  it("set up neither groups nor the clock", () => {
    const it = new MulticastDevice({ CLOCK_SYNC: true });
    const { servePackage } = it.module<typeof PackagesModule>("packages/index.ts");
    const { clockSync } = it.module<typeof ClockSyncModule>("packages/clock-sync.ts");
    for (const [port, payload] of [
      [200, "0300"],
      [202, "0307"],
    ] as const) {
      assert.match(it.send({ port, payload, fCnt: MIN + (port - 200) }) ?? "", /^0 /);
      const { frame } = it.module<typeof FrameModule>("lorawan/frame.ts");
      assert.equal(servePackage(port, frame, 2), true);
    }
    assert.equal(clockSync.requestsLeft, 1, "the request that each device begins with");
    assert.equal(JSON.parse(it.state)[0].isDefined, true);
  });

  it("bring fragments of a block only where its set-up names their group", () => {
    for (const [mask, received] of [
      [0, 0],
      [1, 1],
      [2, 0],
    ]) {
      const it = new MulticastDevice({ FRAGMENTATION: true, FRAGMENTATION_V1: true });
      const { serveFragmentation } = it.module<typeof FragmentationModule>("packages/fragmentation/index.ts");
      const { bindSink } = it.module<typeof SinkModule>("packages/fragmentation/sink.ts");
      bindSink({ read: () => 0, write: () => {}, end: () => {} });
      const payload = (octets: string) => {
        const buffer = new Uint8Array(51);
        buffer.set(Buffer.from(octets, "hex"));
        return buffer;
      };
      // Two fragments of four octets.
      serveFragmentation(payload(`020${mask}020004000000000000`), 11);
      it.send({});
      serveFragmentation(payload("08010001020304"), 7);
      const { decoder } = it.module<{ decoder: { received: number } }>("packages/fragmentation/decoder.ts");
      assert.equal(decoder.received, received, `mask ${mask}`);
    }
  });
});
