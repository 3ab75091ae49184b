/** ADR as the device does its part: TS001-1.0.4, 4.3.1.1; TS001-1.1, 4.3.1.1. */
import assert from "node:assert/strict";
import type * as AdrModule from "../../../firmware/lorawan/adr.ts";
import type * as ChannelsModule from "../../../firmware/lorawan/channels/index.ts";
import { Bench } from "./support/bench.ts";
import { MacSession, VERSIONS, type Version } from "./support/mac-session.ts";
import { Network } from "./support/network.ts";

const SECOND_NS = 1e9;

/** DR5, TXPower 3, channel 0 alone, each uplink twice. */
const FAR_FROM_DEFAULT = "0353010002";

describe("firmware: ADR back-off", () => {
  /** From which uplink without an answer on, what holds. */
  const TIMELINE = [
    [0, { dataRate: 5, txPower: 3, nbTrans: 2, enabled: "1" }],
    [96, { dataRate: 5, txPower: 0, nbTrans: 2, enabled: "1" }],
    [128, { dataRate: 4, txPower: 0, nbTrans: 2, enabled: "1" }],
    [160, { dataRate: 3, txPower: 0, nbTrans: 2, enabled: "1" }],
    [192, { dataRate: 2, txPower: 0, nbTrans: 2, enabled: "1" }],
    [224, { dataRate: 1, txPower: 0, nbTrans: 2, enabled: "1" }],
    [256, { dataRate: 0, txPower: 0, nbTrans: 2, enabled: "1" }],
    [288, { dataRate: 0, txPower: 0, nbTrans: 1, enabled: "7" }],
  ] as const;
  const LIMIT = 64;
  const EXHAUSTED = 288;

  function settings(it: MacSession) {
    const { dataRate, txPower, nbTrans, enabled } = it.state();
    return { dataRate, txPower, nbTrans, enabled };
  }

  it("switches the channels at 125 kHz on where it goes to them from those at 500 kHz alone", () => {
    const it = new MacSession("1.0.4", {}, "US915");
    const { hasChannel } = it.module<typeof ChannelsModule>("lorawan/channels/index.ts");
    it.session.dataRate = 4;
    it.send({ fOpts: "034fff0071" });
    assert.equal(it.answers(), "0307");
    const reached = Array.from({ length: 162 }, () => {
      it.silentUplink();
      return [it.session.dataRate, hasChannel(it.session.dataRate), hasChannel(0)];
    });
    assert.deepEqual(
      [reached[127], reached[128], reached[160]],
      [
        [4, true, false],
        [3, true, true],
        [2, true, true],
      ],
    );
  });

  for (const version of VERSIONS) {
    it(`goes step by step, uplink for uplink (${version})`, () => {
      const it = new MacSession(version);
      it.send({ fOpts: FAR_FROM_DEFAULT });
      it.answers();
      for (let silent = 0; silent < 400; silent++) {
        const { adr, adrAckReq } = it.silentUplink();
        const step = TIMELINE.findLast(([from]) => silent >= from);
        assert.deepEqual(settings(it), step?.[1], `after ${silent}`);
        assert.equal(adr, true);
        // 1.0.4 asks on, 1.1 ends when nothing is left to be done.
        const asks = silent >= LIMIT && (version !== "1.1" || silent < EXHAUSTED);
        assert.equal(adrAckReq, asks, `ADRACKReq after ${silent}`);
      }
    });

    it(`begins anew with each downlink, and keeps what it has come to (${version})`, () => {
      const it = new MacSession(version);
      it.send({ fOpts: FAR_FROM_DEFAULT });
      it.answers();
      for (let i = 0; i < 130; i++) it.silentUplink();
      it.send({});
      assert.equal(it.asksForAnswer, false);
      assert.deepEqual(settings(it), TIMELINE[2][1]);
      for (let i = 0; i < 96; i++) it.silentUplink();
      assert.deepEqual(settings(it), TIMELINE[2][1]);
      it.silentUplink();
      assert.deepEqual(
        settings(it),
        TIMELINE[2][1],
        "the power is the highest already: the step is spent on it",
      );
      for (let i = 0; i < 32; i++) it.silentUplink();
      assert.equal(it.state().dataRate, 3);
    });

    it(`restores default channels again and again (${version})`, () => {
      const it = new MacSession(version);
      for (let i = 0; i <= 256; i++) it.silentUplink();
      for (let i = 0; i < 3; i++) {
        const { startMasks, addMask, takeMasks } =
          it.module<typeof ChannelsModule>("lorawan/channels/index.ts");
        startMasks();
        addMask(0, 2);
        takeMasks();
        for (let j = 0; j < 32; j++) it.silentUplink();
        assert.equal(it.state().enabled, "7");
      }
    });

    it(`is none where the device goes its own way: neither ADR nor ADRACKReq (${version})`, () => {
      const it = new MacSession(version, { ADR: false });
      const before = it.state();
      for (let i = 0; i < 400; i++) {
        const { adr, adrAckReq } = it.silentUplink();
        assert.deepEqual([adr, adrAckReq], [false, false]);
      }
      assert.deepEqual(it.state(), before);
    });
  }

  it("takes its steps at the largest limit and delay, too", () => {
    const it = new MacSession("1.1");
    const { noteSilence } = it.module<typeof AdrModule>("lorawan/adr.ts");
    it.send({ fOpts: `0cff${FAR_FROM_DEFAULT}` });
    const dataRates: number[] = [];
    for (let i = 0; i <= 9 * 0x8000; i++) {
      if ((i & 0x7fff) === 0) dataRates.push(it.session.dataRate);
      noteSilence();
    }
    assert.deepEqual(dataRates, [5, 5, 5, 4, 3, 2, 1, 0, 0, 0]);
  });

  for (const [version, lorawan11] of [
    ["1.0.4", false],
    ["1.1", true],
  ] as const satisfies ReadonlyArray<readonly [Version, boolean]>) {
    it(`shows on the air (${version})`, () => {
      const bench = new Bench();
      const network = new Network(bench, { lorawan11, cfList: false });
      network.onData = (uplink) => {
        if (network.received.length !== 1) return;
        bench.send(
          uplink,
          1,
          network.downlink({
            commands: Buffer.from(`0b01${FAR_FROM_DEFAULT}`.slice(lorawan11 ? 0 : 4), "hex"),
          }),
        );
      };
      bench.run(320 * 600 * SECOND_NS, { config: { LORAWAN_1_1: lorawan11, PERIOD_S: 600 } });
      const uplinks = bench.uplinks
        .slice(1)
        .map(({ transmission: t }, i) => ({ ...t, frame: network.received[i] }));
      const powerDbm = (fCnt: number) =>
        uplinks.filter((u) => u.frame.fCnt16 === fCnt).map((u) => u.powerDbm);
      // The first uplink was answered: the one after it is the first of silence.
      for (let fCnt = 1; fCnt < 315; fCnt++) {
        const silent = fCnt - 1;
        const step = TIMELINE.findLast(([from]) => silent >= from)?.[1];
        const sent = uplinks.filter((u) => u.frame.fCnt16 === fCnt);
        assert.equal(sent.length, step?.nbTrans, `FCnt ${fCnt}`);
        for (const { spreadingFactor, frame } of sent) {
          assert.equal(12 - spreadingFactor, step?.dataRate, `FCnt ${fCnt}`);
          assert.equal(
            frame.adrAckReq,
            silent >= LIMIT && (!lorawan11 || silent < EXHAUSTED),
            `FCnt ${fCnt}`,
          );
        }
      }
      assert.deepEqual(powerDbm(0), [14]);
      assert.deepEqual(powerDbm(96), [8, 8]);
      assert.deepEqual(powerDbm(97), [14, 14]);
      const frequencies = (from: number, to: number) =>
        new Set(
          uplinks
            .filter((u) => u.frame.fCnt16 >= from && u.frame.fCnt16 < to)
            .map((u) => Math.round(u.frequencyHz / 1e5)),
        );
      assert.deepEqual(frequencies(1, 289), new Set([8681]));
      assert.deepEqual(frequencies(289, 315), new Set([8681, 8683, 8685]));
      assert.deepEqual(bench.findings, []);
    });
  }
});
