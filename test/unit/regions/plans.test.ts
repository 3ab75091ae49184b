/** The channel plans of the firmware against the figures of RP002-1.0.4, cell by cell. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type * as RegionsModule from "../../../firmware/regions/index.ts";
import {
  antennaPlanSource,
  planFile,
  planSource,
  REGION_NAMES,
  type RegionFigures,
  type RegionName,
  regionFigures,
} from "../../../toolchain/regions/index.ts";
import { loadFirmware } from "../firmware/support/instance.ts";

/** What `Bandwidth` of the SX127x driver says. */
const BANDWIDTHS_HZ = [125_000, 250_000, 500_000];
const KHZ_125 = 7;

const FOLDER = new URL("../../../firmware/regions/", import.meta.url);

function plan(region: RegionName, isFast: boolean): typeof RegionsModule {
  return loadFirmware<typeof RegionsModule>({ FAST_DATA_RATES: isFast }, { region })("regions/index.ts");
}

/** Data rates as "DR0-5 + DR8-13 (certification minimum)" lists them. */
function listed(option: string): number[] {
  return [...option.matchAll(/DR(\d+)(?:-(\d+))?/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i),
  );
}

/** A list of the region's data rates, without those of LR-FHSS, which the radios have not. */
function rates(figures: RegionFigures, isFast: boolean): number[] {
  const all = isFast ? Object.keys(figures.data_rates).map(Number) : listed(figures.dr_options[0]);
  return all.filter((rate) => {
    const { modulation } = figures.data_rates[rate] ?? {};
    return modulation === "LORA" || modulation === "FSK";
  });
}

const ANY_RATE = Array.from({ length: 16 }, (_, rate) => rate);

for (const region of REGION_NAMES) {
  const figures = regionFigures(region);
  describe(`firmware: ${region}`, () => {
    for (const isFast of [false, true]) {
      const own = rates(figures, isFast);
      const of = (direction: "up" | "down") =>
        own.filter((rate) => ["both", direction].includes(figures.data_rates[rate].direction));

      it(`has the data rates${isFast ? ", the fast ones too" : " that certification asks for"}`, () => {
        const { isUplinkRate, isDownlinkRate, isFsk, spreadingFactor, bandwidth } = plan(region, isFast);
        assert.deepEqual(ANY_RATE.filter(isUplinkRate), of("up"));
        assert.deepEqual(ANY_RATE.filter(isDownlinkRate), of("down"));
        for (const rate of own) {
          const { modulation, sf, bw_hz } = figures.data_rates[rate];
          assert.equal(isFsk(rate), modulation === "FSK", `DR${rate}`);
          if (modulation === "FSK") continue;
          const said = [spreadingFactor(rate), BANDWIDTHS_HZ[bandwidth(rate) - KHZ_125]];
          assert.deepEqual(said, [sf, bw_hz], `DR${rate}`);
        }
      });

      it(`has RX1 at the data rate of the table${isFast ? ", of fast uplinks too" : ""}`, () => {
        const { rx1DataRate } = plan(region, isFast);
        const { table, table_dwell0, table_dwell1, range } = figures.rx1_dr_offset;
        for (const isLimited of [false, true]) {
          const cells = (isLimited ? table_dwell1 : undefined) ?? table ?? table_dwell0!;
          for (const uplink of of("up")) {
            for (let offset = range[0]; offset <= range[1]; offset++) {
              const expected = cells[uplink][offset];
              if (!own.includes(expected)) continue;
              const what = `DR${uplink}, RX1DROffset ${offset}${isLimited ? ", 400 ms" : ""}`;
              assert.equal(rx1DataRate(uplink, offset, isLimited), expected, what);
            }
          }
        }
      });

      it(`goes to the next slower data rate${isFast ? " from fast ones, too" : ""}`, () => {
        const { slowerDataRate } = plan(region, isFast);
        const { dr_backoff } = figures;
        for (const isLimited of [false, true]) {
          const steps = (
            "dwell0" in dr_backoff ? dr_backoff[isLimited ? "dwell1" : "dwell0"] : dr_backoff
          ) as Record<string, number | null>;
          for (const rate of of("up").filter((rate) => rate in steps))
            assert.equal(slowerDataRate(rate, isLimited), steps[rate] ?? rate, `DR${rate}`);
        }
      });

      it(`has the longest MACPayload${isFast ? " of fast data rates, too" : ""}`, () => {
        const { maxMacPayload } = plan(region, isFast);
        const { dwell0, dwell1 = dwell0 } = figures.max_payload.no_repeater;
        for (const [limits, isLimited] of [
          [dwell0, false],
          [dwell1, true],
        ] as const) {
          for (const rate of own) assert.equal(maxMacPayload(rate, isLimited), limits[rate].M, `DR${rate}`);
        }
      });
    }

    it("has the default channels, RX2 and the power", () => {
      const { PLANS, DEFAULT_CHANNELS, isAllowed } = plan(region, false);
      const [own] = PLANS;
      const { tx_power, rx2, rx1_dr_offset, tx_param_setup } = figures;
      const channels = (figures.default_channels ?? []).map(({ freq_hz }) => freq_hz / 100);
      assert.deepEqual(DEFAULT_CHANNELS.slice(0, own.defaultChannelCount), channels);
      assert.deepEqual([own.rx2Frequency * 100, own.rx2DataRate], [rx2.freq_hz ?? 0, rx2.dr]);
      assert.equal(isAllowed(own.rx2Frequency), rx2.freq_hz !== undefined);
      assert.equal(own.hasJoinChannels, figures.plans !== undefined);
      const conducted = tx_power.default_max_conducted_dbm ?? tx_power.default_max_eirp_dbm! - 2.15;
      assert.ok(Math.abs(own.maxPowerDbm - conducted) <= 0.5);
      assert.deepEqual(
        [own.maxTxPower, own.maxRx1DrOffset, own.hasTxParamSetup],
        [tx_power.max_index, rx1_dr_offset.range[1], tx_param_setup],
      );
    });

    it("has beacons and ping slots", () => {
      const [own] = plan(region, false).BEACON_PLANS;
      const { beacon_freqs_hz, ping_slot_freqs_hz, beacon_dr, ping_slot_dr, beacon_format } = figures.class_b;
      const hops = (first: number) =>
        Array.from({ length: own.hopCount }, (_, i) => (first + i * own.hopStep) * 100);
      assert.deepEqual(hops(own.beaconFrequency), beacon_freqs_hz ?? [0]);
      assert.deepEqual(hops(own.pingFrequency), ping_slot_freqs_hz ?? [0]);
      assert.deepEqual([own.beaconDataRate, own.pingDataRate], [beacon_dr, ping_slot_dr]);
      assert.deepEqual([own.rfu1, own.rfu2], [beacon_format.rfu1, beacon_format.rfu2]);
    });

    it("has TXPower in steps of 2 dB, as far as radios go and a plan with few channels allows", () => {
      const { powerDbm, PLANS } = plan(region, false);
      const most = region === "US915" ? 21 : 22;
      for (let txPower = 0; txPower <= figures.tx_power.max_index; txPower++)
        assert.equal(powerDbm(txPower), Math.min(PLANS[0].maxPowerDbm - 2 * txPower, most));
    });

    it("has the range of frequencies and its grid", () => {
      const { isAllowed } = plan(region, false);
      const [lowest, highest] = figures.freq_range_hz.map((hz) => hz / 100);
      assert.deepEqual([lowest - 1, lowest, highest, highest + 1].map(isAllowed), [false, true, true, false]);
      const isOffGrid = !isAllowed(lowest + 1000);
      assert.equal(isOffGrid, figures.freq_grid !== undefined);
    });

    it("has the sub-bands with their duty cycles", () => {
      const { bandOf, silenceFactor, NO_BAND } = plan(region, false);
      const { enforced, sub_bands } = figures.duty_cycle;
      if (!enforced) {
        const band = bandOf(figures.freq_range_hz[0] / 100);
        assert.ok(band !== NO_BAND);
        assert.equal(silenceFactor(band), 0);
        return;
      }
      for (const { min_hz, max_hz, duty_cycle } of sub_bands) {
        for (const hz of [min_hz, (min_hz + max_hz) / 2, max_hz - 100]) {
          const band = bandOf(hz / 100);
          assert.ok(band !== NO_BAND, `${hz} Hz`);
          assert.equal(silenceFactor(band), Math.round(1 / duty_cycle) - 1, `${hz} Hz`);
        }
      }
      for (const [from, to] of figures.duty_cycle.gaps_hz ?? [])
        assert.equal(bandOf(Math.round((from + to) / 200)), NO_BAND, `${from} Hz`);
    });

    if (figures.uplink_blocks) {
      it("has the blocks of channels for uplinks and for RX1", () => {
        const { UPLINK_BLOCKS, DOWNLINK_BLOCKS } = plan(region, false);
        const said = (blocks: typeof UPLINK_BLOCKS) =>
          [...blocks]
            .filter(({ count }) => count > 0)
            .map(({ count, firstFrequency, step }) => [count, firstFrequency * 100, step * 100]);
        const listedBlocks = (blocks: RegionFigures["uplink_blocks"]) =>
          blocks!.map(({ count, start_hz, step_hz }) => [count, start_hz, step_hz]);
        assert.deepEqual(said(UPLINK_BLOCKS), listedBlocks(figures.uplink_blocks));
        assert.deepEqual(said(DOWNLINK_BLOCKS), listedBlocks(figures.downlink_blocks));
      });
    }
  });
}

describe("the channel plans of the firmware", () => {
  for (const name of REGION_NAMES) {
    it(`are what the figures make: ${name}`, () => {
      assert.equal(readFileSync(new URL(planFile(name), FOLDER), "utf8"), planSource([name]));
    });
  }

  it("are what the figures make: the plans of CN470 and its join channels", () => {
    assert.equal(readFileSync(new URL("cn470-plans.ts", FOLDER), "utf8"), antennaPlanSource());
  });
});
