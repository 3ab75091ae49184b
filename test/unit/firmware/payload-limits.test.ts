/**
 * How long an uplink may be at the slow data rates of some regions: RP002-1.0.4, maximum payload sizes of US902-928,
 * and of AS923 with UplinkDwellTime. M counts FHDR, FPort and FRMPayload.
 */
import assert from "node:assert/strict";
import type * as UplinkModule from "../../../firmware/lorawan/uplink.ts";
import type * as RegionsModule from "../../../firmware/regions/index.ts";
import { type RegionName, regionFigures } from "../../../toolchain/regions/index.ts";
import { Bench } from "./support/bench.ts";
import { MacSession } from "./support/mac-session.ts";
import { Network } from "./support/network.ts";

const PHY_EXTRA = 5; // MHDR and MIC

/** RXTimingSetupReq, and its answer, which is said until a downlink comes. */
const STICKY_REQUEST = "0801";
const STICKY_ANSWER = "08";
/** DevStatusReq; the answer has three octets. */
const STATUS_REQUEST = "06";

function session(region: RegionName, dataRate: number): MacSession {
  const it = new MacSession("1.0.4", {}, region);
  it.session.dataRate = dataRate;
  return it;
}

const longest = (it: MacSession) => it.module<typeof UplinkModule>("lorawan/uplink.ts").longestPayload();

/** Each case: region, data rate, and M of the table. */
const LIMITS = [
  ["US915", 0, 19],
  ["AS923-1", 2, 19],
  ["AU915", 2, 19],
] as const;

describe("firmware: the longest uplink", () => {
  for (const [region, dataRate, most] of LIMITS) {
    describe(`of ${region} at DR${dataRate}`, () => {
      it("has 11 octets of payload", () => {
        const it = session(region, dataRate);
        assert.equal(longest(it), most - 8);
        assert.equal(it.begin(most - 8), true);
        const { phyPayload, payload, port } = it.compose(dataRate);
        assert.deepEqual([phyPayload.length, payload?.length, port], [most + PHY_EXTRA, most - 8, 1]);
      });

      it("goes without a payload that is longer, which does not wait", () => {
        const it = session(region, dataRate);
        it.send({ fOpts: STATUS_REQUEST });
        for (let i = 0; i < 3; i++) {
          assert.equal(it.begin(most - 7), false);
          const { phyPayload, port, fOpts } = it.compose(dataRate);
          assert.ok(phyPayload.length <= most + PHY_EXTRA);
          assert.equal(port, undefined);
          assert.equal(fOpts.length, i === 0 ? 6 : 0);
          assert.equal(it.module<typeof UplinkModule>("lorawan/uplink.ts").isPayloadLeft(), false);
          it.endUplink(false);
        }
      });

      it("carries the answers first, and then the payload, alone if need be", () => {
        const it = session(region, dataRate);
        it.send({ fOpts: STICKY_REQUEST });
        const sent = Array.from({ length: 4 }, () => {
          const fits = it.begin(most - 8);
          const { phyPayload, fOpts, payload } = it.compose(dataRate);
          assert.ok(phyPayload.length <= most + PHY_EXTRA);
          it.endUplink(false);
          return [fits, fOpts, payload?.length ?? 0];
        });
        assert.deepEqual(sent, [
          [false, STICKY_ANSWER, 0],
          [true, "", most - 8],
          [false, STICKY_ANSWER, 0],
          [true, "", most - 8],
        ]);
      });

      it("has room for one octet more of answers where there is no FPort", () => {
        const it = session(region, dataRate);
        it.send({ fOpts: STATUS_REQUEST.repeat(4) });
        const { beginUplink, isPayloadLeft } = it.module<typeof UplinkModule>("lorawan/uplink.ts");
        assert.equal(beginUplink(0, 0), true);
        assert.equal(isPayloadLeft(), false);
        const { phyPayload, fOpts, port } = it.compose(dataRate);
        assert.deepEqual([phyPayload.length, fOpts.length / 2, port], [most + PHY_EXTRA, 12, undefined]);
      });

      it("has whole answers in FOpts, and the others in the next one", () => {
        const it = session(region, dataRate);
        it.send({ fOpts: STATUS_REQUEST.repeat(5) });
        const lengths = Array.from({ length: 3 }, () => it.answers().length / 2);
        assert.deepEqual(lengths, [12, 3, 0]);
      });
    });
  }

  it("of AS923 has the whole buffer where the network does not limit the time on air", () => {
    const it = session("AS923-1", 2);
    it.send({ fOpts: "0905" });
    assert.equal(longest(it), 51);
    assert.equal(it.begin(49), true);
    it.endUplink(true);
    it.send({ fOpts: "0915" });
    assert.equal(longest(it), 11);
  });

  it("under way is not repeated where the data rate has become one that cannot carry it", () => {
    const it = session("US915", 3);
    const { isUplinkCarried } = it.module<typeof UplinkModule>("lorawan/uplink.ts");
    assert.equal(it.begin(12), true);
    assert.equal(isUplinkCarried(), true);
    it.session.dataRate = 0;
    assert.equal(isUplinkCarried(), false);
  });

  for (const region of ["US915", "AU915", "AS923-1", "EU868", "KR920", "IN865"] as const) {
    it(`of ${region} is that of the table at every data rate`, () => {
      const { dwell0, dwell1 = dwell0 } = regionFigures(region).max_payload.no_repeater;
      const it = session(region, 0);
      const { isUplinkRate } = it.module<typeof RegionsModule>("regions/index.ts");
      for (const [isLimited, limits] of [
        [false, dwell0],
        [true, dwell1],
      ] as const) {
        for (const [rate, { N }] of Object.entries(limits)) {
          if (!isUplinkRate(Number(rate)) || N === 0) continue;
          Object.assign(it.session, { dataRate: Number(rate), isUplinkLimited: isLimited });
          assert.equal(longest(it), Math.min(N, 51), `DR${rate}`);
        }
      }
    });
  }
});

describe("firmware: a payload that the data rate does not carry", () => {
  it("stays away from uplinks, which go as often as before, until one that does carries it", () => {
    const PERIOD_S = 100;
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false, cfList: false });
    // The payload has 51 octets. DR2 after the first uplink, DR5 after the sixth.
    const commands = new Map([
      [1, "0322030001"],
      [6, "0352030001"],
    ]);
    network.onData = (uplink) => {
      const request = commands.get(network.received.length);
      if (request !== undefined)
        bench.send(uplink, 1, network.downlink({ commands: Buffer.from(request, "hex") }));
    };
    bench.run(8 * PERIOD_S * 1e9, {
      config: { LORAWAN_1_1: false, PERIOD_S },
      application: "longest",
      region: "AS923-1",
    });
    assert.deepEqual(
      network.received.map(({ fPort, fOpts, frmPayload }) => [fPort, fOpts.length, frmPayload.length]),
      [
        [223, 0, 51],
        [undefined, 2, 0],
        ...Array(4).fill([undefined, 0, 0]),
        // Beside the answer there is no room in the frame: the payload comes right behind.
        [undefined, 2, 0],
        [223, 0, 51],
        [223, 0, 51],
      ],
    );
  });
});

describe("firmware: uplinks that keep to 400 ms", () => {
  it("take a data rate that does where TxParamSetupReq asks for it, and stay where it does not", () => {
    const it = session("AS923-1", 0);
    it.send({ fOpts: "0905" });
    assert.equal(it.session.dataRate, 0);
    it.send({ fOpts: "0915" });
    assert.equal(it.session.dataRate, 2);
  });

  it("refuse a data rate of LinkADRReq that does not", () => {
    const it = session("AS923-1", 2);
    it.send({ fOpts: "0905" });
    it.answers();
    it.send({ fOpts: "0300030001" });
    assert.deepEqual([it.answers(), it.session.dataRate], ["0307", 0]);
    it.send({ fOpts: "0915" });
    it.answers();
    it.send({ fOpts: "0310030001" });
    assert.deepEqual([it.answers(), it.session.dataRate], ["0305", 2]);
  });
});
