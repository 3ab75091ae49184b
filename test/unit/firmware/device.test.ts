/** The whole device under Node, on a modelled radio and air, against a small network made of the servers' codec. */
import assert from "node:assert/strict";
import { isFreshJoinNonce } from "../../../firmware/lorawan/join.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import { Air, type Transmission } from "../../../hil/air/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { type RadioEvent, Sx1276 } from "../../../hil/emulator/chips/index.ts";
import {
  buildCfList,
  buildDataMessage,
  buildJoinAccept,
  cryptFOpts,
  cryptFrmPayload,
  dataMic10,
  deriveJoinServerKeys,
  deriveSessionKeys10,
  deriveSessionKeys11,
  downlinkMic11,
  isDataFrame,
  JoinReqType,
  type ParsedDataFrame,
  parseDataFrame,
  parseJoinRequest,
  type SessionKeys,
  uplinkMic11,
  verifyJoinRequestMic,
} from "../../../hil/lorawan/index.ts";
import { eepromImage, readNonces } from "../../../toolchain/provisioning/index.ts";
import { NodeBoard } from "./node-board.ts";

const SECOND_NS = 1e9;
const HOUR_NS = 3600 * SECOND_NS;

const IDENTITY = {
  joinEui: "70B3D57ED0000001",
  devEui: "0011223344556677",
  nwkKey: Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i),
  appKey: Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i),
};
const NET_ID = "000013";
const DEV_ADDR = "26011F42";

/** A sequence that is the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
}

interface Uplink {
  readonly transmission: Transmission;
  readonly endNs: number;
}

/** A device on the air, with its EEPROM and all that it did. */
class Rig {
  readonly clock = new VirtualClock();
  readonly air = new Air({ clock: this.clock, random: seeded(1) });
  readonly eeprom = eepromImage(IDENTITY, 1024);
  readonly findings: string[] = [];
  readonly events: RadioEvent[] = [];
  readonly uplinks: Uplink[] = [];
  readonly lines: string[] = [];
  /** What the network does at the end of an uplink. */
  onUplink: (uplink: Uplink) => void = () => {};
  #boots = 0;

  constructor() {
    this.air.onTransmission((transmission) => {
      if (transmission.from === "network") return;
      const uplink = { transmission, endNs: transmission.endNs };
      this.clock.at(transmission.endNs, () => {
        this.uplinks.push(uplink);
        this.onUplink(uplink);
      });
    });
  }

  /** Switches the device on for `durationNs`. */
  run(
    durationNs: number,
    options: {
      config?: Record<string, boolean | number>;
      cutAtStoreWrite?: number;
      deafUntilNs?: number;
    } = {},
  ): NodeBoard {
    const name = `device, boot ${this.#boots++}`;
    const radio = new Sx1276({
      clock: this.clock,
      air: this.air,
      name,
      random: seeded(this.#boots),
      onFinding: (finding) => this.findings.push(finding.message),
      onEvent: (event) => this.events.push(event),
    });
    const board = new NodeBoard({ clock: this.clock, radio, eeprom: this.eeprom, ...options });
    board.run(this.clock.nowNs() + durationNs);
    // Without power the chip is off the air.
    radio.reset(true);
    this.lines.push(...board.lines);
    return board;
  }

  /** Sends a downlink in the window that opens `delayS` after the uplink. */
  send(
    uplink: Uplink,
    delayS: number,
    payload: Uint8Array,
    channel?: { frequencyHz: number; sf: number },
  ): void {
    const { frequencyHz, spreadingFactor } = uplink.transmission;
    const sf = channel?.sf ?? spreadingFactor;
    const startNs = uplink.endNs + delayS * SECOND_NS;
    const bits = 8 * payload.length - 4 * sf + 28;
    const blocks = Math.ceil(bits / (4 * (sf >= 11 ? sf - 2 : sf)));
    const symbols = 12.25 + 8 + 5 * blocks;
    this.air.transmit({
      from: "network",
      frequencyHz: channel?.frequencyHz ?? frequencyHz,
      bandwidthHz: 125000,
      spreadingFactor: sf,
      codingRate: 1,
      preambleSymbols: 8,
      implicitHeader: false,
      crc: false,
      iqInverted: true,
      syncWord: 0x34,
      lowDataRateOptimize: sf >= 11,
      powerDbm: 14,
      payload,
      startNs,
      endNs: startNs + Math.round(symbols * (2 ** sf / 125000) * 1e9),
    });
  }

  get devNonces(): number[] {
    return this.uplinks
      .filter((u) => u.transmission.payload[0] === 0)
      .map((u) => parseJoinRequest(u.transmission.payload).devNonce);
  }
}

interface NetworkOptions {
  readonly lorawan11: boolean;
  /** OptNeg; false for a 1.0 network. */
  readonly optNeg?: boolean;
  readonly rx2?: boolean;
  readonly rx1DrOffset?: number;
  readonly rx2DataRate?: number;
  readonly rxDelay?: number;
  readonly cfList?: boolean;
}

/** Answers joins and keeps the session, as Network and Join Server would. */
class Network {
  joinNonce = 0;
  keys: SessionKeys | undefined;
  readonly received: ParsedDataFrame[] = [];
  readonly plain: string[] = [];
  nFCntDown = 0;
  aFCntDown = 0;
  /** Called after each data uplink. */
  onData: (uplink: Uplink, frame: ParsedDataFrame) => void = () => {};
  /** Tampers with a join-accept before it goes out. */
  tamper: (joinAccept: Buffer) => Buffer = (joinAccept) => joinAccept;
  readonly #rig: Rig;
  readonly #options: NetworkOptions;

  constructor(rig: Rig, options: NetworkOptions) {
    this.#rig = rig;
    this.#options = options;
    rig.onUplink = (uplink) => {
      if (isDataFrame(uplink.transmission.payload)) this.#data(uplink);
      else this.#join(uplink);
    };
  }

  get isNetwork11(): boolean {
    return this.#options.optNeg ?? this.#options.lorawan11;
  }

  #join(uplink: Uplink): void {
    const { lorawan11, rx2, rx1DrOffset = 0, rx2DataRate = 0, rxDelay = 1, cfList = true } = this.#options;
    const request = parseJoinRequest(uplink.transmission.payload);
    const rootKey = lorawan11 ? IDENTITY.nwkKey : IDENTITY.appKey;
    assert.equal(verifyJoinRequestMic(uplink.transmission.payload, rootKey), true);
    assert.equal(request.devEui, IDENTITY.devEui);
    this.joinNonce++;
    const optNeg = this.isNetwork11;
    const { jsIntKey } = deriveJoinServerKeys(IDENTITY);
    const { devNonce } = request;
    const { joinNonce } = this;
    const joinAccept = buildJoinAccept(
      {
        joinNonce,
        netId: NET_ID,
        devAddr: DEV_ADDR,
        dlSettings: { optNeg, rx1DrOffset, rx2DataRate },
        rxDelay,
        cfList: cfList
          ? buildCfList({ type: 0, frequenciesHz: [867.1, 867.3, 867.5, 867.7, 867.9].map((f) => f * 1e6) })
          : undefined,
      },
      { micKey: optNeg ? jsIntKey : rootKey, encKey: rootKey },
      { joinReqType: JoinReqType.joinRequest, joinEui: IDENTITY.joinEui, devNonce },
    );
    this.keys = optNeg
      ? deriveSessionKeys11({ ...IDENTITY, joinNonce, devNonce })
      : deriveSessionKeys10({ rootKey, joinNonce, netId: NET_ID, devNonce });
    this.nFCntDown = 0;
    this.aFCntDown = 0;
    const answer = this.tamper(joinAccept);
    if (answer.length === 0) return;
    if (rx2) this.#rig.send(uplink, 6, answer, { frequencyHz: 869525000, sf: 12 });
    else this.#rig.send(uplink, 5, answer);
  }

  #data(uplink: Uplink): void {
    const { payload, frequencyHz, spreadingFactor } = uplink.transmission;
    const frame = parseDataFrame(payload);
    const keys = this.keys as SessionKeys;
    const input = { devAddr: frame.devAddr, fCnt: frame.fCnt16, message: frame.message };
    const channels = [868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9];
    const txCh = channels.findIndex((f) => Math.abs(f * 1e6 - frequencyHz) < 100);
    const mic = this.isNetwork11
      ? uplinkMic11({ ...input, confFCnt: 0, txDr: 12 - spreadingFactor, txCh }, keys)
      : dataMic10(input, keys.fNwkSIntKey, "up");
    if (!frame.ack) assert.equal(frame.mic.toString("hex"), mic.toString("hex"));
    this.received.push(frame);
    const plain = cryptFrmPayload(
      { devAddr: frame.devAddr, fCnt: frame.fCnt16, direction: "up" },
      keys.appSKey,
      frame.frmPayload,
    );
    this.plain.push(plain.toString("hex"));
    this.onData(uplink, frame);
  }

  /** A downlink of the session. */
  downlink(fields: { port?: number; payload?: Buffer; commands?: Buffer; confirmed?: boolean }): Buffer {
    const { port, payload = Buffer.alloc(0), commands = Buffer.alloc(0), confirmed = false } = fields;
    const keys = this.keys as SessionKeys;
    const byA = this.isNetwork11 && port !== undefined && port > 0;
    const fCnt = byA ? this.aFCntDown++ : this.nFCntDown++;
    const devAddr = DEV_ADDR;
    const message = buildDataMessage({
      direction: "down",
      confirmed,
      devAddr,
      adr: false,
      adrAckReq: false,
      ack: false,
      classBOrFPending: false,
      fCnt16: fCnt,
      fOpts: this.isNetwork11
        ? cryptFOpts({ devAddr, fCnt, counter: byA ? "AFCntDown" : "NFCntDown" }, keys.nwkSEncKey, commands)
        : commands,
      fPort: port,
      frmPayload: cryptFrmPayload({ devAddr, fCnt, direction: "down" }, keys.appSKey, payload),
    });
    const mic = this.isNetwork11
      ? downlinkMic11({ devAddr, fCnt, message, confFCnt: 0 }, keys.sNwkSIntKey)
      : dataMic10({ devAddr, fCnt, message }, keys.fNwkSIntKey, "down");
    return Buffer.concat([message, mic]);
  }
}

const VERSIONS = [
  ["1.0.4", { LORAWAN_1_1: false }, { lorawan11: false }],
  ["1.1", { LORAWAN_1_1: true }, { lorawan11: true }],
  ["1.1 on a 1.0 network", { LORAWAN_1_1: true }, { lorawan11: true, optNeg: false }],
] as const;

/** When each receive window opened, in microseconds after the end of the uplink before it, with its SF and frequency. */
function windows(rig: Rig): Array<{ afterUs: number; sf: number; frequencyHz: number }> {
  let endNs = 0;
  const opened = [];
  for (const event of rig.events) {
    if (event.type === "tx-done") endNs = event.atNs;
    if (event.type !== "rx-open" || endNs === 0) continue;
    opened.push({
      afterUs: (event.atNs - endNs) / 1000,
      sf: event.spreadingFactor,
      frequencyHz: event.frequencyHz,
    });
  }
  return opened;
}

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
        const rig = new Rig();
        const network = new Network(rig, options);
        const board = rig.run(200 * SECOND_NS, { config });
        assert.deepEqual(rig.devNonces, [0]);
        assert.equal(rig.lines[0], config.LORAWAN_1_1 ? "boot LoRaWAN 1.1" : "boot LoRaWAN 1.0.4");
        assert.deepEqual(rig.lines.slice(1, 4), ["joining 0 DR5", `joined ${DEV_ADDR}`, "uplink 0"]);
        assert.deepEqual(network.plain, ["0000ff00", "0001ff00", "0002ff00", "0003ff00"]);
        assert.deepEqual(
          network.received.map((f) => f.fPort),
          [2, 2, 2, 2],
        );
        assert.deepEqual(readNonces(rig.eeprom), { nextDevNonce: 1, lastJoinNonce: 1 });
        const { session, ...keys } = board.module<typeof SessionModule>("lorawan/session.ts");
        assert.equal(session.joined, true);
        const expected = network.keys as SessionKeys;
        assert.deepEqual(Buffer.from(keys.fNwkSIntKey), expected.fNwkSIntKey);
        assert.deepEqual(Buffer.from(keys.appSKey), expected.appSKey);
        if (config.LORAWAN_1_1) {
          assert.deepEqual(Buffer.from(keys.sNwkSIntKey), expected.sNwkSIntKey);
          assert.deepEqual(Buffer.from(keys.nwkSEncKey), expected.nwkSEncKey);
        }
        assert.deepEqual(rig.findings, []);
      });

      it("prints a downlink, acknowledges a confirmed one, and opens no RX2 after it", () => {
        const rig = new Rig();
        const network = new Network(rig, options);
        network.onData = (uplink) => {
          if (network.received.length !== 1) return;
          rig.send(
            uplink,
            1,
            network.downlink({ port: 10, payload: Buffer.from("0102ff", "hex"), confirmed: true }),
          );
        };
        rig.run(100 * SECOND_NS, { config });
        assert.ok(rig.lines.includes("downlink 10: 0102FF"), rig.lines.join("\n"));
        assert.deepEqual(
          network.received.map((f) => f.ack),
          [false, true],
        );
        const afterJoin = windows(rig).slice(1);
        assert.deepEqual(
          afterJoin.map((w) => Math.round(w.afterUs / 1e6)),
          [1, 1, 2],
        );
        assert.deepEqual(rig.findings, []);
      });
    });
  }

  it("joins in RX2, at 869.525 MHz and SF12", () => {
    const rig = new Rig();
    new Network(rig, { lorawan11: true, rx2: true });
    rig.run(20 * SECOND_NS);
    assert.ok(rig.lines.includes(`joined ${DEV_ADDR}`));
    const [rx1, rx2] = windows(rig);
    assertInTime(rx1.afterUs, 5);
    assertInTime(rx2.afterUs, 6);
    assert.equal(rx2.sf, 12);
    assert.equal(Math.round(rx2.frequencyHz / 1000), 869525);
  });

  it("uses RXDelay, RX1DROffset and RX2DataRate of the join-accept for data", () => {
    const rig = new Rig();
    const network = new Network(rig, { lorawan11: true, rxDelay: 3, rx1DrOffset: 2, rx2DataRate: 3 });
    rig.run(30 * SECOND_NS);
    assert.equal(network.received.length, 1);
    const [, rx1, rx2] = windows(rig);
    assertInTime(rx1.afterUs, 3);
    assertInTime(rx2.afterUs, 4);
    assert.deepEqual([rx1.sf, rx2.sf], [9, 9]);
  });

  it("sends RekeyInd until RekeyConf, and joins again where none comes in 64 uplinks", () => {
    const rig = new Rig();
    const network = new Network(rig, { lorawan11: true });
    network.onData = (uplink) => {
      if (network.received.length !== 3) return;
      rig.send(uplink, 1, network.downlink({ commands: Buffer.from("0b01", "hex") }));
    };
    rig.run(300 * SECOND_NS);
    assert.deepEqual(
      network.received.map((f) => f.fOpts.length),
      [2, 2, 2, 0, 0],
    );

    const unconfirmed = new Rig();
    const silent = new Network(unconfirmed, { lorawan11: true });
    unconfirmed.run(70 * 60 * SECOND_NS);
    assert.deepEqual(unconfirmed.devNonces, [0, 1]);
    assert.equal(silent.received.filter((f) => f.fCnt16 === 0).length, 2);
    assert.ok(silent.received.some((f) => f.fCnt16 === 63));
    assert.ok(!silent.received.some((f) => f.fCnt16 === 64));
  });

  for (const [title, line, tamper] of [
    [
      "a wrong MIC",
      "refused: MIC",
      (joinAccept: Buffer) => Buffer.concat([joinAccept.subarray(0, -1), Buffer.of(joinAccept.at(-1)! ^ 1)]),
    ],
  ] as const) {
    it(`refuses a join-accept with ${title}, then tries RX2, then joins with the next DevNonce`, () => {
      const rig = new Rig();
      const network = new Network(rig, { lorawan11: true });
      network.tamper = (joinAccept) => (network.joinNonce === 1 ? tamper(joinAccept) : joinAccept);
      rig.run(60 * SECOND_NS);
      assert.deepEqual(rig.lines.slice(1, 6), [
        "joining 0 DR5",
        line,
        "join failed",
        "joining 1 DR4",
        `joined ${DEV_ADDR}`,
      ]);
      assert.deepEqual(
        windows(rig)
          .slice(0, 2)
          .map((w) => Math.round(w.afterUs / 1e6)),
        [5, 6],
      );
    });
  }

  it("refuses a JoinNonce that does not grow (1.1) or does not change (1.0.4)", () => {
    for (const [config, options, nonces, joins] of [
      [{ LORAWAN_1_1: true }, { lorawan11: true }, [7, 7, 6, 8], 4],
      [{ LORAWAN_1_1: false }, { lorawan11: false }, [7, 7, 6, 8], 3],
    ] as const) {
      const rig = new Rig();
      const network = new Network(rig, options);
      const next = [...nonces];
      rig.run(20 * SECOND_NS, { config });
      assert.deepEqual(readNonces(rig.eeprom).lastJoinNonce, 1);
      // The network counts before it answers.
      const answer = rig.onUplink;
      rig.onUplink = (uplink) => {
        if (!isDataFrame(uplink.transmission.payload)) network.joinNonce = (next.shift() as number) - 1;
        answer(uplink);
      };
      rig.run(20 * SECOND_NS, { config });
      assert.deepEqual(readNonces(rig.eeprom).lastJoinNonce, 7);
      rig.lines.length = 0;
      rig.run(200 * SECOND_NS, { config });
      const refused = rig.lines.filter((l) => l === "refused: JoinNonce").length;
      assert.equal(refused, joins - 2, rig.lines.join("\n"));
      assert.ok(rig.lines.includes(`joined ${DEV_ADDR}`));
    }
  });

  it("refuses settings that the region does not know", () => {
    for (const options of [{ rx2DataRate: 6 }, { rx1DrOffset: 6 }]) {
      const rig = new Rig();
      new Network(rig, { lorawan11: true, ...options });
      rig.run(15 * SECOND_NS);
      assert.ok(rig.lines.includes("refused: settings"));
      assert.deepEqual(readNonces(rig.eeprom).lastJoinNonce, undefined);
    }
  });

  it("ignores frames of others in its windows and noise in place of frames", () => {
    const rig = new Rig();
    const network = new Network(rig, { lorawan11: true });
    const random = seeded(99);
    network.onData = (uplink) => {
      const length = 5 + Math.floor(random() * 70);
      const garbage = Uint8Array.from({ length }, () => Math.floor(random() * 256));
      rig.send(uplink, 1, garbage);
    };
    rig.run(40 * 60 * SECOND_NS);
    assert.deepEqual(rig.devNonces, [0]);
    assert.ok(network.received.length >= 39, `${network.received.length} uplinks`);
    assert.ok(!rig.lines.some((l) => l.startsWith("downlink")));
    assert.deepEqual(rig.findings, []);
  });

  it("skips RX2 where the reception in RX1 runs into it", () => {
    const rig = new Rig();
    rig.onUplink = (uplink) => {
      if (uplink.transmission.spreadingFactor === 12) rig.send(uplink, 5, new Uint8Array(64).fill(0x60));
    };
    rig.run(10 * 60 * SECOND_NS);
    const slow = windows(rig).slice(10, 13);
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
    const rig = new Rig();
    new Network(rig, { lorawan11: true });
    rig.run(60 * SECOND_NS, { deafUntilNs: 3 * SECOND_NS });
    assert.deepEqual(rig.lines.slice(1, 5), [
      "joining 0 DR5",
      "join failed",
      "joining 1 DR4",
      `joined ${DEV_ADDR}`,
    ]);
  });

  it("tries for ever within the budgets, at every data rate, never with a DevNonce twice", () => {
    const rig = new Rig();
    rig.run(36 * HOUR_NS);
    const airtimeS = (fromHour: number, toHour: number) =>
      rig.uplinks
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
      rig.devNonces,
      rig.devNonces.map((_, i) => i),
    );
    assert.ok(airtimeS(1, 6) > 9 && airtimeS(6, 11) > 9, "spread over the ten hours");
    assert.deepEqual(
      rig.uplinks.slice(0, 7).map((u) => u.transmission.spreadingFactor),
      [7, 8, 9, 10, 11, 12, 7],
    );
    assert.equal(new Set(rig.uplinks.map((u) => u.transmission.frequencyHz)).size, 3);
    for (const [i, uplink] of rig.uplinks.entries()) {
      const next = rig.uplinks[i + 1]?.transmission;
      if (next === undefined) break;
      const onAirNs = uplink.endNs - uplink.transmission.startNs;
      assert.ok(next.startNs - uplink.endNs >= 99 * onAirNs, `duty cycle after join-request ${i}`);
    }
    const early = rig.uplinks[2].endNs / SECOND_NS;
    assert.ok(early < 60, `third attempt after ${early} s`);
    for (const { afterUs } of windows(rig)) assertInTime(afterUs, afterUs > 5.5e6 ? 6 : 5);
    assert.deepEqual(rig.findings, []);
  });

  it("never uses a DevNonce twice though the power goes at every write of the store", () => {
    for (let cutAtStoreWrite = 0; cutAtStoreWrite < 20; cutAtStoreWrite++) {
      const rig = new Rig();
      const network = new Network(rig, { lorawan11: true });
      for (let boot = 0; boot < 3; boot++) rig.run(15 * SECOND_NS, { cutAtStoreWrite });
      rig.run(15 * SECOND_NS);
      const { devNonces } = rig;
      assert.equal(
        new Set(devNonces).size,
        devNonces.length,
        `cut at write ${cutAtStoreWrite}: ${devNonces}`,
      );
      assert.ok(rig.lines.at(-1)?.startsWith("uplink"), rig.lines.join("\n"));
      assert.equal(readNonces(rig.eeprom).lastJoinNonce, network.joinNonce);
    }
  });

  it("stops when all DevNonces are used, and says so", () => {
    const rig = new Rig();
    const record = [0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
    rig.eeprom.set([...record, ...crc16(record)], 64);
    rig.run(2 * HOUR_NS);
    assert.deepEqual(rig.devNonces, [65535]);
    assert.equal(rig.lines.at(-1), "error: DevNonce used up");
    rig.run(HOUR_NS);
    assert.deepEqual(rig.devNonces, [65535]);
    assert.equal(rig.lines.at(-1), "error: DevNonce used up");
  });

  it("does not go on the air without an identity", () => {
    const rig = new Rig();
    rig.eeprom[30] ^= 1;
    rig.run(HOUR_NS);
    assert.deepEqual(rig.lines, ["boot LoRaWAN 1.1", "error: no identity in the store"]);
    assert.equal(rig.uplinks.length, 0);
  });

  it("keeps its period over weeks", () => {
    const rig = new Rig();
    const network = new Network(rig, { lorawan11: false });
    rig.run(20 * 24 * HOUR_NS, { config: { LORAWAN_1_1: false, PERIOD_S: 7200 } });
    assert.equal(network.received.length, 240);
    const starts = rig.uplinks.slice(1).map((u) => u.transmission.startNs / SECOND_NS);
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
