/** MAC commands of class B: each with all that can be right or wrong about it, and what the device makes of it. */
import assert from "node:assert/strict";
import type * as AirtimeModule from "../../../firmware/lorawan/airtime.ts";
import type * as BeaconModule from "../../../firmware/lorawan/beacon.ts";
import type * as ClassBModule from "../../../firmware/lorawan/class-b.ts";
import type * as FrameModule from "../../../firmware/lorawan/frame.ts";
import type * as PingSlotsModule from "../../../firmware/lorawan/ping-slots.ts";
import type * as WindowsModule from "../../../firmware/lorawan/windows.ts";
import { buildBeacon, NetworkPlan, pingOffset } from "../../../hil/lorawan/index.ts";
import { REGION_NAMES } from "../../../toolchain/regions/index.ts";
import { deviceVector } from "../lorawan/vectors.ts";
import { loadFirmware } from "./support/instance.ts";
import { MacSession, VERSIONS } from "./support/mac-session.ts";

const PHY = 16;

/** Of a frequency in units of 100 Hz, the three octets. */
function freq(frequency: number): string {
  const octets = Buffer.alloc(3);
  octets.writeUIntLE(frequency, 0, 3);
  return octets.toString("hex");
}

/** As the plan has them. */
const DEFAULTS = { beaconFrequency: 0, pingFrequency: 0, pingDataRate: 3 };

const CASES: readonly (readonly [
  what: string,
  asked: string,
  answered: string,
  done?: Partial<typeof DEFAULTS>,
])[] = [
  [
    "PingSlotChannelReq moves the slots",
    `11${freq(8691000)}02`,
    "1103",
    { pingFrequency: 8691000, pingDataRate: 2 },
  ],
  ["... back to where the plan has them", "1100000004", "1103", { pingDataRate: 4 }],
  [
    "... at the edges of the region",
    `11${freq(8630000)}05`,
    "1103",
    { pingFrequency: 8630000, pingDataRate: 5 },
  ],
  ["... with reserved bits set", `11${freq(8691000)}f2`, "1103", { pingFrequency: 8691000, pingDataRate: 2 }],
  ["... not to a frequency outside", `11${freq(8700001)}02`, "1102"],
  ["... not to a data rate that is reserved", `11${freq(8691000)}08`, "1101"],
  ["... not to FSK", `11${freq(8691000)}07`, "1101"],
  ["... and may be wrong in both", `11${freq(8629999)}0f`, "1100"],
  ["BeaconFreqReq moves the beacon", `13${freq(8691000)}`, "1301", { beaconFrequency: 8691000 }],
  ["... back to where the plan has it", "13000000", "1301"],
  ["... not to a frequency outside", `13${freq(8700001)}`, "1300"],
  ["BeaconTimingAns, which nothing asks for, does not end what comes behind", "121234050403", "04"],
  ["PingSlotInfoAns that nothing asks for does not end it either", "100403", "04"],
  ["PingSlotChannelReq that is cut short is none", `0403${"11389d84"}`, "04"],
];

describe("firmware: MAC commands of class B", () => {
  for (const version of VERSIONS) {
    for (const [what, asked, answered, done = {}] of CASES) {
      it(`${version}: ${what}`, () => {
        const it = new MacSession(version, { CLASS_B: true, FAST_DATA_RATES: true });
        const classB = it.module<typeof ClassBModule>("lorawan/class-b.ts");
        // Otherwise each uplink asks for the time.
        classB.wantClassB(false);
        classB.resetSlotChannels();
        it.send({ fOpts: asked });
        assert.equal(it.answers(), answered);
        const { beaconFrequency, pingFrequency, pingDataRate, isAgreed } = classB.classB;
        assert.deepEqual({ beaconFrequency, pingFrequency, pingDataRate }, { ...DEFAULTS, ...done });
        assert.equal(isAgreed, false);
      });
    }
  }

  // Power loss brings them back there, and nothing tells the network of that.
  for (const [what, asked, answered10, answered11] of [
    ["move the slots", `11${freq(8691000)}02`, "1100", "1103"],
    ["change their data rate alone", "1100000002", "1101", "1103"],
    ["move the slots to where they are", "1100000003", "1103", "1103"],
    ["move the beacon", `13${freq(8691000)}`, "1300", "1301"],
    ["move the beacon to where it is", "13000000", "1301", "1301"],
  ])
    it(`${what}: those of a personalised device of 1.0.4 only to where the plan has them`, () => {
      for (const [version, answered] of [
        ["1.0.4", answered10],
        ["1.1", answered11],
      ] as const) {
        const it = new MacSession(version, { CLASS_B: true, ABP: true });
        const classB = it.module<typeof ClassBModule>("lorawan/class-b.ts");
        classB.wantClassB(false);
        classB.resetSlotChannels();
        it.send({ fOpts: asked });
        assert.equal(it.answers(), answered, version);
        const { beaconFrequency, pingFrequency, pingDataRate } = classB.classB;
        if (version === "1.0.4") assert.deepEqual({ beaconFrequency, pingFrequency, pingDataRate }, DEFAULTS);
      }
    });

  it("PingSlotChannelAns goes with every uplink until a downlink comes; BeaconFreqAns once", () => {
    const it = new MacSession("1.0.4", { CLASS_B: true });
    it.module<typeof ClassBModule>("lorawan/class-b.ts").wantClassB(false);
    it.send({ fOpts: `11${freq(8691000)}0213${freq(8691000)}` });
    assert.equal(it.silentUplink().fOpts, "11031301");
    assert.equal(it.silentUplink().fOpts, "1103");
    it.begin();
    it.endUplink(true);
    assert.equal(it.silentUplink().fOpts, "");
  });

  it("are unknown without CLASS_B", () => {
    const it = new MacSession("1.0.4");
    it.send({ fOpts: `0403${`13${freq(8691000)}`}0405` });
    assert.equal(it.answers(), "04");
    assert.equal(it.session.maxDutyCycle, 3);
  });
});

/** Of which region, with which clock: the last data rate is the one at which windows are too short for it. */
const FAST_SLOTS = [
  ["US915", 30, { accepted: [8, 9, 10, 11, 12, 13], refused: [] }],
  ["US915", 1200, { accepted: [8, 9, 10, 11, 12], refused: [13] }],
  ["AU915", 2500, { accepted: [8, 9, 10, 11], refused: [12, 13] }],
  ["EU868", 1200, { accepted: [0, 1, 2, 3, 4, 5, 6], refused: [] }],
  ["EU868", 2500, { accepted: [0, 1, 2, 3, 4, 5], refused: [6] }],
] as const;

describe("firmware: a window of a ping slot is open as long as the clock may err, at every data rate", () => {
  const DETECTION_SYMBOLS = 6;
  const MOST_SYMBOLS = 1023;

  for (const [region, ppm, { accepted, refused }] of FAST_SLOTS) {
    it(`${region}, ${ppm} ppm: PingSlotChannelReq moves the slots to no other, and class B ends when it no longer is`, () => {
      const config = { CLASS_B: true, FAST_DATA_RATES: true, CLOCK_ERROR_PPM: ppm };
      const it = new MacSession("1.0.4", config, region);
      const { classB, ...module } = it.module<typeof ClassBModule>("lorawan/class-b.ts");
      const { symbolUs } = it.module<typeof AirtimeModule>("lorawan/airtime.ts");
      const { listeningSymbols } = it.module<typeof WindowsModule>("lorawan/windows.ts");
      for (const [rates, status] of [
        [accepted, 3],
        [refused, 1],
      ] as const) {
        for (const rate of rates) {
          module.wantClassB(false);
          it.send({ fOpts: `11000000${rate.toString(16).padStart(2, "0")}` });
          assert.equal(it.answers(), `110${status}`, `DR${rate}`);
          if (status !== 3) continue;
          module.wantClassB(true);
          Object.assign(classB, { state: 2, missed: 0, pingDataRate: rate });
          for (let missed = 0; missed < 56 && classB.state === 2; missed++) {
            const earlyUs = 2 * module.beaconErrorUs(128);
            const symbols = listeningSymbols(rate, earlyUs);
            assert.ok(
              (symbols - DETECTION_SYMBOLS) * symbolUs(rate) >= earlyUs,
              `DR${rate}, ${missed} beacons missed: ${symbols} symbols`,
            );
            module.missBeacon();
          }
          // It does not end before it has to, either.
          const nextUs = 2 * (100 + 128 * (classB.missed + 1) * ppm);
          const isTooLong = nextUs > (MOST_SYMBOLS - DETECTION_SYMBOLS) * symbolUs(rate) - 10_000;
          assert.ok(classB.state === 2 || isTooLong || nextUs > 1_000_000, `DR${rate}: ${classB.missed}`);
        }
      }
    });
  }
});

describe("firmware: ping slots", () => {
  const { pingOffset: ownOffset, nextSlot } = loadFirmware({})(
    "lorawan/ping-slots.ts",
  ) as unknown as typeof PingSlotsModule;
  const octets = (devAddr: string) => Uint8Array.from(Buffer.from(devAddr, "hex").reverse());

  it("begin where the vector says, and where the network computes them", () => {
    const { input, expected } = deviceVector("ping offset");
    assert.equal(ownOffset(input.beacon_time, octets(input.dev_addr), 7), expected);
    for (let i = 0; i < 64; i++) {
      const time = (0x9e3779b9 * (i + 1)) % 2 ** 32;
      const devAddr = ((0x85ebca6b * (i + 1)) % 2 ** 32).toString(16).padStart(8, "0");
      for (const periodicity of [0, 1, 2, 3, 4, 5, 6, 7] as const)
        assert.equal(ownOffset(time, octets(devAddr), periodicity), pingOffset(time, devAddr, periodicity));
    }
  });

  it("follow one another at the ping period, until the next beacon", () => {
    for (const [offset, periodicity, from, expected] of [
      [0, 0, 0, 0],
      [0, 0, 1, 32],
      [31, 0, 0, 31],
      [31, 0, 32, 63],
      [31, 0, 63, 63],
      [31, 0, 4095, 4095],
      [5, 0, 4070, 4096],
      [5, 0, 4069, 4069],
      [4095, 7, 4095, 4095],
      [4094, 7, 4095, 4096],
      [0, 7, 4096, 4096],
    ] as const)
      assert.equal(nextSlot(offset, periodicity, from), expected, `${offset} ${periodicity} ${from}`);
  });
});

describe("firmware: beacons", () => {
  for (const region of REGION_NAMES) {
    it(`are read as gateways in ${region} send them, and not with a wrong bit in their common part`, () => {
      const firmware = loadFirmware({}, { region });
      const { isBeacon, beaconLength, beaconTimeOfFrame } = firmware(
        "lorawan/beacon.ts",
      ) as unknown as typeof BeaconModule;
      const { frame } = firmware("lorawan/frame.ts") as unknown as typeof FrameModule;
      const { beaconLayout } = new NetworkPlan(region).classB;
      const time = 1451606400;
      const beacon = buildBeacon({ time, precision: 1, infoDesc: 0, info: Buffer.alloc(6, 7) }, beaconLayout);
      assert.equal(beaconLength(), beacon.length);
      frame.set(beacon, PHY);
      assert.equal(isBeacon(), true);
      assert.equal(beaconTimeOfFrame(), time);
      const commonOctets = beaconLayout.rfu1Octets + 7;
      for (let bit = 0; bit < 8 * commonOctets; bit++) {
        frame[PHY + (bit >> 3)] ^= 1 << (bit & 7);
        assert.equal(isBeacon(), false, `bit ${bit}`);
        frame[PHY + (bit >> 3)] ^= 1 << (bit & 7);
      }
      frame[PHY + commonOctets] ^= 1;
      assert.equal(isBeacon(), true, "the gateway's part may be broken");
    });
  }
});
