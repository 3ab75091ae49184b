/**
 * A session that the application, or a certification test, ends where the stack calls it: in the middle of an exchange, in
 * class C, as an uplink is due. Nothing of the session goes on, and nobody is heard who has no keys of the device.
 */
import assert from "node:assert/strict";
import type * as JoiningModule from "../../../firmware/lorawan/joining.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import type * as WipeModule from "../../../firmware/lorawan/wipe-session.ts";
import type * as ReplyModule from "../../../firmware/packages/reply.ts";
import { isDataFrame } from "../../../hil/lorawan/index.ts";
import { readCounters } from "../../../toolchain/provisioning/index.ts";
import { Bench } from "./support/bench.ts";
import { hook } from "./support/hooks.ts";
import { Network } from "./support/network.ts";
import type { NodeBoard } from "./support/node-board.ts";
import { personalise } from "./support/personalised.ts";
import { underZeroKeys } from "./support/zero-keys.ts";

const SECOND_NS = 1e9;
/** RX2 of EU868, at a data rate at which a frame ends before RX1 opens. */
const RX2_DATA_RATE = 3;
const RX2 = { frequencyHz: 869_525_000, sf: 9 };

const wipe = (board: NodeBoard) => board.module<typeof WipeModule>("lorawan/wipe-session.ts").wipeSession();
const joinAgain = (board: NodeBoard) => board.module<typeof JoiningModule>("lorawan/joining.ts").joinAgain();

for (const abp of [false, true]) {
  for (const lorawan11 of [false, true]) {
    const version = `LoRaWAN ${lorawan11 ? "1.1" : "1.0.4"}${abp ? ", personalised" : ""}`;

    function device() {
      const bench = new Bench();
      const network = abp
        ? personalise(bench, lorawan11)
        : new Network(bench, { lorawan11, cfList: false, rx2DataRate: RX2_DATA_RATE });
      const config = { ABP: abp, LORAWAN_1_1: lorawan11, CLASS_C: true, PERIOD_S: 250 };
      return { bench, network, config };
    }

    describe(`firmware: a session that ends inside an exchange, ${version}`, () => {
      for (const [what, end] of [
        ["wiped", wipe],
        ...(abp ? [] : [["left for a certification test", joinAgain] as const]),
      ] as const) {
        it(`hears nobody once it is ${what}: no window opens, and frames under no keys count for nothing`, () => {
          const { bench, network, config } = device();
          let endedNs = Number.POSITIVE_INFINITY;
          hook(bench, (board) => ({
            sample: () => {
              board.module<typeof SessionModule>("lorawan/session.ts").session.rx2DataRate = RX2_DATA_RATE;
              return 1;
            },
            onDownlink: () => {
              end(board);
              endedNs = bench.clock.nowNs();
            },
          }));
          network.onData = (uplink) => {
            network.onData = () => {};
            // In class C, before RX1; then in RX1, in RX2 and later.
            bench.send(uplink, 0.1, network.downlink({ port: 9, payload: Buffer.of(1) }), RX2);
            bench.send(uplink, 1, underZeroKeys(10));
            bench.send(uplink, 2, underZeroKeys(11), RX2);
            bench.send(uplink, 3.5, underZeroKeys(12), RX2);
          };
          const board = bench.run(20 * SECOND_NS, { config });
          const counters = readCounters(bench.eeprom);
          assert.ok(endedNs < Number.POSITIVE_INFINITY, bench.lines.join("\n"));
          assert.deepEqual(
            bench.lines.filter((line) => line.startsWith("downlink")),
            ["downlink 9: 01"],
          );
          const requestNs = bench.events.find(
            ({ type, atNs }) => type === "tx-start" && atNs > endedNs,
          )?.atNs;
          const opened = bench.events.filter(
            ({ type, atNs }) => type === "rx-open" && atNs > endedNs && !(atNs > (requestNs ?? Infinity)),
          );
          assert.deepEqual(opened, []);
          if (abp) assert.equal(counters?.nextFCntDown, lorawan11 ? 0 : 1);
          if (abp || end === wipe) return assert.equal(requestNs, undefined);
          assert.ok((requestNs ?? Infinity) - endedNs < 5 * SECOND_NS, "the device joins at once");
          assert.equal(board.lines.filter((line) => line.startsWith("joined")).length, 2);
        });
      }

      it("sends no uplink where it is wiped as one is due, and what has to join joins", () => {
        const { bench, network, config } = device();
        let samples = 0;
        hook(bench, (board) => ({
          sample: () => {
            if (samples++ === 1) wipe(board);
            return 1;
          },
        }));
        bench.run(700 * SECOND_NS, { config });
        const kinds = bench.uplinks.map(({ transmission: { payload } }) =>
          isDataFrame(payload) ? "data" : "join",
        );
        // The network has looked at the MIC of each.
        assert.deepEqual(kinds, abp ? ["data"] : ["join", "data", "join", "data", "data"]);
        assert.deepEqual(
          network.received.map(({ fCnt16 }) => fCnt16),
          abp ? [0] : [0, 0, 1],
        );
      });
    });
  }
}

describe("firmware: the reply of a package that waits as the session ends", () => {
  for (const [what, end] of [
    ["is wiped", wipe],
    ["is left for a certification test", joinAgain],
    [
      "has used up FCntUp",
      (board: NodeBoard) => {
        board.module<typeof SessionModule>("lorawan/session.ts").session.fCntUp = 0xffffffff;
      },
    ],
  ] as const) {
    it(`goes with one that ${what}, and is overwritten`, () => {
      const bench = new Bench();
      const network = new Network(bench, { lorawan11: false, cfList: false });
      // FragSessionSetupReq with BlockAckDelay 6, and FragSessionStatusReq: the answers wait for minutes.
      const requests = Buffer.from("02000400080600000000000000000000000101", "hex");
      const replies: { port: number; octets: number }[] = [];
      hook(bench, (board) => {
        const { replyOctets, replyPort } = board.module<typeof ReplyModule>("packages/reply.ts");
        const look = () =>
          replies.push({ port: replyPort(), octets: replyOctets.filter((it) => it !== 0).length });
        return {
          onDownlink: () => {
            look();
            end(board);
            bench.clock.at(bench.clock.nowNs() + 20 * SECOND_NS, look);
          },
        };
      });
      network.onData = (uplink) => {
        if (network.received.length === 1)
          bench.send(uplink, 1, network.downlink({ port: 201, payload: requests }));
        if (network.received.length === 2) bench.send(uplink, 1, network.downlink({ port: 9 }));
      };
      const config = { FRAGMENTATION: true, LORAWAN_1_1: false, PERIOD_S: 20 };
      bench.run(150 * SECOND_NS, { config });
      assert.deepEqual(
        replies.map(({ port, octets }) => [port, octets > 0]),
        [
          [201, true],
          [0, false],
        ],
      );
      assert.ok(bench.lines.filter((line) => line.startsWith("joined")).length > 1, bench.lines.join("\n"));
    });
  }
});
