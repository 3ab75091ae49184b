import assert from "node:assert/strict";
import {
  beaconOctets,
  beaconTimingAns,
  buildBeacon,
  FrameError,
  NetworkPlan,
  parseBeacon,
  pingOffset,
  pingPeriodSlots,
  pingSlotsMs,
} from "../../../hil/lorawan/index.ts";
import { REGION_NAMES, regionFigures } from "../../../toolchain/regions/index.ts";
import { deviceVector } from "./vectors.ts";

const EU868 = { rfu1Octets: 1, rfu2Octets: 0 };

/** The example of LoRaWAN 1.0.2, section 15.3: both CRCs are of the document. */
const EXAMPLE = "0000000002cca27e00012000008103de55";

describe("beacons", () => {
  const example = {
    time: 0xcc020000,
    precision: 0,
    infoDesc: 0,
    info: Buffer.from("012000008103", "hex"),
  };

  it("are made and read as in the document's example", () => {
    assert.equal(buildBeacon(example, EU868).toString("hex"), EXAMPLE);
    assert.deepEqual(parseBeacon(Buffer.from(EXAMPLE, "hex"), EU868), example);
  });

  for (const region of REGION_NAMES) {
    it(`have the length that ${region} says, whatever they tell`, () => {
      const { beaconLayout } = new NetworkPlan(region).classB;
      const beacon = {
        time: 1451606400,
        precision: 2,
        infoDesc: 1,
        info: Uint8Array.of(1, 2, 3, 0xff, 0xfe, 0xfd),
      };
      const octets = buildBeacon(beacon, beaconLayout);
      const { total } = regionFigures(region).class_b.beacon_format;
      assert.equal(octets.length, total);
      assert.equal(beaconOctets(beaconLayout), total);
      const read = parseBeacon(octets, beaconLayout);
      assert.deepEqual({ ...read, info: new Uint8Array(read.info) }, beacon);
    });
  }

  it("are refused with one wrong bit anywhere, or another length", () => {
    const octets = Buffer.from(EXAMPLE, "hex");
    for (let bit = 0; bit < 8 * octets.length; bit++) {
      const broken = Buffer.from(octets);
      broken[bit >> 3] ^= 1 << (bit & 7);
      assert.throws(() => parseBeacon(broken, EU868), FrameError, `bit ${bit}`);
    }
    assert.throws(() => parseBeacon(octets.subarray(1), EU868), FrameError);
  });
});

describe("ping slots", () => {
  it("begin where the vector says", () => {
    const { input, expected } = deviceVector("ping offset");
    const periodicity = Math.log2(input.ping_period) - 5;
    assert.equal(pingOffset(input.beacon_time, input.dev_addr, periodicity), expected);
  });

  it("are as many as the periodicity says, all between two beacons", () => {
    for (let periodicity = 0; periodicity <= 7; periodicity++) {
      for (const beaconTime of [0, 128, 1451606400, 2 ** 32 - 128]) {
        const slots = pingSlotsMs(beaconTime, "26011F42", periodicity);
        assert.equal(slots.length, 2 ** (7 - periodicity));
        assert.ok(slots[0] >= 2120 && slots[slots.length - 1] <= 128_000 - 3000 - 30);
        for (let k = 1; k < slots.length; k++)
          assert.equal(slots[k] - slots[k - 1], 30 * pingPeriodSlots(periodicity));
      }
    }
  });

  it("hop with the beacon where the plan says so", () => {
    const us915 = new NetworkPlan("US915");
    assert.deepEqual(
      [0, 128, 1024].map((time) => us915.beaconFrequencyHz(time)),
      [923_300_000, 923_900_000, 923_300_000],
    );
    assert.deepEqual(
      [0, 128, 1024].map((time) => us915.pingFrequencyHz(time, "00000003")),
      [925_100_000, 925_700_000, 925_100_000],
    );
    const eu868 = new NetworkPlan("EU868");
    assert.equal(eu868.beaconFrequencyHz(128), 869_525_000);
    assert.equal(eu868.pingFrequencyHz(128, "00000003"), 869_525_000);
  });
});

describe("BeaconTimingAns", () => {
  it("counts in 30 ms", () => {
    assert.equal(beaconTimingAns(30_000, 5).toString("hex"), "12e80305");
  });
});
