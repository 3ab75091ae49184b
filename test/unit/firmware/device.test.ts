/** The whole device under Node, on a modelled radio and air, against a small network made of the servers' codec. */
import assert from "node:assert/strict";
import { isFreshJoinNonce } from "../../../firmware/lorawan/join.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import { isDataFrame, type SessionKeys } from "../../../hil/lorawan/index.ts";
import { readNonces } from "../../../toolchain/provisioning/index.ts";
import { Bench, seeded } from "./support/bench.ts";
import { DEV_ADDR, Network } from "./support/network.ts";

const SECOND_NS = 1e9;
const HOUR_NS = 3600 * SECOND_NS;

const VERSIONS = [
  ["1.0.4", { LORAWAN_1_1: false }, { lorawan11: false }],
  ["1.1", { LORAWAN_1_1: true }, { lorawan11: true }],
  ["1.1 on a 1.0 network", { LORAWAN_1_1: true }, { lorawan11: true, optNeg: false }],
] as const;

/** Whether a window opened in time: at most 2 ms before the instant and never after it. */
function assertInTime(afterUs: number, delayS: number): void {
  const earlyUs = delayS * 1e6 - afterUs;
  assert.ok(earlyUs >= 0 && earlyUs <= 2000, `opened ${earlyUs} us early`);
}

describe("firmware: freshness of a JoinNonce", () => {
  const NONE = 0xffffff;
  const cases: Array<[joinNonce: number, last: number, fresh10: boolean, fresh11: boolean]> = [
    [0, NONE, true, true],
    [5, NONE, true, true],
    [6, 5, true, true],
    [5, 5, false, false],
    [4, 5, true, false],
    [NONE, 5, false, false],
    [NONE, NONE, false, false],
  ];
  for (const [joinNonce, last, fresh10, fresh11] of cases) {
    it(`${joinNonce} after ${last === NONE ? "none" : last}`, () => {
      assert.equal(isFreshJoinNonce(joinNonce, last, false), fresh10);
      assert.equal(isFreshJoinNonce(joinNonce, last, true), fresh11);
    });
  }
});

describe("firmware: device", () => {
  for (const [title, config, options] of VERSIONS) {
    describe(title, () => {
      it("joins in RX1 and sends an uplink each period that the network can read", () => {
        const bench = new Bench();
        const network = new Network(bench, options);
        const board = bench.run(200 * SECOND_NS, { config });
        assert.deepEqual(bench.devNonces, [0]);
        assert.equal(bench.lines[0], config.LORAWAN_1_1 ? "boot LoRaWAN 1.1" : "boot LoRaWAN 1.0.4");
        assert.deepEqual(bench.lines.slice(1, 4), ["joining 0 DR5", `joined ${DEV_ADDR}`, "uplink 0"]);
        assert.deepEqual(network.plain, ["0000ff00", "0001ff00", "0002ff00", "0003ff00"]);
        assert.deepEqual(
          network.received.map((f) => f.fPort),
          [2, 2, 2, 2],
        );
        assert.deepEqual(readNonces(bench.eeprom), { nextDevNonce: 1, lastJoinNonce: 1 });
        const { session, ...keys } = board.module<typeof SessionModule>("lorawan/session.ts");
        assert.equal(session.joined, true);
        const expected = network.keys as SessionKeys;
        assert.deepEqual(Buffer.from(keys.fNwkSIntKey), expected.fNwkSIntKey);
        assert.deepEqual(Buffer.from(keys.appSKey), expected.appSKey);
        if (config.LORAWAN_1_1) {
          assert.deepEqual(Buffer.from(keys.sNwkSIntKey), expected.sNwkSIntKey);
          assert.deepEqual(Buffer.from(keys.nwkSEncKey), expected.nwkSEncKey);
        }
        assert.deepEqual(bench.findings, []);
      });

      it("prints a downlink, acknowledges a confirmed one, and opens no RX2 after it", () => {
        const bench = new Bench();
        const network = new Network(bench, options);
        network.onData = (uplink) => {
          if (network.received.length !== 1) return;
          bench.send(
            uplink,
            1,
            network.downlink({ port: 10, payload: Buffer.from("0102ff", "hex"), confirmed: true }),
          );
        };
        bench.run(100 * SECOND_NS, { config });
        assert.ok(bench.lines.includes("downlink 10: 0102FF"), bench.lines.join("\n"));
        assert.deepEqual(
          network.received.map((f) => f.ack),
          [false, true],
        );
        const afterJoin = bench.windows.slice(1);
        assert.deepEqual(
          afterJoin.map((w) => Math.round(w.afterUs / 1e6)),
          [1, 1, 2],
        );
        assert.deepEqual(bench.findings, []);
      });
    });
  }

  it("joins in RX2, at 869.525 MHz and SF12", () => {
    const bench = new Bench();
    new Network(bench, { lorawan11: true, rx2: true });
    bench.run(20 * SECOND_NS);
    assert.ok(bench.lines.includes(`joined ${DEV_ADDR}`));
    const [rx1, rx2] = bench.windows;
    assertInTime(rx1.afterUs, 5);
    assertInTime(rx2.afterUs, 6);
    assert.equal(rx2.sf, 12);
    assert.equal(Math.round(rx2.frequencyHz / 1000), 869525);
  });

  it("uses RXDelay, RX1DROffset and RX2DataRate of the join-accept for data", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: true, rxDelay: 3, rx1DrOffset: 2, rx2DataRate: 3 });
    bench.run(30 * SECOND_NS);
    assert.equal(network.received.length, 1);
    const [, rx1, rx2] = bench.windows;
    assertInTime(rx1.afterUs, 3);
    assertInTime(rx2.afterUs, 4);
    assert.deepEqual([rx1.sf, rx2.sf], [9, 9]);
  });

  it("sends RekeyInd until RekeyConf, and joins again where none comes in 64 uplinks", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: true });
    network.onData = (uplink) => {
      if (network.received.length !== 3) return;
      bench.send(uplink, 1, network.downlink({ commands: Buffer.from("0b01", "hex") }));
    };
    bench.run(300 * SECOND_NS);
    assert.deepEqual(
      network.received.map((f) => f.fOpts.length),
      [2, 2, 2, 0, 0],
    );

    const unconfirmed = new Bench();
    const silent = new Network(unconfirmed, { lorawan11: true });
    unconfirmed.run(70 * 60 * SECOND_NS);
    assert.deepEqual(unconfirmed.devNonces, [0, 1]);
    assert.equal(silent.received.filter((f) => f.fCnt16 === 0).length, 2);
    assert.ok(silent.received.some((f) => f.fCnt16 === 63));
    assert.ok(!silent.received.some((f) => f.fCnt16 === 64));
  });

  it("refuses a join-accept with a wrong MIC, then tries RX2, then joins with the next DevNonce", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: true });
    network.tamper = (joinAccept) => {
      if (network.joinNonce === 1) joinAccept[joinAccept.length - 1] ^= 1;
      return joinAccept;
    };
    bench.run(60 * SECOND_NS);
    assert.deepEqual(bench.lines.slice(1, 6), [
      "joining 0 DR5",
      "refused: MIC",
      "join failed",
      "joining 1 DR4",
      `joined ${DEV_ADDR}`,
    ]);
    assert.deepEqual(
      bench.windows.slice(0, 2).map((w) => Math.round(w.afterUs / 1e6)),
      [5, 6],
    );
  });

  it("refuses, under 1.1, the join-accept to an earlier join-request", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: true });
    let first: Buffer = Buffer.alloc(0);
    network.tamper = (joinAccept) => {
      if (network.joinNonce === 1) {
        first = joinAccept;
        return Buffer.alloc(0);
      }
      return network.joinNonce === 2 ? first : joinAccept;
    };
    bench.run(90 * SECOND_NS);
    assert.deepEqual(bench.lines.slice(1, 8), [
      "joining 0 DR5",
      "join failed",
      "joining 1 DR4",
      "refused: MIC",
      "join failed",
      "joining 2 DR3",
      `joined ${DEV_ADDR}`,
    ]);
  });

  it("refuses a JoinNonce that does not grow (1.1) or does not change (1.0.4)", () => {
    for (const [config, options, nonces, joins] of [
      [{ LORAWAN_1_1: true }, { lorawan11: true }, [7, 7, 6, 8], 4],
      [{ LORAWAN_1_1: false }, { lorawan11: false }, [7, 7, 6, 8], 3],
    ] as const) {
      const bench = new Bench();
      const network = new Network(bench, options);
      const next = [...nonces];
      bench.run(20 * SECOND_NS, { config });
      assert.deepEqual(readNonces(bench.eeprom).lastJoinNonce, 1);
      // The network counts before it answers.
      const answer = bench.onUplink;
      bench.onUplink = (uplink) => {
        if (!isDataFrame(uplink.transmission.payload)) network.joinNonce = (next.shift() as number) - 1;
        answer(uplink);
      };
      bench.run(20 * SECOND_NS, { config });
      assert.deepEqual(readNonces(bench.eeprom).lastJoinNonce, 7);
      bench.lines.length = 0;
      bench.run(200 * SECOND_NS, { config });
      const refused = bench.lines.filter((l) => l === "refused: JoinNonce").length;
      assert.equal(refused, joins - 2, bench.lines.join("\n"));
      assert.ok(bench.lines.includes(`joined ${DEV_ADDR}`));
    }
  });

  it("refuses settings that the region does not know", () => {
    for (const options of [{ rx2DataRate: 6 }, { rx1DrOffset: 6 }]) {
      const bench = new Bench();
      new Network(bench, { lorawan11: true, ...options });
      bench.run(15 * SECOND_NS);
      assert.ok(bench.lines.includes("refused: settings"));
      assert.deepEqual(readNonces(bench.eeprom).lastJoinNonce, undefined);
    }
  });

  it("ignores frames of others in its windows and noise in place of frames", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: true });
    const random = seeded(99);
    network.onData = (uplink) => {
      const length = 5 + Math.floor(random() * 70);
      const garbage = Uint8Array.from({ length }, () => Math.floor(random() * 256));
      bench.send(uplink, 1, garbage);
    };
    bench.run(40 * 60 * SECOND_NS);
    assert.deepEqual(bench.devNonces, [0]);
    assert.ok(network.received.length >= 39, `${network.received.length} uplinks`);
    assert.ok(!bench.lines.some((l) => l.startsWith("downlink")));
    assert.deepEqual(bench.findings, []);
  });

  it("skips RX2 where the reception in RX1 runs into it", () => {
    const bench = new Bench();
    bench.onUplink = (uplink) => {
      if (uplink.transmission.spreadingFactor === 12) bench.send(uplink, 5, new Uint8Array(64).fill(0x60));
    };
    bench.run(10 * 60 * SECOND_NS);
    const slow = bench.windows.slice(10, 13);
    assert.deepEqual(
      slow.map((w) => [w.sf, Math.round(w.afterUs / 1e6)]),
      [
        [12, 5],
        [7, 5],
        [12, 6],
      ],
    );
  });

  it("starts the radio anew when it does not tell the end of a transmission", () => {
    const bench = new Bench();
    new Network(bench, { lorawan11: true });
    bench.run(60 * SECOND_NS, { deafUntilNs: 3 * SECOND_NS });
    assert.deepEqual(bench.lines.slice(1, 5), [
      "joining 0 DR5",
      "join failed",
      "joining 1 DR4",
      `joined ${DEV_ADDR}`,
    ]);
  });

  it("tries for ever within the budgets, at every data rate, never with a DevNonce twice", () => {
    const bench = new Bench();
    bench.run(36 * HOUR_NS);
    const airtimeS = (fromHour: number, toHour: number) =>
      bench.uplinks
        .filter((u) => u.endNs >= fromHour * HOUR_NS && u.endNs < toHour * HOUR_NS)
        .reduce((sum, { transmission: t }) => sum + (t.endNs - t.startNs) / 1e9, 0);
    for (const [from, to, limitS] of [
      [0, 1, 36],
      [1, 11, 36],
      [11, 35, 8.7],
    ]) {
      const spent = airtimeS(from, to);
      assert.ok(spent > 0.4 * limitS && spent <= limitS, `${spent} s from hour ${from} to ${to}`);
    }
    assert.deepEqual(
      bench.devNonces,
      bench.devNonces.map((_, i) => i),
    );
    assert.ok(airtimeS(1, 6) > 9 && airtimeS(6, 11) > 9, "spread over the ten hours");
    assert.deepEqual(
      bench.uplinks.slice(0, 7).map((u) => u.transmission.spreadingFactor),
      [7, 8, 9, 10, 11, 12, 7],
    );
    assert.equal(new Set(bench.uplinks.map((u) => u.transmission.frequencyHz)).size, 3);
    for (const [i, uplink] of bench.uplinks.entries()) {
      const next = bench.uplinks[i + 1]?.transmission;
      if (next === undefined) break;
      const onAirNs = uplink.endNs - uplink.transmission.startNs;
      assert.ok(next.startNs - uplink.endNs >= 99 * onAirNs, `duty cycle after join-request ${i}`);
    }
    const early = bench.uplinks[2].endNs / SECOND_NS;
    assert.ok(early < 60, `third attempt after ${early} s`);
    for (const { afterUs } of bench.windows) assertInTime(afterUs, afterUs > 5.5e6 ? 6 : 5);
    assert.deepEqual(bench.findings, []);
  });

  it("never uses a DevNonce twice though the power goes at every write of the store", () => {
    for (let cutAtStoreWrite = 0; cutAtStoreWrite < 20; cutAtStoreWrite++) {
      const bench = new Bench();
      const network = new Network(bench, { lorawan11: true });
      for (let boot = 0; boot < 3; boot++) bench.run(15 * SECOND_NS, { cutAtStoreWrite });
      bench.run(15 * SECOND_NS);
      const { devNonces } = bench;
      assert.equal(
        new Set(devNonces).size,
        devNonces.length,
        `cut at write ${cutAtStoreWrite}: ${devNonces}`,
      );
      assert.ok(bench.lines.at(-1)?.startsWith("uplink"), bench.lines.join("\n"));
      assert.equal(readNonces(bench.eeprom).lastJoinNonce, network.joinNonce);
    }
  });

  it("transmits no join-request whose DevNonce the store did not take, and goes on trying", () => {
    const bench = new Bench();
    new Network(bench, { lorawan11: true });
    const repairedNs = 100 * SECOND_NS;
    bench.run(200 * SECOND_NS, { storeFails: (nowNs) => nowNs < repairedNs });
    const errors = bench.lines.filter((line) => line === "error: store").length;
    assert.ok(errors > 3, bench.lines.join("\n"));
    assert.ok(bench.uplinks.every((u) => u.transmission.startNs > repairedNs));
    assert.deepEqual(bench.lines.slice(errors + 1, errors + 3), [
      `joining ${errors} DR5`,
      `joined ${DEV_ADDR}`,
    ]);
    assert.equal(readNonces(bench.eeprom).nextDevNonce, errors + 1);
  });

  it("does not join where the store did not take the JoinNonce", () => {
    const bench = new Bench();
    new Network(bench, { lorawan11: true });
    bench.run(60 * SECOND_NS, { storeFails: (nowNs) => nowNs > 3 * SECOND_NS && nowNs < 7 * SECOND_NS });
    assert.deepEqual(bench.lines.slice(1, 6), [
      "joining 0 DR5",
      "error: store",
      "join failed",
      "joining 1 DR4",
      `joined ${DEV_ADDR}`,
    ]);
    assert.deepEqual(readNonces(bench.eeprom), { nextDevNonce: 2, lastJoinNonce: 2 });
  });

  it("tries again each minute where the radio does not answer, and joins at once when it does, even after a week", () => {
    const bench = new Bench();
    new Network(bench, { lorawan11: true });
    const repairedNs = 7 * 24 * HOUR_NS;
    bench.run(repairedNs + 90 * SECOND_NS, { muteUntilNs: repairedNs });
    const tries = bench.lines.filter((line) => line === "error: no radio").length;
    assert.ok(tries > 10_070 && tries <= 10_081, `${tries} tries`);
    assert.deepEqual(bench.lines.slice(tries + 1, tries + 3), ["joining 0 DR5", `joined ${DEV_ADDR}`]);
  });

  it("stops when all DevNonces are used, and says so", () => {
    const bench = new Bench();
    const record = [0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
    bench.eeprom.set([...record, ...crc16(record)], 64);
    bench.run(2 * HOUR_NS);
    assert.deepEqual(bench.devNonces, [65535]);
    assert.equal(bench.lines.at(-1), "error: DevNonce used up");
    bench.run(HOUR_NS);
    assert.deepEqual(bench.devNonces, [65535]);
    assert.equal(bench.lines.at(-1), "error: DevNonce used up");
  });

  it("does not go on the air without an identity", () => {
    const bench = new Bench();
    bench.eeprom[30] ^= 1;
    bench.run(HOUR_NS);
    assert.deepEqual(bench.lines, ["boot LoRaWAN 1.1", "error: no identity in the store"]);
    assert.equal(bench.uplinks.length, 0);
  });

  it("keeps its period over weeks", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false });
    bench.run(20 * 24 * HOUR_NS, { config: { LORAWAN_1_1: false, PERIOD_S: 7200 } });
    assert.equal(network.received.length, 240);
    const starts = bench.uplinks.slice(1).map((u) => u.transmission.startNs / SECOND_NS);
    for (let i = 1; i < starts.length; i++) assert.ok(Math.abs(starts[i] - starts[i - 1] - 7200) < 0.01);
  });
});

/** CRC-16/CCITT-FALSE, least significant octet first. */
function crc16(octets: readonly number[]): number[] {
  let crc = 0xffff;
  for (const octet of octets) {
    crc ^= octet << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return [crc & 0xff, crc >> 8];
}
