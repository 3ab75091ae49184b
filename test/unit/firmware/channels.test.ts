/** The channels of both kinds of plans, and the duty cycle. */
import assert from "node:assert/strict";
import type * as ChannelsModule from "../../../firmware/lorawan/channels/index.ts";
import type * as RandomModule from "../../../firmware/lorawan/random.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import { type RegionName, regionFigures } from "../../../toolchain/regions/index.ts";
import { loadFirmware } from "./support/instance.ts";

const TICK_US = 256;

function load(region: RegionName, config: Readonly<Record<string, boolean>> = {}): typeof ChannelsModule {
  const firmware = loadFirmware(config, { region });
  const { seedRandom } = firmware("lorawan/random.ts") as unknown as typeof RandomModule;
  seedRandom(0x12345678, 0x9abcdef0);
  const channels = firmware("lorawan/channels/index.ts") as unknown as typeof ChannelsModule;
  channels.resetChannels();
  return channels;
}

/** The channels that are on for a data rate, in their order: each is taken once before any again. */
function channelsOn({ hasChannel, takeChannel }: typeof ChannelsModule, dataRate: number): number[] {
  if (!hasChannel(dataRate)) return [];
  const taken = new Set(Array.from({ length: 144 }, () => takeChannel(dataRate)));
  return [...taken].sort((a, b) => a - b);
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe("firmware: channels of a dynamic plan", () => {
  const cfList = (frequencies: number[]) => {
    const list = Buffer.alloc(16);
    for (const [i, frequency] of frequencies.entries()) list.writeUIntLE(frequency, 3 * i, 3);
    return list;
  };
  const FIVE = [8671000, 8673000, 8675000, 8677000, 8679000];

  it("are taken once each before any again, in an order that differs", () => {
    const channels = load("EU868");
    channels.takeCfList(cfList(FIVE));
    const rounds = Array.from({ length: 20 }, () =>
      Array.from({ length: 8 }, () => channels.takeChannel(5)).join(""),
    );
    for (const round of rounds) assert.equal([...round].sort().join(""), "01234567");
    assert.ok(new Set(rounds).size > 10);
  });

  it("are not what the CFList does not give or the region does not allow", () => {
    const channels = load("EU868");
    channels.takeCfList(cfList([8671000, 0, 8686500, 9000000, 8630000]));
    assert.deepEqual(channelsOn(channels, 5), [0, 1, 2, 3, 7]);
    assert.deepEqual(
      range(0, 8).map((channel) => channels.frequencyOf(channel)),
      [8681000, 8683000, 8685000, 8671000, 0, 0, 0, 8630000, 0],
    );
  });

  it("stay as they are where the CFList has masks", () => {
    const channels = load("EU868");
    const masks = Buffer.alloc(16, 0xff);
    masks[15] = 1;
    channels.takeCfList(masks);
    assert.deepEqual(channelsOn(channels, 5), [0, 1, 2]);
  });

  it("are silent for 99 times the time on air, those of the sub-band only", () => {
    const channels = load("EU868");
    channels.takeCfList(cfList(FIVE));
    const airtime = 61696;
    const end = 0xffffff00;
    channels.silenceBands(channels.frequencyOf(0), airtime, 0, end);
    assert.deepEqual(channelsOn(channels, 5), [3, 4, 5, 6, 7]);
    assert.equal(channels.isJoinChannelFree(), false);
    const release = channels.nextRelease(end);
    const silenceUs = ((release - end) >>> 0) * TICK_US;
    assert.ok(silenceUs >= 99 * airtime && silenceUs < 99 * airtime + 100 * TICK_US, `${silenceUs} us`);
    channels.releaseBands((release - 1) >>> 0);
    assert.equal(channels.isJoinChannelFree(), false);
    channels.releaseBands(release);
    assert.equal(channels.isJoinChannelFree(), true);
    assert.equal(channels.nextRelease(1000), 1000, "nothing is silent");
  });

  for (const region of ["EU868", "IN865"] as const) {
    it(`are left for a slower data rate where the only one of a fast one is gone, in ${region}`, () => {
      const channels = load(region, { FAST_DATA_RATES: true });
      const frequency = channels.frequencyOf(0) + 6000;
      channels.setChannel(3, frequency, 0x77);
      assert.equal(channels.rateWithChannel(7), 7);
      channels.setChannel(3, frequency, 0x60);
      // DR6 of IN865 is reserved.
      assert.equal(channels.rateWithChannel(7), region === "IN865" ? 5 : 6);
      channels.setChannel(3, 0, 0x60);
      channels.startMasks();
      channels.addMask(0, 1);
      channels.takeMasks();
      assert.equal(channels.rateWithChannel(7), 5);
      assert.deepEqual(channelsOn(channels, 5), [0], "what is off stays off");
    });
  }

  it("are the default ones again where none is left", () => {
    const channels = load("EU868", { FAST_DATA_RATES: true });
    channels.setChannel(3, 8671000, 0x77);
    channels.startMasks();
    channels.addMask(0, 8);
    channels.takeMasks();
    channels.setChannel(3, 0, 0x77);
    assert.equal(channels.rateWithChannel(7), 5);
    assert.deepEqual(channelsOn(channels, 5), [0, 1, 2]);
  });

  it("are all silent where the network asks for less traffic", () => {
    const channels = load("IN865");
    channels.silenceBands(channels.frequencyOf(0), 1e6, 4, 0);
    assert.equal(channels.isChannelFree(5), false);
    const silenceUs = channels.nextRelease(0) * TICK_US;
    assert.ok(silenceUs >= 15e6 && silenceUs < 15.1e6, `${silenceUs} us`);
  });

  it("are those for joining from the fastest data rate to the slowest, and from the fastest again", () => {
    for (const [region, rates] of [
      ["EU868", [5, 4, 3, 2, 1, 0, 5]],
      ["AS923-1", [5, 4, 3, 2, 5]],
    ] as const) {
      const channels = load(region);
      for (const rate of rates) {
        assert.equal(channels.joinRate(), rate, region);
        assert.ok(channels.takeJoinChannel() < 3);
      }
    }
  });
});

for (const [region, narrowRate, wideRate, least] of [
  ["US915", 0, 4, 2],
  ["AU915", 2, 6, 1],
] as const) {
  describe(`firmware: channels of a fixed plan, ${region}`, () => {
    it("are those for joining in 72 attempts: in each nine one of every bank and one at 500 kHz", () => {
      const channels = load(region);
      for (let cycle = 0; cycle < 3; cycle++) {
        const taken: number[] = [];
        for (let pass = 0; pass < 8; pass++) {
          const banks: number[] = [];
          for (let turn = 0; turn < 9; turn++) {
            assert.equal(channels.joinRate(), turn === 8 ? wideRate : narrowRate);
            const channel = channels.takeJoinChannel();
            banks.push(Math.floor(channel / 8));
            taken.push(channel);
          }
          assert.deepEqual(
            [...banks].sort((a, b) => a - b),
            range(0, 8),
          );
          assert.equal(banks[8], 8);
        }
        assert.deepEqual(
          [...taken].sort((a, b) => a - b),
          range(0, 71),
        );
      }
    });

    it("are taken once each before any again", () => {
      const channels = load(region);
      const taken = Array.from({ length: 64 }, () => channels.takeChannel(narrowRate));
      assert.deepEqual(
        [...taken].sort((a, b) => a - b),
        range(0, 63),
      );
      assert.notDeepEqual(taken, range(0, 63));
      assert.deepEqual(channelsOn(channels, wideRate), range(64, 71));
    });

    it("are those of the CFList's masks; frequencies change nothing", () => {
      const channels = load(region);
      channels.takeCfList(Buffer.from("00ff00000000000002000000000000" + "01", "hex"));
      assert.deepEqual(channelsOn(channels, narrowRate), range(8, 15));
      assert.deepEqual(channelsOn(channels, wideRate), [65]);
      channels.takeCfList(Buffer.alloc(16));
      assert.deepEqual(channelsOn(channels, narrowRate), range(8, 15));
    });

    it("are switched by each ChMaskCntl", () => {
      const NARROW = range(0, 63);
      const WIDE = range(64, 71);
      const without = (set: number[], gone: number[]) => set.filter((channel) => !gone.includes(channel));
      const cases: ReadonlyArray<[control: number, mask: number, narrow: number[], wide: number[]]> = [
        [0, 0x8001, without(NARROW, range(1, 14)), WIDE],
        [1, 0x0000, without(NARROW, range(16, 31)), WIDE],
        [2, 0x00ff, without(NARROW, range(40, 47)), WIDE],
        [3, 0x7fff, without(NARROW, [63]), WIDE],
        [4, 0xff05, NARROW, [64, 66]],
        [5, 0x0002, range(8, 15), [65]],
        [6, 0x0080, NARROW, [71]],
        [7, 0x0001, [], [64]],
      ];
      for (const [control, mask, narrow, wide] of cases) {
        const channels = load(region);
        channels.startMasks();
        channels.addMask(control, mask);
        channels.takeMasks();
        const what = `ChMaskCntl ${control}, ChMask ${mask.toString(16)}`;
        assert.deepEqual(channelsOn(channels, narrowRate), narrow, what);
        assert.deepEqual(channelsOn(channels, wideRate), wide, what);
      }
    });

    it(`must be ${least} at least where the data rate is one at 125 kHz, and one where it is at 500 kHz`, () => {
      const channels = load(region);
      channels.startMasks();
      channels.addMask(7, 0x01);
      assert.deepEqual([channels.areMasksValid(narrowRate), channels.areMasksValid(wideRate)], [false, true]);
      channels.addMask(0, 0x01);
      assert.equal(channels.areMasksValid(narrowRate), least === 1);
      channels.addMask(4, 0x00);
      assert.equal(channels.areMasksValid(wideRate), false);
      channels.addMask(0, 0x03);
      assert.equal(channels.areMasksValid(narrowRate), true);
    });

    it("stay off where those of the other kind can be used, at their data rate", () => {
      const channels = load(region);
      channels.takeCfList(Buffer.from("000000000000000006000000000000" + "01", "hex"));
      assert.equal(channels.rateWithChannel(narrowRate), wideRate);
      assert.equal(channels.rateWithChannel(wideRate), wideRate);
      assert.deepEqual(channelsOn(channels, narrowRate), []);
      assert.deepEqual(channelsOn(channels, wideRate), [65, 66]);
      channels.takeCfList(Buffer.from("00ff00000000000000000000000000" + "01", "hex"));
      assert.equal(channels.rateWithChannel(wideRate), wideRate - 1);
      assert.equal(channels.rateWithChannel(narrowRate), narrowRate);
      assert.deepEqual(channelsOn(channels, narrowRate), range(8, 15));
      assert.deepEqual(channelsOn(channels, wideRate), []);
    });

    it("are all on again where the masks leave none", () => {
      const channels = load(region);
      channels.takeCfList(Buffer.from("000000000000000000000000000000" + "01", "hex"));
      assert.equal(channels.rateWithChannel(narrowRate), narrowRate);
      assert.deepEqual(channelsOn(channels, narrowRate), range(0, 63));
      assert.deepEqual(channelsOn(channels, wideRate), range(64, 71));
    });

    it("have RX1 on the channel for downlinks that is theirs modulo eight", () => {
      const channels = load(region);
      for (const channel of range(0, 71))
        assert.equal(channels.downlinkFrequencyOf(channel), 9233000 + 6000 * (channel % 8));
    });
  });
}

describe("firmware: channels of CN470", () => {
  const { join, plans } = regionFigures("CN470");
  const JOIN_CHANNELS = join.common_join_channels!;

  /** A device that has tried to join, on each of the join channels once; by the index of that channel. */
  function* joined() {
    const firmware = loadFirmware({}, { region: "CN470" });
    const { seedRandom } = firmware("lorawan/random.ts") as unknown as typeof RandomModule;
    seedRandom(0x12345678, 0x9abcdef0);
    const channels = firmware("lorawan/channels/index.ts") as unknown as typeof ChannelsModule;
    const { session } = firmware("lorawan/session.ts") as unknown as typeof SessionModule;
    channels.resetChannels();
    const missing = new Set(JOIN_CHANNELS);
    for (let attempt = 0; missing.size > 0; attempt++) {
      assert.ok(attempt < 1000, `never tried: ${JSON.stringify([...missing])}`);
      const uplinkHz = 100 * channels.frequencyOf(channels.takeJoinChannel());
      const joinChannel = JOIN_CHANNELS.find(({ uplink_hz }) => uplink_hz === uplinkHz);
      assert.ok(joinChannel, `${uplinkHz} Hz`);
      if (!missing.delete(joinChannel)) continue;
      session.joined = true;
      channels.resetChannels();
      yield { channels, session, joinChannel, plan: plans![joinChannel.plan] };
      session.joined = false;
    }
  }

  it("are joined on in passes of four, one of each plan at one data rate, the fastest first", () => {
    const channels = load("CN470");
    for (const rate of [5, 4, 3, 2, 1, 5]) {
      const pass = Array.from({ length: 4 }, () => {
        assert.equal(channels.joinRate(), rate);
        const uplinkHz = 100 * channels.frequencyOf(channels.takeJoinChannel());
        return JOIN_CHANNELS.find(({ uplink_hz }) => uplink_hz === uplinkHz)!.plan;
      });
      assert.deepEqual(pass.sort(), ["20A", "20B", "26A", "26B"]);
    }
  });

  it("are, with both windows, where the join channel says", () => {
    for (const { channels, session, joinChannel, plan } of joined()) {
      assert.equal(100 * channels.cn470JoinFrequency(), joinChannel.rx1_hz);
      assert.equal(100 * channels.cn470Rx2Frequency(), joinChannel.rx2_hz);
      assert.equal(100 * session.rx2Frequency, joinChannel.rx2_hz);
      const all = range(0, plan.max_channels - 1);
      assert.deepEqual(channelsOn(channels, 1), all);
      const frequencies = (blocks: typeof plan.uplink_blocks) =>
        blocks.flatMap(({ count, start_hz, step_hz }) =>
          Array.from({ length: count }, (_, i) => start_hz + i * step_hz),
        );
      const downlinks = frequencies(plan.downlink_blocks);
      assert.deepEqual(
        all.map((channel) => 100 * channels.frequencyOf(channel)),
        frequencies(plan.uplink_blocks),
      );
      assert.deepEqual(
        all.map((channel) => 100 * channels.downlinkFrequencyOf(channel)),
        all.map((channel) => downlinks[channel % downlinks.length]),
      );
    }
  });

  it("are switched by each ChMaskCntl that the plan has, and by no other", () => {
    for (const { channels, plan } of joined()) {
      const all = range(0, plan.max_channels - 1);
      for (const [control, meaning] of Object.entries(plan.ch_mask_cntl)) {
        channels.restoreChannels();
        channels.startMasks();
        channels.addMask(Number(control), 0x8001);
        if (meaning === "RFU") {
          assert.equal(channels.areMasksValid(1), false, `ChMaskCntl ${control}`);
          continue;
        }
        const off = meaning.startsWith("all channels OFF");
        assert.equal(channels.areMasksValid(1), !off, `ChMaskCntl ${control}`);
        channels.takeMasks();
        const first = 16 * Number(control);
        const expected = meaning.startsWith("all")
          ? off
            ? []
            : all
          : all.filter((channel) => channel <= first || channel >= first + 15);
        assert.deepEqual(channelsOn(channels, 1), expected, `ChMaskCntl ${control}: ${meaning}`);
      }
    }
  });

  it("are those of the CFList's masks, as far as the plan has channels", () => {
    for (const { channels, plan } of joined()) {
      channels.takeCfList(Buffer.from(`018000000000${"ff".repeat(8)}0001`, "hex"));
      const rest = plan.max_channels === 64 ? range(48, 63) : [];
      assert.deepEqual(channelsOn(channels, 1), [0, 15, ...rest]);
    }
  });

  it("are those of the plan that a personalised image is made for, with the RX2 of such devices", () => {
    for (const [index, plan] of Object.values(plans!).entries()) {
      const firmware = loadFirmware({ ABP: true, CN470_PLAN: index }, { region: "CN470" });
      const channels = firmware("lorawan/channels/index.ts") as unknown as typeof ChannelsModule;
      const { session } = firmware("lorawan/session.ts") as unknown as typeof SessionModule;
      channels.resetChannels();
      assert.deepEqual(channelsOn(channels, 1), range(0, plan.max_channels - 1));
      assert.equal(100 * channels.frequencyOf(0), plan.uplink_blocks[0].start_hz);
      assert.equal(100 * session.rx2Frequency, plan.rx2_abp_hz ?? plan.rx2_hz);
    }
  });

  it("stay those of the session while it asks to rejoin", () => {
    for (const { channels, joinChannel } of joined()) {
      for (const rate of [5, 4, 3, 2, 1, 5]) {
        assert.equal(channels.joinRate(), rate);
        assert.equal(100 * channels.frequencyOf(channels.takeJoinChannel()), joinChannel.uplink_hz);
      }
    }
  });
});
