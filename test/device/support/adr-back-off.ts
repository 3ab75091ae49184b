/**
 * ADR back-off (TS001-1.0.4 and TS001-1.1, 4.3.1.1) of boards that no downlink reaches any more: each step of it on the air,
 * uplink for uplink.
 */
import assert from "node:assert/strict";
import { type DeviceSession, openDeviceSession } from "./device-session.ts";
import { loseDownlinks, type SentUplink, sentUplinks } from "./uplinks.ts";

/** Long enough for two transmissions at DR0 on one channel. */
const PERIOD_S = 300;
/** LinkADRReq: DR5, TXPower 3, channel 0 alone, each uplink twice. */
const FAR_FROM_DEFAULT = "0353010002";

/** From which uplink without an answer on, what holds. */
const STEPS = [
  ["ADR has it as the network wants it", 0, { dataRate: 5, powerDbm: 8, transmissions: 2 }],
  ["the most power, after 64 + 32 uplinks", 96, { dataRate: 5, powerDbm: 14, transmissions: 2 }],
  ["DR4 after 32 more", 128, { dataRate: 4, powerDbm: 14, transmissions: 2 }],
  ["DR3 after 32 more", 160, { dataRate: 3, powerDbm: 14, transmissions: 2 }],
  ["DR2 after 32 more", 192, { dataRate: 2, powerDbm: 14, transmissions: 2 }],
  ["DR1 after 32 more", 224, { dataRate: 1, powerDbm: 14, transmissions: 2 }],
  ["DR0 after 32 more", 256, { dataRate: 0, powerDbm: 14, transmissions: 2 }],
  ["the default channels, and each uplink once", 288, { dataRate: 0, powerDbm: 14, transmissions: 1 }],
] as const;
const LIMIT = 64;
const EXHAUSTED = 288;
const END = 300;

/** Takes a board through the whole of it, some days of its time. */
export function describeBackOff(board: string, lorawan: "1.0.4" | "1.1"): void {
  describe(`ADR back-off of ${board}, LoRaWAN ${lorawan}`, () => {
    /** All transmissions of each uplink that nothing has answered, by their number. */
    const silent: SentUplink[][] = [];
    before(async () => {
      const session: DeviceSession = await openDeviceSession({
        ...{ board, lorawan, seed: 7 },
        config: { PERIOD_S },
      });
      try {
        let isDeaf = false;
        loseDownlinks(session, () => isDeaf);
        await session.nextUplink();
        session.networkServer.request(session.identity.devEui, Buffer.from(FAR_FROM_DEFAULT, "hex"));
        const isAnswered = () => session.serverEvents.some(({ step }) => step === "mac-requests-answered");
        await session.until("LinkADRAns", isAnswered);
        isDeaf = true;
        // The uplink with the answer is the first that nothing answers.
        const first = sentUplinks(session).at(-1)?.fCnt ?? assert.fail();
        const isOver = () => session.uplinks.length > first + END;
        await session.until("the end of the back-off", isOver, (END + 5) * PERIOD_S);
        for (const uplink of sentUplinks(session)) {
          if (uplink.fCnt < first || uplink.fCnt >= first + END) continue;
          silent[uplink.fCnt - first] ??= [];
          silent[uplink.fCnt - first].push(uplink);
        }
      } finally {
        await session.close();
      }
    });

    for (const [index, [title, from, expected]] of STEPS.entries()) {
      const to = STEPS[index + 1]?.[1] ?? END;
      it(`has from uplink ${from} to ${to - 1}: ${title}`, () => {
        for (let number = from; number < to; number++) {
          const { dataRate, powerDbm, transmissions } = expected;
          const sent = silent[number].map((uplink) => [uplink.dataRate, uplink.powerDbm]);
          assert.deepEqual(sent, Array(transmissions).fill([dataRate, powerDbm]), `uplink ${number}`);
        }
      });
    }

    it("stays on its channel until the default ones are on again, and then uses all of them", () => {
      const channels = (from: number, to: number) =>
        [...new Set(silent.slice(from, to).flatMap((sent) => sent.map(({ channel }) => channel)))].sort();
      assert.deepEqual(channels(0, EXHAUSTED), [8681]);
      assert.deepEqual(channels(EXHAUSTED, END), [8681, 8683, 8685]);
    });

    const ends = lorawan === "1.1" ? "until nothing is left to be done" : "and goes on with that";
    it(`asks for an answer from uplink ${LIMIT} on, ${ends}`, () => {
      for (const [number, sent] of silent.entries()) {
        const asks = number >= LIMIT && (lorawan !== "1.1" || number < EXHAUSTED);
        for (const { adrAckReq } of sent) assert.equal(adrAckReq, asks, `uplink ${number}`);
      }
    });
  });
}
