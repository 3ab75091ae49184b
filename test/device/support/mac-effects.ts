/**
 * What MAC commands do to a board, beyond its answer: as its transmissions and windows show it (TS001-1.0.4, 5;
 * TS001-1.1, 5).
 */
import assert from "node:assert/strict";
import { type DeviceSession, openDeviceSession } from "./device-session.ts";
import { ask, frequencyOctets } from "./mac-requests.ts";
import { loseDownlinks, type SentUplink, sentUplinks } from "./uplinks.ts";

const PERIOD_S = 20;
/** Past the windows of an uplink. */
const WINDOWS_S = 6;
/** MHDR of a rejoin-request, and its type behind it. */
const REJOIN_REQUEST = 0xc0;

/** LinkADRReq: DR5, TXPower 3, channels 0 and 1, each uplink once. */
const FAST = "0353030001";
const FAST_UPLINK = { dataRate: 5, powerDbm: 8 };
const FAST_CHANNELS = [8681, 8683];

const RX2 = "8695 SF12";
/** No plan of Europe has it. */
const FOREIGN = frequencyOctets(915_000_000);
const ELSEWHERE = frequencyOctets(869_100_000);

/** Frames of which nothing is done, each for another reason, and their answers. */
const REFUSED = [
  { what: "LinkADRReq, a channel that is not there", commands: "0350008001", answers: "06" },
  { what: "LinkADRReq, DR14", commands: "03e0070001", answers: "05" },
  { what: "LinkADRReq, TXPower 14", commands: "035e070001", answers: "03" },
  { what: "RXParamSetupReq, a foreign frequency", commands: `0513${FOREIGN}`, answers: "06" },
  { what: "RXParamSetupReq, DR14", commands: `051e${ELSEWHERE}`, answers: "05" },
  { what: "RXParamSetupReq, RX1DROffset 6", commands: `0563${ELSEWHERE}`, answers: "03" },
  {
    what: "NewChannelReq, a foreign frequency, and rates the wrong way round",
    commands: `0703${FOREIGN}500703${ELSEWHERE}05`,
    answers: "02 01",
  },
  { what: "NewChannelReq, a default channel", commands: `0700${ELSEWHERE}50`, answers: "00" },
] as const;

/** DutyCycleReq: 1/2^11. */
const MAX_DUTY_CYCLE = 11;
/** What rounding to ticks adds to a silence, and the wake-up behind it. */
const LATE_S = 2;

/** ADRParamSetupReq: exponents of ADR_ACK_LIMIT and ADR_ACK_DELAY. */
const LIMIT = 8;
const DELAY = 4;
const LIMIT_AND_DELAY = "0c32";

/** Takes a board with LoRaWAN 1.1 in EU868 through commands of all kinds. */
export function describeMacEffects(board: string): void {
  describe(`MAC commands and what they do to ${board}, LoRaWAN 1.1`, () => {
    let session: DeviceSession;
    before(async () => {
      session = await openDeviceSession({
        ...{ board, lorawan: "1.1", seed: 3 },
        config: { PERIOD_S, REJOIN: true },
      });
      await session.nextUplink();
    });
    after(() => session?.close());

    /** Data frames sent from now on, this many, and past the windows of the last. */
    const nextSent = async (count: number): Promise<readonly SentUplink[]> => {
      const before = sentUplinks(session).length;
      await session.until(`${count} uplinks`, () => sentUplinks(session).length >= before + count);
      await session.pass(WINDOWS_S);
      return sentUplinks(session).slice(before);
    };
    /** The next uplink and its windows are as LinkADRReq has set them, and as the join has. */
    const expectNoChange = async () => {
      const opened = session.radioEvents.length;
      const [{ dataRate, powerDbm, channel }] = await nextSent(1);
      assert.deepEqual({ dataRate, powerDbm }, FAST_UPLINK);
      assert.ok(FAST_CHANNELS.includes(channel), `channel ${channel}`);
      const windows = session.radioEvents
        .slice(opened)
        .filter(({ type }) => type === "rx-open")
        .map(({ frequencyHz, spreadingFactor }) => `${Math.round(frequencyHz / 1e5)} SF${spreadingFactor}`);
      assert.deepEqual(windows, [`${channel} SF7`, RX2]);
    };
    const rejoins = () => session.sent.filter(({ payload }) => payload[0] === REJOIN_REQUEST);
    const joins = () => session.consoleLines.filter((line) => line.startsWith("joined ")).length;
    /** Waits for the next rejoin-request and its session. */
    const rejoined = async () => {
      const before = { rejoins: rejoins().length, joins: joins() };
      await session.until("the session of a rejoin", () => joins() > before.joins, 2000);
      assert.equal(rejoins().length, before.rejoins + 1);
      const rejoin = rejoins()[before.rejoins];
      assert.equal(rejoin.payload[1], 0, "type 0");
      return rejoin;
    };

    it("RejoinParamSetupReq: a rejoin-request of type 0 after 16 uplinks", async () => {
      // MaxTimeN is years.
      assert.equal(await ask(session, `${FAST}0ff0`), "07 01");
      const { startNs } = await rejoined();
      const before = sentUplinks(session).filter((uplink) => uplink.startS < startNs / 1e9);
      assert.deepEqual(
        before.map(({ fCnt }) => fCnt),
        Array.from({ length: 16 }, (_, fCnt) => fCnt),
      );
      const [first] = await nextSent(1);
      assert.equal(first.fCnt, 0, "the session is a new one");
    });

    it("RejoinParamSetupReq: a rejoin-request of type 0 before 1024 seconds are over", async () => {
      const [{ startNs: lastNs }] = rejoins().slice(-1);
      // MaxCountN is 524288 uplinks.
      assert.equal(await ask(session, `${FAST}0f0f`), "07 01");
      const { startNs } = await rejoined();
      const sinceS = (startNs - lastNs) / 1e9;
      assert.ok(sinceS > 16 * PERIOD_S && sinceS < 1024 + PERIOD_S, `${sinceS} s`);
    });

    it("LinkADRReq: data rate, power and channels are what it says", async () => {
      assert.equal(await ask(session, FAST), "07");
      await session.pass(WINDOWS_S);
      await expectNoChange();
    });

    for (const { what, commands, answers } of REFUSED) {
      it(`${what}: refused, and nothing of it done`, async () => {
        assert.equal(await ask(session, commands), answers);
        await session.pass(WINDOWS_S);
        await expectNoChange();
      });
    }

    it(`DutyCycleReq: silence behind each uplink until it is 1/2^${MAX_DUTY_CYCLE} of the time, until 0`, async () => {
      assert.equal(await ask(session, `040${MAX_DUTY_CYCLE.toString(16)}`), "");
      const limited = [...sentUplinks(session).slice(-1), ...(await nextSent(3))];
      for (const [i, { startS, endS }] of limited.slice(0, -1).entries()) {
        const silenceS = (endS - startS) * (2 ** MAX_DUTY_CYCLE - 1);
        const pauseS = limited[i + 1].startS - endS;
        assert.ok(silenceS > 2 * PERIOD_S);
        assert.ok(pauseS >= silenceS && pauseS < silenceS + LATE_S, `${pauseS} s, not ${silenceS} s`);
      }
      assert.equal(await ask(session, "0400"), "");
      const [first, second, third] = await nextSent(3);
      for (const pauseS of [second.startS - first.startS, third.startS - second.startS])
        assert.ok(Math.abs(pauseS - PERIOD_S) < 1, `${pauseS} s`);
    });

    it(`ADRParamSetupReq: ADRACKReq after ${LIMIT} uplinks without an answer, back-off each ${DELAY} later`, async () => {
      let isDeaf = false;
      loseDownlinks(session, () => isDeaf);
      assert.equal(await ask(session, LIMIT_AND_DELAY), "");
      // The uplink with the answer is the first that nothing answers.
      isDeaf = true;
      const count = LIMIT + 2 * DELAY + 1;
      const silent = [...sentUplinks(session).slice(-1), ...(await nextSent(count - 1))];
      for (const [number, { adrAckReq, powerDbm, dataRate }] of silent.entries()) {
        const expected = {
          adrAckReq: number >= LIMIT,
          powerDbm: number >= LIMIT + DELAY ? 14 : FAST_UPLINK.powerDbm,
          dataRate: number >= LIMIT + 2 * DELAY ? 4 : FAST_UPLINK.dataRate,
        };
        assert.deepEqual({ adrAckReq, powerDbm, dataRate }, expected, `uplink ${number}`);
      }
    });
  });
}

/** TXParamSetupReq in AS923, where a device begins with the dwell time limited to 400 ms. */
export function describeTxParamSetup(board: string, lorawan: "1.0.4" | "1.1"): void {
  it(`TXParamSetupReq does to ${board} in AS923-1, LoRaWAN ${lorawan}: DR0 without a limit, DR2 and less power with one`, async () => {
    const session = await openDeviceSession({
      ...{ board, lorawan, region: "AS923-1", seed: 4 },
      config: { PERIOD_S },
    });
    const nextUplink = async () => {
      await session.nextUplink();
      const [{ dataRate, powerDbm }] = sentUplinks(session).slice(-1);
      return { dataRate, powerDbm };
    };
    /** LinkADRReq: DR0, TXPower 0, both default channels. */
    const slowest = "0300030001";
    try {
      await session.nextUplink();
      assert.equal(await ask(session, slowest), "05", "DR0 has too long a dwell time at first");
      // No limit of the dwell time, 16 dBm EIRP.
      assert.equal(await ask(session, "0905"), "");
      assert.equal(await ask(session, slowest), "07");
      assert.deepEqual(await nextUplink(), { dataRate: 0, powerDbm: 13 });
      // 400 ms both ways, 8 dBm EIRP, of which an antenna with 2.15 dBi takes three whole decibels.
      assert.equal(await ask(session, "0930"), "");
      assert.deepEqual(await nextUplink(), { dataRate: 2, powerDbm: 5 });
      assert.equal(await ask(session, slowest), "05");
      assert.deepEqual(await nextUplink(), { dataRate: 2, powerDbm: 5 });
      session.send(10, Uint8Array.of(1));
      await session.until("a downlink", () => session.consoleLines.includes("downlink 10: 01"));
      const [downlink] = session.transmissions.filter((packet) => !session.sent.includes(packet)).slice(-1);
      assert.equal(downlink.modulation === "lora" && downlink.spreadingFactor, 10);
    } finally {
      await session.close();
    }
  });
}
