import assert from "node:assert/strict";
import { buildCfList, eu868 } from "../../../hil/lorawan/index.ts";
import { hex } from "./vectors.ts";

describe("lorawan EU868", () => {
  it("finds channels and data rates by frequency and modulation", () => {
    assert.equal(eu868.channelIndex(868_500_000), 2);
    assert.equal(eu868.channelIndex(867_900_000), 7);
    assert.equal(eu868.channelIndex(869_525_000), undefined);
    assert.equal(eu868.dataRateIndex({ spreadingFactor: 12, bandwidthHz: 125_000 }), 0);
    assert.equal(eu868.dataRateIndex({ spreadingFactor: 7, bandwidthHz: 250_000 }), 6);
    assert.equal(eu868.dataRateIndex({ spreadingFactor: 8, bandwidthHz: 250_000 }), undefined);
    for (let dr = 0; dr <= 6; dr++) assert.equal(eu868.dataRateIndex(eu868.dataRate(dr)), dr);
    assert.throws(() => eu868.dataRate(7), /no LoRa data rate DR7/);
  });

  // RP002-1.0.4, table of RX1 data rates: rows are uplink data rates, columns RX1DROffset 0 to 5.
  const rx1Table = [
    [0, 0, 0, 0, 0, 0],
    [1, 0, 0, 0, 0, 0],
    [2, 1, 0, 0, 0, 0],
    [3, 2, 1, 0, 0, 0],
    [4, 3, 2, 1, 0, 0],
    [5, 4, 3, 2, 1, 0],
    [6, 5, 4, 3, 2, 1],
  ];
  it("lowers the RX1 data rate by the offset", () => {
    for (const [uplink, row] of rx1Table.entries())
      for (const [offset, expected] of row.entries())
        assert.equal(eu868.rx1DataRate(uplink, offset), expected);
    assert.throws(() => eu868.rx1DataRate(5, 6), /RX1DROffset 6/);
  });

  it("gives the channels 867.1 to 867.9 MHz in the CFList", () => {
    const cfList = buildCfList({ type: 0, frequenciesHz: eu868.cfListFrequenciesHz });
    assert.equal(hex(cfList), "184f84e85684b85e84886684586e8400");
  });
});
