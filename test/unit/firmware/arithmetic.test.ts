/** Time on air, receive windows, the back-off of joins and the duty cycle: the arithmetic. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { airtimeUs, symbolUs } from "../../../firmware/lorawan/airtime.ts";
import type * as ChannelsModule from "../../../firmware/lorawan/channels.ts";
import type * as BackOffModule from "../../../firmware/lorawan/join-back-off.ts";
import type * as RandomModule from "../../../firmware/lorawan/random.ts";
import type * as WindowsModule from "../../../firmware/lorawan/windows.ts";
import { RECEIVER_START_UP_US } from "../../../firmware/radio/index.ts";
import { bandOf, NO_BAND, rx1DataRate, spreadingFactor } from "../../../firmware/regions/index.ts";
import { loadFirmware } from "./support/instance.ts";

const HOUR_TICKS = 14062500;
const TICK_US = 256;

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
  const uplinks = cases.filter(
    (c) =>
      c.bw_hz === 125000 &&
      c.cr === "4/5" &&
      c.preamble === 8 &&
      !c.implicit_header &&
      c.crc &&
      c.sf >= 7 &&
      c.ldro === c.sf >= 11 &&
      c.phy_len <= 64,
  );

  it("equals the reference values of uplinks", () => {
    assert.ok(uplinks.length >= 20, `${uplinks.length} cases`);
    for (const c of uplinks)
      assert.equal(airtimeUs(c.sf, c.phy_len), c.toa_us, `SF${c.sf}, ${c.phy_len} octets`);
  });
});

describe("firmware: receive windows", () => {
  /** Worst cases of a window, in microseconds from the nominal instant to the receiver on air and to its time-out. */
  function window(clockErrorPpm: number, delayS: number, sf: number, driftPpm: number) {
    const { openingDelayUs, windowSymbols } = loadFirmware({ CLOCK_ERROR_PPM: clockErrorPpm })(
      "lorawan/windows.ts",
    ) as unknown as typeof WindowsModule;
    const opens = (openingDelayUs(delayS) + RECEIVER_START_UP_US) * (1 - driftPpm / 1e6) - delayS * 1e6;
    return { opens, closes: opens + windowSymbols(sf, delayS) * symbolUs(sf) };
  }

  for (const ppm of [0, 30, 100, 1000]) {
    it(`open in time and hear five symbols of preamble with a clock that errs by ${ppm} ppm either way`, () => {
      for (const delayS of [1, 2, 5, 6, 15, 16]) {
        for (let sf = 7; sf <= 12; sf++) {
          for (const drift of [-ppm, 0, ppm]) {
            const { opens, closes } = window(ppm, delayS, sf, drift);
            assert.ok(opens <= 0.5, `opens ${opens} us after the instant`);
            assert.ok(closes >= 5 * symbolUs(sf), `SF${sf} closes at ${closes} us`);
          }
        }
      }
    });
  }

  it("open at most 2 ms early and listen no longer than 8 symbols with a 30 ppm clock", () => {
    for (const delayS of [1, 5, 6, 15]) {
      for (let sf = 7; sf <= 12; sf++) {
        const { opens, closes } = window(30, delayS, sf, 0);
        assert.ok(opens >= -2000, `${opens} us`);
        assert.ok(closes - opens <= 8 * symbolUs(sf));
      }
    }
  });
});

describe("firmware: EU868", () => {
  it("takes RX1 down by the offset, not below DR0", () => {
    for (let up = 0; up <= 5; up++) {
      for (let offset = 0; offset <= 5; offset++)
        assert.equal(rx1DataRate(up, offset), Math.max(up - offset, 0));
    }
    assert.deepEqual([0, 1, 2, 3, 4, 5].map(spreadingFactor), [12, 11, 10, 9, 8, 7]);
  });

  it("knows the sub-bands and the gaps between them", () => {
    const cases: Array<[hundredHz: number, band: number]> = [
      [8629999, NO_BAND],
      [8630000, 0],
      [8650000, 1],
      [8671000, 1],
      [8680000, 2],
      [8685000, 2],
      [8686000, 2],
      [8686001, NO_BAND],
      [8687000, 3],
      [8692001, NO_BAND],
      [8695250, 4],
      [8696501, NO_BAND],
      [8697000, 5],
      [8700000, 5],
      [8700001, NO_BAND],
      [0, NO_BAND],
    ];
    for (const [frequency, band] of cases) assert.equal(bandOf(frequency), band, `${frequency}`);
  });
});

describe("firmware: channels", () => {
  function load() {
    const firmware = loadFirmware();
    const { seedRandom } = firmware("lorawan/random.ts") as unknown as typeof RandomModule;
    seedRandom(0x12345678, 0x9abcdef0);
    const channels = firmware("lorawan/channels.ts") as unknown as typeof ChannelsModule;
    channels.resetChannels();
    return channels;
  }
  const cfList = (frequencies: number[]) => {
    const list = Buffer.alloc(16);
    frequencies.forEach((f, i) => {
      list.writeUIntLE(f, 3 * i, 3);
    });
    return list;
  };
  const FIVE = [8671000, 8673000, 8675000, 8677000, 8679000];

  it("take each channel once before any again, in an order that differs", () => {
    const channels = load();
    channels.setCfList(cfList(FIVE));
    const rounds = Array.from({ length: 20 }, () =>
      Array.from({ length: 8 }, () => channels.chooseChannel(0xff)).join(""),
    );
    for (const round of rounds) assert.equal([...round].sort().join(""), "01234567");
    assert.ok(new Set(rounds).size > 10);
  });

  it("leave out what the CFList does not give or the region does not allow", () => {
    const channels = load();
    channels.setCfList(cfList([8671000, 0, 8686500, 9000000, 8630000]));
    assert.equal(channels.enabledChannels(), 0b10001111);
    assert.equal(channels.knownChannels(), 0b10001111);
    assert.equal(channels.freeChannels(0xffff, 5), 0b10001111);
  });

  it("are silent for 99 times the time on air, their sub-band only", () => {
    const channels = load();
    channels.setCfList(cfList(FIVE));
    const airtime = 61696;
    const end = 0xffffff00;
    channels.silenceBands(0, airtime, 0, end);
    assert.equal(channels.freeChannels(0xffff, 5), 0b11111000);
    const release = channels.nextRelease(end);
    const silenceUs = ((release - end) >>> 0) * TICK_US;
    assert.ok(silenceUs >= 99 * airtime && silenceUs < 99 * airtime + 100 * TICK_US, `${silenceUs} us`);
    channels.releaseBands((release - 1) >>> 0);
    assert.equal(channels.freeChannels(0b111, 5), 0);
    channels.releaseBands(release);
    assert.equal(channels.freeChannels(0b111, 5), 0b111);
    assert.equal(channels.nextRelease(1000), 1000, "nothing is silent");
  });
});

describe("firmware: back-off of joins", () => {
  /** Attempts of a device that never gets an answer, as hours and microseconds of air time. */
  function attempts(hours: number, seed: number, start = 0) {
    const firmware = loadFirmware();
    const backOff = firmware("lorawan/join-back-off.ts") as unknown as typeof BackOffModule;
    const { seedRandom } = firmware("lorawan/random.ts") as unknown as typeof RandomModule;
    seedRandom(seed, 0);
    backOff.startJoinBackOff(start);
    const made: Array<{ hour: number; airtime: number }> = [];
    let elapsed = 0;
    for (let attempt = 0; elapsed < hours * HOUR_TICKS; ) {
      const time = (start + elapsed) >>> 0;
      backOff.advanceJoinBackOff(time);
      const airtime = airtimeUs(7 + (attempt % 6), 23);
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
