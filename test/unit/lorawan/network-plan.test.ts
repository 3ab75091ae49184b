import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { buildCfList, NetworkPlan } from "../../../hil/lorawan/index.ts";
import { REGION_NAMES } from "../../../toolchain/regions/index.ts";
import { hex } from "./vectors.ts";

/** The figures as they are in the file, read here once more. */
const { regions } = JSON.parse(
  readFileSync(new URL("../../../firmware/regions/regions.json", import.meta.url), "utf8"),
);

const eu868 = new NetworkPlan("EU868");
const us915 = new NetworkPlan("US915");
const au915 = new NetworkPlan("AU915");

describe("channel plans of the Network Server", () => {
  it("find channels and data rates by frequency and modulation", () => {
    assert.equal(eu868.channelIndex(868_500_000), 2);
    assert.equal(eu868.channelIndex(867_900_000), 7);
    assert.equal(eu868.channelIndex(869_525_000), undefined);
    assert.equal(eu868.dataRateIndex({ spreadingFactor: 12, bandwidthHz: 125_000 }), 0);
    assert.equal(eu868.dataRateIndex({ spreadingFactor: 7, bandwidthHz: 250_000 }), 6);
    assert.equal(eu868.dataRateIndex({ spreadingFactor: 8, bandwidthHz: 250_000 }), undefined);
    for (let dr = 0; dr <= 6; dr++) assert.equal(eu868.dataRateIndex(eu868.dataRate(dr)), dr);
    assert.throws(() => eu868.dataRate(7), /no LoRa data rate DR7/);
  });

  it("tell data rates for uplinks from those for downlinks", () => {
    assert.equal(us915.dataRateIndex({ spreadingFactor: 8, bandwidthHz: 500_000 }), 4);
    assert.equal(au915.dataRateIndex({ spreadingFactor: 8, bandwidthHz: 500_000 }), 6);
    assert.equal(us915.dataRateIndex({ spreadingFactor: 12, bandwidthHz: 500_000 }), undefined);
    assert.deepEqual(us915.dataRate(8), { spreadingFactor: 12, bandwidthHz: 500_000 });
  });

  // RP002-1.0.4, tables 13 (US902-928) and 41 (AU915-928).
  it("have 72 channels where they are fixed, and RX1 on one of eight", () => {
    for (const [plan, first, firstWide] of [
      [us915, 902_300_000, 903_000_000],
      [au915, 915_200_000, 915_900_000],
    ] as const) {
      assert.equal(plan.channels.length, 72);
      for (const [index, channel] of plan.channels.entries()) {
        const isWide = index >= 64;
        const uplinkHz = isWide ? firstWide + (index - 64) * 1_600_000 : first + index * 200_000;
        assert.deepEqual(channel, {
          uplinkHz,
          rx1Hz: 923_300_000 + (index % 8) * 600_000,
          bandwidthHz: isWide ? 500_000 : 125_000,
          ...(isWide ? { spreadingFactor: 8 } : {}),
        });
        assert.equal(plan.channelIndex(uplinkHz), index);
      }
    }
  });

  for (const name of REGION_NAMES) {
    it(`have RX1, RX2 and payloads of ${name} as its tables do`, () => {
      const plan = new NetworkPlan(name);
      const { rx1_dr_offset: offsets, max_payload: payloads, rx2 } = regions[name];
      const frequencyHz = rx2.freq_hz ?? regions[name].join.common_join_channels[0].rx2_hz;
      assert.deepEqual(plan.rx2, { frequencyHz, dataRate: rx2.dr });
      for (const isLimited of [false, true]) {
        const table = (isLimited ? offsets.table_dwell1 : offsets.table_dwell0) ?? offsets.table;
        for (const [uplink, row] of Object.entries<number[]>(table)) {
          for (const [offset, rate] of row.entries())
            assert.equal(plan.rx1DataRate(Number(uplink), offset, isLimited), rate);
        }
        const { dwell0, dwell1 } = payloads.no_repeater;
        const limits: Record<string, { N: number }> = isLimited ? (dwell1 ?? dwell0) : dwell0;
        for (const [rate, { N }] of Object.entries(limits))
          assert.equal(plan.maxFrmPayloadOctets(Number(rate), isLimited), N);
      }
      const beyond = offsets.range[1] + 1;
      assert.throws(() => plan.rx1DataRate(2, beyond), new RegExp(`RX1DROffset ${beyond}`));
    });

    it(`give devices of ${name} channels in its range, each its own`, () => {
      const plan = new NetworkPlan(name);
      const frequencies = plan.channels.map(({ uplinkHz }) => uplinkHz);
      assert.equal(new Set(frequencies).size, frequencies.length);
      for (const frequencyHz of frequencies)
        assert.ok(frequencyHz >= plan.rangeHz.from && frequencyHz <= plan.rangeHz.to, `${frequencyHz} Hz`);
    });
  }

  it("give the channels 867.1 to 867.9 MHz of EU868 in the CFList, and all masks of a fixed plan", () => {
    assert.equal(hex(buildCfList(eu868.cfList)), "184f84e85684b85e84886684586e8400");
    assert.equal(hex(buildCfList(us915.cfList)), "ffffffffffffffffff00000000000001");
  });

  describe("in CN470", () => {
    const cn470 = new NetworkPlan("CN470");
    const { join, plans } = regions.CN470;

    for (const { index, uplink_hz, rx1_hz, rx2_hz, plan: antenna } of join.common_join_channels) {
      it(`are decided on by the join channel ${index}, with its windows: ${antenna}`, () => {
        const plan = cn470.joinedOn(uplink_hz)!;
        const { max_channels, uplink_blocks, downlink_blocks, ch_mask_cntl } = plans[antenna];
        assert.equal(plan.joinRx1Hz(uplink_hz), rx1_hz);
        assert.deepEqual(plan.rx2, { frequencyHz: rx2_hz, dataRate: 1 });
        assert.equal(plan.channels.length, max_channels);
        for (const { first_index, count, start_hz, step_hz } of uplink_blocks) {
          for (let i = 0; i < count; i++)
            assert.equal(plan.channels[first_index + i].uplinkHz, start_hz + i * step_hz);
        }
        for (const [channel, { rx1Hz }] of plan.channels.entries()) {
          const place = channel % (antenna.startsWith("26") ? 24 : 64);
          const block = downlink_blocks[place < 32 ? 0 : 1];
          assert.equal(rx1Hz, block.start_hz + (place - block.first_index) * block.step_hz);
        }
        const masks = Array(max_channels / 16).fill(0xffff);
        assert.deepEqual(plan.cfList, { type: 1, channelMasks: masks });
        assert.match(ch_mask_cntl[plan.allOn.chMaskCntl], /^all channels ON/);
      });
    }

    it("are none where a device does not join", () => {
      assert.equal(cn470.joinedOn(470_500_000), undefined);
      assert.equal(eu868.joinedOn(868_100_000), eu868);
      assert.equal(eu868.joinedOn(869_525_000), undefined);
    });
  });

  it("send with what the sub-band or the plan allows, as far as gateways go", () => {
    for (const [plan, frequencyHz, dBm] of [
      [eu868, 868_100_000, 14],
      [eu868, 869_525_000, 27],
      [us915, 923_300_000, 27],
      [new NetworkPlan("KR920"), 922_100_000, 12],
      [new NetworkPlan("EU433"), 433_175_000, 10],
      // 17 dBm, which gateways do not have.
      [new NetworkPlan("CN470"), 484_500_000, 16],
    ] as const)
      assert.equal(plan.powerDbm(frequencyHz), dBm, plan.name);
  });

  it("know what a device can be sent whatever data rate it joined at", () => {
    assert.equal(eu868.leastFrmPayloadOctets, 51);
    assert.equal(us915.leastFrmPayloadOctets, 242);
    assert.equal(new NetworkPlan("AS923-1").leastFrmPayloadOctets, 115);
  });
});
