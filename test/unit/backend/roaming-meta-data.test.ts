/** What Network Servers tell each other of uplinks and windows comes out as it went in, in every region. */
import assert from "node:assert/strict";
import {
  dlMetaDataOf,
  receptionsOf,
  ulMetaDataOf,
  windowsOf,
} from "../../../hil/backend/network-server/roaming/meta-data.ts";
import { NetworkPlan } from "../../../hil/lorawan/index.ts";
import { REGION_NAMES } from "../../../toolchain/regions/index.ts";

const PHY_PAYLOAD = Uint8Array.of(0x40, 1, 2, 3, 4, 0, 0, 0, 1, 2, 3, 4);
const DEV_EUI = "70B3D57ED0000001";

describe("meta data between Network Servers", () => {
  for (const region of REGION_NAMES) {
    const plan = new NetworkPlan(region);
    const uplinkHz = plan.channels[0].uplinkHz;
    const reception = {
      ...{ gatewayEui: "00000000000000A1", phyPayload: PHY_PAYLOAD, instant: "7", receivedNs: 5e9 },
      ...{ frequencyHz: uplinkHz, rssiDbm: -101, snrDb: -3.5 },
    };

    it(`tells of uplinks at every data rate of ${region}`, () => {
      for (const [index, rate] of plan.dataRates) {
        if (rate.direction === "down") continue;
        const { spreadingFactor, bandwidthHz } = rate;
        const heard = { ...reception, dataRate: { spreadingFactor, bandwidthHz } };
        const told = ulMetaDataOf(
          plan,
          { best: heard, receptions: [heard] },
          { RecvTime: "2026-01-01T00:00:05Z" },
        );
        assert.equal(plan.dataRateIndex(heard.dataRate), told.DataRate, `DR${index}`);
        const nowMs = Date.parse("2026-01-01T00:00:05.2Z");
        const at = { nowMs, nowNs: 5.2e9, instant: "1:AB" };
        const [copy] = receptionsOf(plan, "600C01", PHY_PAYLOAD, told, at) as (typeof heard)[];
        const { gatewayEui, instant } = copy;
        assert.deepEqual([gatewayEui, instant], ["600C01/00000000000000A1", "1:AB"]);
        assert.deepEqual({ ...copy, gatewayEui: heard.gatewayEui, instant: heard.instant }, heard);
      }
    });

    it(`tells of windows at every data rate of ${region}`, () => {
      for (const [index, rate] of plan.dataRates) {
        if (rate.direction === "up") continue;
        const { spreadingFactor, bandwidthHz } = rate;
        const place = {
          ...{ frequencyHz: plan.rx2.frequencyHz, powerDbm: plan.powerDbm(plan.rx2.frequencyHz) },
          dataRate: { spreadingFactor, bandwidthHz },
        };
        const timing = { after: "1:AB", delayUs: 5_000_000 };
        const frame = { devEui: DEV_EUI, phyPayload: PHY_PAYLOAD, window: "RX1", timing } as const;
        const told = dlMetaDataOf(plan, { ...frame, ...place, otherwise: place }, "AB");
        assert.ok(told);
        const windows = windowsOf(plan, told, { receivedNs: 5e9, instant: "7" }, 6e9);
        assert.ok(typeof windows !== "string", String(windows));
        assert.deepEqual(
          windows.map(({ name, opensNs, timing }) => ({ name, opensNs, timing })),
          [
            { name: "RX1", opensNs: 10e9, timing: { after: "7", delayUs: 5_000_000 } },
            { name: "RX2", opensNs: 11e9, timing: { after: "7", delayUs: 6_000_000 } },
          ],
        );
        for (const { frequencyHz, dataRate, powerDbm } of windows) {
          assert.deepEqual({ frequencyHz, powerDbm, dataRate: plan.dataRate(dataRate) }, place, `DR${index}`);
        }
      }
    });
  }

  it("takes the arrival for the end of a frame where the two clocks do not agree", () => {
    const plan = new NetworkPlan("EU868");
    const nowNs = 10e9;
    for (const [RecvTime, receivedNs] of [
      ["2026-01-01T00:00:09.8Z", 9.8e9],
      ["2026-01-01T00:00:11Z", nowNs],
      ["2025-12-31T23:59:59Z", nowNs],
    ] as const) {
      const nowMs = Date.parse("2026-01-01T00:00:10Z");
      const at = { nowMs, nowNs, instant: "1:" };
      const told = { RecvTime, DataRate: 5, ULFreq: 868.1, RFRegion: "eu868" };
      const [copy] = receptionsOf(plan, "600C01", PHY_PAYLOAD, told, at) as readonly { receivedNs: number }[];
      assert.equal(copy.receivedNs, receivedNs, RecvTime);
    }
  });
});
