/**
 * Multicast groups in class B: ping slots of their own, from the beacon that McClassBSessionReq names, as long as it
 * says.
 */
import assert from "node:assert/strict";
import { pingOffset } from "../../../hil/lorawan/index.ts";
import { buildMulticast, classBSessionReq, groupOf, groupSetupReq } from "../../../hil/rig/packages/index.ts";
import { Bench, IDENTITY } from "./support/bench.ts";
import { ClassBNetwork, ZERO_S } from "./support/class-b-network.ts";
import { DEV_ADDR } from "./support/network.ts";

const MC_KEY = Uint8Array.from({ length: 16 }, (_, i) => 0x60 + i);
const MC_ADDR = "01ABCDEF";
const GROUP = groupOf(MC_KEY, MC_ADDR);
const PERIODICITY = 4;
const SLOTS_HZ = 869_100_000;

const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
/** The session begins with the sixth beacon, and lasts two beacon periods. */
const BEGIN_S = 28 + 5 * 128;
const SESSION = {
  time: ZERO_S + BEGIN_S,
  timeOut: 1,
  periodicity: PERIODICITY,
  frequency: SLOTS_HZ / 100,
  dataRate: 5,
};

type Heard = "group" | "device";

interface Collision {
  /** How many slots those of the group are behind those of the device. */
  readonly slots?: number;
  /** Each had FPending in its last frame. */
  readonly devicePending?: boolean;
  readonly groupPending?: boolean;
  /** Who has something to send; both where not given. */
  readonly alone?: Heard;
}

describe("firmware: a multicast group in class B", () => {
  for (const lorawan11 of [false, true]) {
    it(`is heard in its own ping slots, during its session alone, LoRaWAN ${lorawan11 ? "1.1" : "1.0.4"}`, () => {
      const bench = new Bench({ chip: "sx1276" });
      const net = new ClassBNetwork(bench, { lorawan11 });
      const rootKey = lorawan11 ? IDENTITY.appKey : IDENTITY.nwkKey;
      const requests = [
        groupSetupReq(MC_KEY, MC_ADDR, { min: 0, max: 100 }, { rootKey, lorawan11 }),
        classBSessionReq(SESSION),
      ];
      net.onUplink = ({ endS, classBBit }) => {
        if (!classBBit) return;
        const payload = requests.shift();
        if (payload === undefined) return;
        net.send(net.slotsS(3, endS + 5, endS + 20)[0], () => net.network.downlink({ port: 200, payload }));
      };
      // One before the session, four in it, one behind it.
      const slots = (fromS: number) => net.slotsS(PERIODICITY, fromS, fromS + 120, MC_ADDR);
      const inSession = [...slots(BEGIN_S).slice(0, 2), ...slots(BEGIN_S + 128).slice(0, 2)];
      const sent = [slots(BEGIN_S - 100)[0], ...inSession, slots(BEGIN_S + 256)[0]];
      for (const [fCnt, slotS] of sent.entries())
        net.send(slotS, () => buildMulticast(GROUP, { port: 10, payload: `a${fCnt}`, fCnt }), {
          frequencyHz: SLOTS_HZ,
          spreadingFactor: 7,
        });
      bench.run((BEGIN_S + 380) * 1e9, {
        config: {
          LORAWAN_1_1: lorawan11,
          CLASS_B: true,
          MULTICAST_SETUP: true,
          PING_PERIODICITY: 3,
          PERIOD_S: 100,
        },
      });
      assert.deepEqual(bench.findings, []);
      const answers = net.network.plain.filter((payload) => /^0[25]/.test(payload));
      assert.equal(answers[0], "0200");
      assert.match(answers[1], /^0500[0-9a-f]{6}$/);
      const uplinks = net.uplinks.map(({ endS }) => endS);
      const isFree = (slotS: number) => !uplinks.some((endS) => slotS > endS - 0.2 && slotS < endS + 2.4);
      const expected = inSession
        .map((slotS, i) => ({ slotS, line: `downlink 10: A${i + 1}` }))
        .filter(({ slotS }) => isFree(slotS));
      assert.ok(expected.length >= 3);
      assert.deepEqual(
        bench.lines.filter((line) => line.startsWith("downlink 10")),
        expected.map(({ line }) => line),
      );
    });
  }

  /**
   * An address whose group's slots are so many behind those of the device, behind the beacon at this second of the run.
   */
  function addressBehind(slots: number, beaconS: number): string {
    const time = ZERO_S + beaconS;
    const period = 32 << PERIODICITY;
    const wanted = (pingOffset(time, DEV_ADDR, PERIODICITY) + slots + period) % period;
    for (let i = 1; ; i++) {
      const address = (0x01ab_0000 + i).toString(16).padStart(8, "0").toUpperCase();
      if (pingOffset(time, address, PERIODICITY) === wanted) return address;
    }
  }

  describe("whose slots collide with those of the device, which has slots as often", () => {
    for (const [title, { slots = 0, devicePending = false, groupPending = false, alone }, heard] of [
      ["has priority", {}, "group"],
      [
        "has priority where its window would open before that of the device has closed",
        { slots: 1 },
        "group",
      ],
      ["has priority where it would keep the device's window from opening", { slots: -1 }, "group"],
      ["has not where more is to come for the device", { devicePending: true }, "device"],
      ["has not, neither where its window is a little later", { slots: 1, devicePending: true }, "device"],
      ["nor where it is a little earlier", { slots: -1, devicePending: true }, "device"],
      ["has where more is to come for both", { devicePending: true, groupPending: true }, "group"],
      ["is heard behind a slot of the device that stays empty", { slots: 2, alone: "group" }, "group"],
      ["leaves the device its slot behind an empty one", { slots: -2, alone: "device" }, "device"],
    ] as readonly (readonly [string, Collision, Heard])[]) {
      it(title, () => {
        const bench = new Bench({ chip: "sx1276" });
        const net = new ClassBNetwork(bench, { lorawan11: false });
        // No uplink comes between: the one of the period is later.
        const firstS = 28 + 2 * 128;
        const secondS = firstS + 128;
        const mcAddr = addressBehind(slots, secondS);
        const requests = [
          groupSetupReq(MC_KEY, mcAddr, { min: 0, max: 100 }, { rootKey: IDENTITY.nwkKey, lorawan11: false }),
          classBSessionReq({ ...SESSION, time: ZERO_S + firstS, dataRate: 3 }),
        ];
        net.onUplink = ({ endS, classBBit }) => {
          const payload = classBBit ? requests.shift() : undefined;
          if (payload === undefined) return;
          const [slotS] = net.slotsS(PERIODICITY, endS + 5, endS + 30);
          net.send(slotS, () => net.network.downlink({ port: 200, payload }));
        };
        let fCnt = 0;
        const sendGroup = (slotS: number, fPending: boolean) =>
          net.send(
            slotS,
            () => buildMulticast(groupOf(MC_KEY, mcAddr), { port: 10, fCnt: fCnt++, fPending }),
            {
              frequencyHz: SLOTS_HZ,
              spreadingFactor: 9,
            },
          );
        const sendDevice = (slotS: number, fPending: boolean) =>
          net.send(slotS, () => net.network.downlink({ port: 9, fPending }));
        // Behind the first beacon of the session each says whether more is to come, behind the second they collide.
        sendDevice(net.slotsS(PERIODICITY, firstS + 20, secondS)[0], devicePending);
        sendGroup(net.slotsS(PERIODICITY, firstS + 60, secondS, mcAddr)[0], groupPending);
        const [deviceS] = net.slotsS(PERIODICITY, secondS + 20, secondS + 128);
        if (alone !== "group") sendDevice(deviceS, false);
        if (alone !== "device") sendGroup(deviceS + slots * 0.03, false);
        bench.run((secondS + 127) * 1e9, {
          config: {
            LORAWAN_1_1: false,
            CLASS_B: true,
            MULTICAST_SETUP: true,
            PING_PERIODICITY: PERIODICITY,
            PERIOD_S: 600,
          },
        });
        assert.deepEqual(bench.findings, []);
        const lines = bench.lines.filter((line) => /^downlink (9|10)/.test(line));
        assert.deepEqual(lines, [
          "downlink 9: ",
          "downlink 10: ",
          `downlink ${heard === "group" ? 10 : 9}: `,
        ]);
      });
    }
  });

  for (const [what, change, status] of [
    ["a data rate that is none for downlinks", { dataRate: 8 }, "0504"],
    ["a data rate of FSK", { dataRate: 7 }, "0504"],
    ["a frequency outside", { frequency: 8700001 }, "0508"],
    ["a begin that is past", { time: ZERO_S + 28 }, "0520"],
    ["all of that", { dataRate: 8, frequency: 1, time: ZERO_S - 1024 }, "052c"],
  ] as const) {
    it(`has no session with ${what}`, () => {
      const bench = new Bench({ chip: "sx1276" });
      const net = new ClassBNetwork(bench, { lorawan11: false });
      const requests = [
        groupSetupReq(MC_KEY, MC_ADDR, { min: 0, max: 100 }, { rootKey: IDENTITY.nwkKey, lorawan11: false }),
        classBSessionReq({ ...SESSION, ...change }),
      ];
      net.onUplink = ({ endS, classBBit }) => {
        if (!classBBit) return;
        const payload = requests.shift();
        if (payload === undefined) return;
        net.send(net.slotsS(3, endS + 5, endS + 20)[0], () => net.network.downlink({ port: 200, payload }));
      };
      bench.run(400e9, {
        config: {
          FAST_DATA_RATES: true,
          LORAWAN_1_1: false,
          CLASS_B: true,
          MULTICAST_SETUP: true,
          PING_PERIODICITY: 3,
          PERIOD_S: 100,
        },
      });
      const answers = net.network.plain.filter((payload) => payload.startsWith("05"));
      assert.equal(answers[0], status, hex(Buffer.from(answers.join(""), "hex")));
    });
  }
});
