/**
 * Which channels a device joins on that is never answered, as the modelled air shows it. RP002-1.0.4, 2.5 and 2.8; TR007,
 * 4.1: all 72 channels of a fixed plan before any of them again, one of each bank of eight and one of 500 kHz in turn.
 */
import assert from "node:assert/strict";
import type { LoraTransmission } from "../../../hil/air/index.ts";
import { NetworkPlan } from "../../../hil/lorawan/index.ts";
import { runLoneBoard } from "../../../hil/rig/index.ts";

const CHANNELS = 72;
/** One of each bank, and one of 500 kHz. */
const PASS = 9;
const NARROW = 64;

interface Joins {
  readonly board: string;
  readonly lorawan: "1.0.4" | "1.1";
  readonly region: "US915" | "AU915";
}

/** The first join-requests of a board that no network hears. */
async function unansweredJoins({ count, ...device }: Joins & { count: number }): Promise<LoraTransmission[]> {
  const enough = new AbortController();
  const sent: LoraTransmission[] = [];
  const end = await runLoneBoard({
    ...{ ...device, seed: 1 },
    realTime: false,
    end: enough.signal,
    limitS: 24 * 3600,
    onConsoleLine: () => {},
    onNotice: () => {},
    onTransmission: (transmission) => {
      assert.equal(transmission.modulation, "lora");
      sent.push(transmission);
      if (sent.length === count) enough.abort();
    },
  });
  assert.equal(end, "ended");
  return sent;
}

/** Leaves a board without an answer to as many join-requests as there are channels. */
export function describeJoinChannels(device: Joins): void {
  const { board, lorawan, region } = device;
  describe(`${CHANNELS} unanswered join-requests of ${board} in ${region}, LoRaWAN ${lorawan}`, () => {
    const plan = new NetworkPlan(region);
    let sent: LoraTransmission[];
    let channels: number[];
    before(async () => {
      sent = await unansweredJoins({ ...device, count: CHANNELS });
      channels = sent.map(({ frequencyHz }) => {
        // The radio's steps are 61 Hz wide.
        const channel = plan.channels.findIndex(({ uplinkHz }) => Math.abs(uplinkHz - frequencyHz) < 61);
        assert.ok(channel >= 0, `${frequencyHz} Hz is no channel`);
        return channel;
      });
    });

    it("go through all channels, each once", () => {
      assert.deepEqual(
        [...channels].sort((a, b) => a - b),
        Array.from({ length: CHANNELS }, (_, i) => i),
      );
    });

    it("have in each pass of nine one of each bank of eight, and one of 500 kHz", () => {
      for (let first = 0; first < CHANNELS; first += PASS) {
        const pass = channels.slice(first, first + PASS);
        const banks = pass.filter((channel) => channel < NARROW).map((channel) => channel >> 3);
        assert.deepEqual(banks.sort(), [0, 1, 2, 3, 4, 5, 6, 7], `pass ${first / PASS}`);
      }
    });

    it("have the region's data rate for joining on each kind of channel", () => {
      const rates = { US915: [0, 4], AU915: [2, 6] }[region];
      for (const [index, { spreadingFactor, bandwidthHz }] of sent.entries()) {
        const rate = plan.dataRate(rates[channels[index] < NARROW ? 0 : 1]);
        assert.deepEqual({ spreadingFactor, bandwidthHz }, rate, `channel ${channels[index]}`);
      }
    });

    it("are on air for 36 seconds at most in the first hour, and no longer than 400 ms each", () => {
      const onAirS = ({ startNs, endNs }: LoraTransmission) => (endNs - startNs) / 1e9;
      const firstHour = sent.filter(({ startNs }) => startNs < 3600e9);
      assert.ok(firstHour.reduce((sum, transmission) => sum + onAirS(transmission), 0) <= 36);
      for (const transmission of sent) assert.ok(onAirS(transmission) <= 0.4);
    });
  });
}
