/** Time on air, receive windows and the back-off of joins: the arithmetic. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type * as AirtimeModule from "../../../firmware/lorawan/airtime.ts";
import type * as BackOffModule from "../../../firmware/lorawan/join-back-off.ts";
import type * as RandomModule from "../../../firmware/lorawan/random.ts";
import type * as WindowsModule from "../../../firmware/lorawan/windows.ts";
import { RECEIVER_START_UP_US } from "../../../firmware/radio/index.ts";
import type { RegionName } from "../../../toolchain/regions/index.ts";
import { loadFirmware } from "./support/instance.ts";

const HOUR_TICKS = 14062500;

/** The module of a device that has the fast data rates of its plan. */
function airtime(region: RegionName): typeof AirtimeModule {
  return loadFirmware<typeof AirtimeModule>({ FAST_DATA_RATES: true }, { region })("lorawan/airtime.ts");
}

describe("firmware: time on air", () => {
  interface AirtimeCase {
    sf: number;
    bw_hz: number;
    cr: string;
    preamble: number;
    implicit_header: boolean;
    phy_len: number;
    crc: boolean;
    ldro: boolean;
    toa_us: number;
  }
  const { cases } = JSON.parse(readFileSync(new URL("../../data/airtime.json", import.meta.url), "utf8")) as {
    cases: AirtimeCase[];
  };
  /** Data rates that between them have what LoRaWAN uses: EU868 has DR0 to DR6, US915 one for uplinks at 500 kHz. */
  const DATA_RATES: ReadonlyArray<[RegionName, rate: number, sf: number, bandwidthHz: number]> = [
    ["EU868", 0, 12, 125_000],
    ["EU868", 1, 11, 125_000],
    ["EU868", 2, 10, 125_000],
    ["EU868", 3, 9, 125_000],
    ["EU868", 4, 8, 125_000],
    ["EU868", 5, 7, 125_000],
    ["EU868", 6, 7, 250_000],
    ["US915", 4, 8, 500_000],
  ];

  for (const [region, rate, sf, bandwidthHz] of DATA_RATES) {
    it(`equals the reference values of uplinks: ${region}, DR${rate}`, () => {
      const own = cases.filter(
        (c) =>
          c.sf === sf &&
          c.bw_hz === bandwidthHz &&
          c.cr === "4/5" &&
          c.preamble === 8 &&
          !c.implicit_header &&
          c.crc &&
          c.ldro === sf >= 11 &&
          c.phy_len <= 64,
      );
      assert.ok(own.length > 0);
      const { airtimeUs } = airtime(region);
      for (const c of own) assert.equal(airtimeUs(rate, c.phy_len), c.toa_us, `${c.phy_len} octets`);
    });
  }

  it("of FSK is that of preamble, sync word, length, message and CRC at 50 kbit/s", () => {
    assert.equal(airtime("EU868").airtimeUs(7, 17), 4480);
  });
});

describe("firmware: receive windows", () => {
  interface Downlink {
    readonly region: RegionName;
    readonly rate: number;
  }

  /** All data rates of LoRa that windows have: at 125 and 250 kHz those of EU868, at 500 kHz those of US915. */
  const DOWNLINKS: readonly Downlink[] = [
    ...[0, 1, 2, 3, 4, 5, 6].map((rate) => ({ region: "EU868", rate }) as const),
    ...[8, 9, 10, 11, 12, 13].map((rate) => ({ region: "US915", rate }) as const),
  ];

  /** Worst cases of a window, in microseconds from the nominal instant to the receiver on air and to its time-out. */
  function window(clockErrorPpm: number, delayS: number, { region, rate }: Downlink, driftPpm: number) {
    const firmware = loadFirmware({ CLOCK_ERROR_PPM: clockErrorPpm, FAST_DATA_RATES: true }, { region });
    const { openingDelayUs, windowSymbols } = firmware(
      "lorawan/windows.ts",
    ) as unknown as typeof WindowsModule;
    const { symbolUs } = firmware("lorawan/airtime.ts") as unknown as typeof AirtimeModule;
    const opens = (openingDelayUs(delayS) + RECEIVER_START_UP_US) * (1 - driftPpm / 1e6) - delayS * 1e6;
    const symbol = symbolUs(rate);
    return { opens, symbol, closes: opens + windowSymbols(rate, delayS) * symbol };
  }

  for (const ppm of [0, 30, 100, 1000]) {
    it(`open in time and hear five symbols of preamble with a clock that errs by ${ppm} ppm either way`, () => {
      for (const delayS of [1, 2, 5, 6, 15, 16]) {
        for (const downlink of DOWNLINKS) {
          for (const drift of [-ppm, 0, ppm]) {
            const { opens, closes, symbol } = window(ppm, delayS, downlink, drift);
            const what = `${downlink.region} DR${downlink.rate}`;
            assert.ok(opens <= 0.5, `${what} opens ${opens} us after the instant`);
            assert.ok(closes >= 5 * symbol, `${what} closes at ${closes} us`);
          }
        }
      }
    });
  }

  it("open at most 1.5 ms early with a 30 ppm clock, and listen 6 symbols and as long as the clock may err", () => {
    for (const delayS of [1, 5, 6, 15]) {
      for (const downlink of DOWNLINKS) {
        const { opens, closes, symbol } = window(30, delayS, downlink, 0);
        assert.ok(opens >= -1500, `${opens} us`);
        assert.ok(closes - opens <= 7 * symbol + 2 * -opens, `${closes - opens} us`);
      }
    }
  });
});

describe("firmware: back-off of joins", () => {
  /** Attempts of a device that never gets an answer, as hours and microseconds of air time. */
  function attempts(hours: number, seed: number, start = 0) {
    const firmware = loadFirmware();
    const backOff = firmware("lorawan/join-back-off.ts") as unknown as typeof BackOffModule;
    const { seedRandom } = firmware("lorawan/random.ts") as unknown as typeof RandomModule;
    const { airtimeUs } = firmware("lorawan/airtime.ts") as unknown as typeof AirtimeModule;
    seedRandom(seed, 0);
    backOff.startJoinBackOff(start);
    const made: Array<{ hour: number; airtime: number }> = [];
    let elapsed = 0;
    for (let attempt = 0; elapsed < hours * HOUR_TICKS; ) {
      const time = (start + elapsed) >>> 0;
      backOff.advanceJoinBackOff(time);
      const airtime = airtimeUs(5 - (attempt % 6), 23);
      if (!backOff.spendJoinAirtime(airtime)) {
        elapsed += (backOff.joinPeriodEnd() - time) >>> 0;
        continue;
      }
      made.push({ hour: elapsed / HOUR_TICKS, airtime });
      attempt++;
      elapsed += backOff.joinPause(airtime);
    }
    return made;
  }
  const spentS = (made: ReturnType<typeof attempts>, from: number, to: number) =>
    made.filter((a) => a.hour >= from && a.hour < to).reduce((sum, a) => sum + a.airtime, 0) / 1e6;

  for (const [title, start] of [
    ["from power-up", 0],
    ["over the wrap of the clock", 0xffff0000],
  ] as const) {
    it(`keeps to 36 s in the first hour, 36 s in the next ten, 8.7 s in each day after, ${title}`, () => {
      const made = attempts(11 + 4 * 24, 7, start);
      const budgets: Array<[from: number, to: number, limitS: number]> = [
        [0, 1, 36],
        [1, 11, 36],
        [11, 35, 8.7],
        [35, 59, 8.7],
        [59, 83, 8.7],
        [83, 107, 8.7],
      ];
      for (const [from, to, limitS] of budgets) {
        const spent = spentS(made, from, to);
        assert.ok(spent <= limitS, `${spent} s from hour ${from} to ${to}`);
        assert.ok(spent >= limitS / 2, `only ${spent} s from hour ${from} to ${to}: the device gives up`);
      }
    });
  }

  it("refuses what the budget does not hold, until the next period", () => {
    const backOff = loadFirmware()("lorawan/join-back-off.ts") as unknown as typeof BackOffModule;
    backOff.startJoinBackOff(0);
    for (let i = 0; i < 24; i++) assert.equal(backOff.spendJoinAirtime(1_482_752), true);
    assert.equal(backOff.spendJoinAirtime(1_482_752), false);
    assert.equal(backOff.spendJoinAirtime(36_000_000 - 24 * 1_482_752), true, "the rest is still there");
    assert.equal(backOff.spendJoinAirtime(1), false);
    assert.equal(backOff.joinPeriodEnd(), HOUR_TICKS);
    backOff.advanceJoinBackOff(HOUR_TICKS);
    assert.equal(backOff.spendJoinAirtime(1_482_752), true);
    backOff.advanceJoinBackOff(11 * HOUR_TICKS);
    assert.equal(backOff.spendJoinAirtime(8_700_000), true);
    assert.equal(backOff.spendJoinAirtime(1), false);
  });

  it("spreads the attempts: no half of the ten hours goes without", () => {
    const made = attempts(11, 3);
    assert.ok(spentS(made, 1, 6) > 9);
    assert.ok(spentS(made, 6, 11) > 9);
  });

  it("draws another pause for another device", () => {
    const second = (device: number) => attempts(1, Math.imul(device, 0x9e3779b1) >>> 0)[1].hour;
    assert.ok(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(second)).size >= 6);
  });
});
