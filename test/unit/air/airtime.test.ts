import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { airtimeUs, needsLowDataRateOptimize, symbolUs } from "../../../hil/air/index.ts";

interface Case {
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
  cases: Case[];
};

describe("airtimeUs", () => {
  it("has all the reference values to go by", () => {
    assert.equal(cases.length, 62);
  });

  for (const reference of cases) {
    const { sf, bw_hz, cr, phy_len, crc, ldro, implicit_header, preamble, toa_us } = reference;
    const title = `SF${sf} ${bw_hz / 1000} kHz ${cr}, ${phy_len} octets, preamble ${preamble}${crc ? ", CRC" : ""}${ldro ? ", LDRO" : ""}${implicit_header ? ", implicit" : ""}`;
    it(title, () => {
      const actual = airtimeUs({
        spreadingFactor: sf,
        bandwidthHz: bw_hz,
        codingRate: Number(cr.slice(2)) - 4,
        preambleSymbols: preamble,
        implicitHeader: implicit_header,
        crc,
        lowDataRateOptimize: ldro,
        payloadBytes: phy_len,
      });
      assert.equal(actual, toa_us);
    });
  }
});

describe("symbols", () => {
  it("last 2^SF / BW", () => {
    assert.equal(symbolUs({ spreadingFactor: 7, bandwidthHz: 125_000 }), 1024);
    assert.equal(symbolUs({ spreadingFactor: 12, bandwidthHz: 500_000 }), 8192);
  });

  for (const [spreadingFactor, bandwidthHz, needed] of [
    [10, 125_000, false],
    [11, 125_000, true],
    [12, 125_000, true],
    [11, 250_000, false],
    [12, 250_000, true],
    [12, 500_000, false],
  ] as const) {
    it(`of SF${spreadingFactor} at ${bandwidthHz / 1000} kHz ${needed ? "need" : "do not need"} the optimisation`, () => {
      assert.equal(needsLowDataRateOptimize({ spreadingFactor, bandwidthHz }), needed);
    });
  }
});
