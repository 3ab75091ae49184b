/** Activation by personalisation: TS001-1.0.4 and TS001-1.1, 6.3, and 5.1 of the latter. */
import assert from "node:assert/strict";
import type * as HalModule from "../../../firmware/hal/index.ts";
import type * as ParametersModule from "../../../firmware/lorawan/kept-parameters.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import type * as WipeModule from "../../../firmware/lorawan/wipe-session.ts";
import { isDataFrame, parseDataFrame } from "../../../hil/lorawan/index.ts";
import { readCounters } from "../../../toolchain/provisioning/index.ts";
import type { RegionName } from "../../../toolchain/regions/index.ts";
import type { Bench } from "./support/bench.ts";
import { loadFirmware } from "./support/instance.ts";
import type { Network } from "./support/network.ts";
import { fOptsOf, personalisedBench } from "./support/personalised.ts";

/** At the slowest data rate the duty cycle has room for no more. */
const PERIOD_S = 250;
const PERIOD_NS = PERIOD_S * 1e9;
/** FCntUp that one record stands for. */
const STEP = 16;
/** Writes of a record of the counters, and of one of the parameters. */
const COUNTERS = 17;
const PARAMETERS = 129;

/** One life of the device, of so many uplinks. */
function live(bench: Bench, network: Network, uplinks: number) {
  const lines = bench.lines.length;
  const config = { ABP: true, LORAWAN_1_1: network.isNetwork11, PERIOD_S };
  const board = bench.run(uplinks * PERIOD_NS, { config });
  return { board, lines: bench.lines.slice(lines) };
}

function fCntsOf(bench: Bench): number[] {
  return bench.uplinks.map(({ transmission }) => {
    assert.ok(isDataFrame(transmission.payload));
    return parseDataFrame(transmission.payload).fCnt16;
  });
}

/** Answers the next uplink, and no other. */
function answerOnce(
  bench: Bench,
  network: Network,
  delayS: number,
  frame: () => Uint8Array,
  rx2?: { readonly frequencyHz: number; readonly sf: number },
): void {
  network.onData = (uplink) => {
    network.onData = () => {};
    bench.send(uplink, delayS, frame(), rx2);
  };
}

for (const lorawan11 of [false, true]) {
  const version = lorawan11 ? "1.1" : "1.0.4";
  describe(`firmware: a device personalised for LoRaWAN ${version}`, () => {
    it("sends its first uplink without a join, and goes on above its last FCntUp at each start", () => {
      const { bench, network } = personalisedBench(lorawan11);
      const { lines } = live(bench, network, 3);
      assert.deepEqual(lines, [
        `boot LoRaWAN ${version}`,
        "personalised 26011F42",
        ...["uplink 0", "uplink 1", "uplink 2"],
      ]);
      live(bench, network, 2);
      assert.deepEqual(fCntsOf(bench), [0, 1, 2, STEP, STEP + 1]);
      assert.equal(network.received.length, 5);
      assert.deepEqual(network.plain.slice(0, 4), ["0000ff00", "0001ff00", "0002ff00", "0000ff00"]);
    });

    it("writes a record of its counters for each step of FCntUp and for each downlink, and nothing else", () => {
      const { bench, network } = personalisedBench(lorawan11);
      const parameters = lorawan11 ? 0 : PARAMETERS;
      assert.equal(live(bench, network, STEP).board.storeWrites, COUNTERS + parameters);
      assert.equal(live(bench, network, STEP + 1).board.storeWrites, 2 * COUNTERS);
      answerOnce(bench, network, 1, () => network.downlink({ port: 3, payload: Buffer.from("07", "hex") }));
      const { board, lines } = live(bench, network, 3);
      assert.ok(lines.includes("downlink 3: 07"), lines.join("\n"));
      assert.equal(board.storeWrites, 2 * COUNTERS);
    });

    it("takes no downlink again after a power cut, and those that follow", () => {
      const { bench, network } = personalisedBench(lorawan11);
      const downlinks = ["01", "02"].map((payload) =>
        network.downlink({ port: 10, payload: Buffer.from(payload, "hex") }),
      );
      const heard: string[] = [];
      for (const frame of [downlinks[0], downlinks[0], downlinks[1], downlinks[1], downlinks[0]]) {
        answerOnce(bench, network, 1, () => frame);
        heard.push(...live(bench, network, 1).lines.filter((line) => line.startsWith("downlink")));
      }
      assert.deepEqual(heard, ["downlink 10: 01", "downlink 10: 02"]);
    });

    it("neither takes nor acknowledges a downlink whose FCntDown the store does not keep", () => {
      const { bench, network } = personalisedBench(lorawan11);
      answerOnce(bench, network, 1, () =>
        network.downlink({ port: 10, payload: Buffer.from("01", "hex"), confirmed: true }),
      );
      const config = { ABP: true, LORAWAN_1_1: lorawan11, PERIOD_S };
      // The record of the first uplink is written; that of the downlink is not.
      bench.run(3 * PERIOD_NS, { config, storeFails: () => bench.uplinks.length > 0 });
      assert.ok(bench.lines.includes("error: store"), bench.lines.join("\n"));
      assert.equal(
        bench.lines.some((line) => line.startsWith("downlink")),
        false,
      );
      assert.ok(network.received.length > 1 && network.received.every(({ ack }) => !ack));
    });

    it("transmits nothing as long as the store does not take the record of its FCntUp", () => {
      const { bench, network } = personalisedBench(lorawan11);
      const config = { ABP: true, LORAWAN_1_1: lorawan11, PERIOD_S };
      bench.run(5 * PERIOD_NS, { config, storeFails: (nowNs) => nowNs < 3 * PERIOD_NS });
      assert.equal(bench.lines.filter((line) => line === "error: store").length, 3);
      assert.deepEqual(fCntsOf(bench), [0, 1]);
      assert.equal(network.received.length, 2);
    });

    it("transmits nothing where its counters are lost, and says so", () => {
      const { bench, network } = personalisedBench(lorawan11);
      live(bench, network, 2);
      bench.eeprom.fill(0xff, 96, 512);
      const { lines } = live(bench, network, 5);
      assert.deepEqual(lines, [`boot LoRaWAN ${version}`, "error: no counters"]);
      assert.deepEqual(fCntsOf(bench), [0, 1]);
    });

    it("stops where FCntUp is used up", () => {
      const { bench, network } = personalisedBench(lorawan11);
      live(bench, network, 1);
      const board = bench.board as NonNullable<typeof bench.board>;
      const { keepCounters } = board.module<{ keepCounters(...counters: number[]): boolean }>(
        "store/index.ts",
      );
      assert.equal(keepCounters(0xffffffff, 0, 0), true);
      assert.equal(readCounters(bench.eeprom)?.fCntUpBound, 0xffffffff);
      const { lines } = live(bench, network, 5);
      assert.deepEqual(lines.slice(1), ["personalised 26011F42", "error: no counters"]);
    });

    it("refuses a session of the other version, and an identity that is to join", () => {
      const other = personalisedBench(!lorawan11);
      const config = { ABP: true, LORAWAN_1_1: lorawan11, PERIOD_S };
      other.bench.run(PERIOD_NS, { config });
      assert.deepEqual(other.bench.lines.slice(1), ["error: no identity in the store"]);
      const { bench, network } = personalisedBench(lorawan11);
      bench.eeprom[1] = 1;
      assert.deepEqual(live(bench, network, 1).lines.slice(1), ["error: no identity in the store"]);
    });

    it("is silent once its session is wiped, and goes on with its counters and defaults at the next start", () => {
      const { bench, network } = personalisedBench(lorawan11);
      answerOnce(bench, network, 1, () =>
        network.downlink({ commands: Buffer.from("035307000108020403", "hex") }),
      );
      const { board } = live(bench, network, 3);
      const { session, devAddr, fNwkSIntKey, sNwkSIntKey, nwkSEncKey, appSKey } =
        board.module<typeof SessionModule>("lorawan/session.ts");
      assert.equal(session.dataRate, 5);
      board.switchOn(bench.clock.nowNs() + PERIOD_NS);
      assert.equal(board.module<typeof WipeModule>("lorawan/wipe-session.ts").wipeSession(), true);
      for (const secret of [devAddr, fNwkSIntKey, sNwkSIntKey, nwkSEncKey, appSKey])
        assert.ok(secret.every((octet) => octet === 0));
      assert.equal(board.module<{ mac: { isStopped: boolean } }>("lorawan/mac.ts").mac.isStopped, true);
      const counters = readCounters(bench.eeprom);
      assert.equal(counters?.nextFCntDown, 1);
      const next = live(bench, network, 1);
      assert.ok(next.lines.includes(`uplink ${counters?.fCntUpBound}`));
      const { dataRate, rxDelayS, maxDutyCycle } =
        next.board.module<typeof SessionModule>("lorawan/session.ts").session;
      assert.deepEqual({ dataRate, rxDelayS, maxDutyCycle }, { dataRate: 0, rxDelayS: 1, maxDutyCycle: 0 });
    });
  });
}

describe("firmware: what the network has set of a device personalised for LoRaWAN 1.0.4", () => {
  /** LinkADRReq, DutyCycleReq, RXParamSetupReq; then RXTimingSetupReq, NewChannelReq, DlChannelReq. */
  const FIRST = "0342090002" + "0401" + "0513784b84";
  const SECOND = "0803" + "0703184f8450" + "0a03284484";

  function state({ session }: typeof SessionModule) {
    const { dataRate, txPower, nbTrans, maxDutyCycle, rx1DrOffset, rx2DataRate, rx2Frequency, rxDelayS } =
      session;
    return { dataRate, txPower, nbTrans, maxDutyCycle, rx1DrOffset, rx2DataRate, rx2Frequency, rxDelayS };
  }
  const SET = {
    ...{ dataRate: 4, txPower: 2, nbTrans: 2, maxDutyCycle: 1, rx1DrOffset: 1, rx2DataRate: 3 },
    ...{ rx2Frequency: 0x844b78, rxDelayS: 3 },
  };

  it("is as it was after a power cut", () => {
    const { bench, network } = personalisedBench(false);
    answerOnce(bench, network, 1, () => network.downlink({ commands: Buffer.from(SECOND, "hex") }));
    live(bench, network, 2);
    const defaultRx2 = { frequencyHz: 869525000, sf: 12 };
    answerOnce(
      bench,
      network,
      4,
      () => network.downlink({ commands: Buffer.from(FIRST, "hex") }),
      defaultRx2,
    );
    const before = live(bench, network, 3);
    const said = network.received.map((frame) => fOptsOf(network, frame));
    assert.ok(said.includes("0307040507"), said.join(" "));
    const kept = state(before.board.module<typeof SessionModule>("lorawan/session.ts"));
    bench.events.length = 0;
    const rx2 = { frequencyHz: 100 * SET.rx2Frequency, sf: 9 };
    answerOnce(bench, network, 4, () => network.downlink({ port: 9 }), rx2);
    const after = live(bench, network, 1);
    assert.deepEqual(state(after.board.module<typeof SessionModule>("lorawan/session.ts")), kept);
    assert.deepEqual(kept, { ...SET });
    const window = bench.windows[0];
    assert.ok(Math.abs(window.afterUs - 3e6) < 2000 && window.sf === 9, JSON.stringify(window));
    assert.ok(after.lines.includes("downlink 9: "), after.lines.join("\n"));
    const channels = after.board.module<{
      frequencyOf(channel: number): number;
      downlinkFrequencyOf(channel: number): number;
    }>("lorawan/channels/index.ts");
    assert.equal(channels.frequencyOf(3), 0x844f18);
    assert.equal(channels.downlinkFrequencyOf(3), 0x844428);
  });

  it("is in the store before any uplink: as long as it is not, nothing is transmitted", () => {
    const { bench, network } = personalisedBench(false);
    answerOnce(bench, network, 1, () => network.downlink({ commands: Buffer.from("0803", "hex") }));
    const config = { ABP: true, LORAWAN_1_1: false, PERIOD_S };
    // The counters of the downlink are kept, then nothing any more for a while.
    const fails = (nowNs: number) => nowNs > 0.5 * PERIOD_NS && nowNs < 3.5 * PERIOD_NS;
    bench.run(5 * PERIOD_NS, { config, storeFails: fails });
    assert.deepEqual(
      bench.lines.slice(2).filter((line) => !line.startsWith("downlink")),
      ["uplink 0", ...Array(3).fill("error: store"), "uplink 1"],
    );
    assert.deepEqual(fCntsOf(bench), [0, 1]);
    assert.equal(fOptsOf(network, network.received[1]), "08");
  });

  it("is said again by sticky answers until the device is heard, over power cuts", () => {
    const { bench, network } = personalisedBench(false);
    answerOnce(bench, network, 1, () => network.downlink({ commands: Buffer.from("0803", "hex") }));
    live(bench, network, 2);
    for (let life = 0; life < 2; life++) {
      live(bench, network, 1);
      assert.equal(fOptsOf(network, network.received.at(-1)!), "08");
    }
    answerOnce(bench, network, 3, () => network.downlink({ port: 9 }));
    live(bench, network, 2);
    assert.equal(fOptsOf(network, network.received.at(-1)!), "");
    live(bench, network, 1);
    assert.equal(fOptsOf(network, network.received.at(-1)!), "");
  });

  it("is left aside where it is of another region than the image", () => {
    const { bench, network } = personalisedBench(false);
    answerOnce(bench, network, 1, () => network.downlink({ commands: Buffer.from("0703184f8450", "hex") }));
    live(bench, network, 2);
    // A channel where EU868 has none.
    const [newest] = [512, 640, 768, 896]
      .map((at) => bench.eeprom.subarray(at, at + 128))
      .filter((record) => record[126] === (record[127] ^ 0xff))
      .sort((a, b) => b[126] - a[126]);
    const { crc16 } = (bench.board as NonNullable<typeof bench.board>).module<{
      crc16(crc: number, octet: number): number;
    }>("store/crc16.ts");
    newest[8 + 9 + 2] = 0x10;
    let crc = 0xffff;
    for (const octet of [...newest.subarray(0, 124), newest[126]]) crc = crc16(crc, octet);
    newest.set([crc & 0xff, crc >> 8], 124);
    const { board } = live(bench, network, 1);
    const { frequencyOf } = board.module<{ frequencyOf(channel: number): number }>(
      "lorawan/channels/index.ts",
    );
    assert.deepEqual([0, 1, 2, 3].map(frequencyOf), [8681000, 8683000, 8685000, 0]);
  });

  it("counts as nothing where no record is whole", () => {
    const { bench, network } = personalisedBench(false);
    answerOnce(bench, network, 1, () => network.downlink({ commands: Buffer.from("0803", "hex") }));
    live(bench, network, 2);
    bench.eeprom.fill(0, 512);
    const { board } = live(bench, network, 1);
    assert.equal(board.module<typeof SessionModule>("lorawan/session.ts").session.rxDelayS, 1);
  });

  it("has ADRACKCnt go on, so that a device that restarts again and again asks for an answer", () => {
    const { bench, network } = personalisedBench(false);
    for (let life = 0; life < 66; life++) live(bench, network, 0.2);
    const asking = network.received.map(({ adrAckReq }) => adrAckReq);
    assert.equal(asking.length, 66);
    assert.equal(asking.indexOf(true), 64);
  });

  it("has ADRACKCnt go on in the store, too, where frames come outside the windows of class A", () => {
    const { bench, network } = personalisedBench(false);
    const stored: (number | undefined)[] = [];
    network.onData = (uplink) => {
      if (network.received.length > 2) return;
      if (network.received.length === 2) bench.send(uplink, 1, network.downlink({ port: 9 }));
      else bench.send(uplink, 9, network.downlink({ port: 9 }), { frequencyHz: 869525000, sf: 12 });
      bench.clock.at(uplink.endNs + 20e9, () => stored.push(readCounters(bench.eeprom)?.third));
    };
    bench.run(2 * PERIOD_NS, { config: { ABP: true, LORAWAN_1_1: false, CLASS_C: true, PERIOD_S } });
    assert.equal(bench.lines.filter((line) => line.startsWith("downlink")).length, 2);
    assert.deepEqual(stored, [1, 0]);
  });
});

describe("firmware: what the network has set, in a region with fixed channels", () => {
  interface Channels {
    setChannelOctet(index: number, octet: number): void;
    channelOctet(index: number): number;
  }

  function device(eeprom: Uint8Array, region: RegionName, config = {}) {
    const firmware = loadFirmware<unknown>({ ABP: true, LORAWAN_1_1: false, ...config }, { region });
    let writes = 0;
    (firmware("hal/index.ts") as typeof HalModule).bindHal({
      storeRead: (address: number) => eeprom[address],
      storeWrite: (address: number, value: number) => {
        eeprom[address] = value;
        writes++;
      },
    } as unknown as HalModule.Hal);
    const parameters = firmware("lorawan/kept-parameters.ts") as typeof ParametersModule;
    parameters.takeDefaults();
    parameters.openParameters();
    const { session } = firmware("lorawan/session.ts") as typeof SessionModule;
    const channels = firmware("lorawan/channels/index.ts") as Channels;
    return { ...parameters, ...channels, session, writes: () => writes };
  }

  const eeprom = new Uint8Array(1024).fill(0xff);

  it("is kept: masks, data rates and windows", () => {
    const first = device(eeprom, "US915");
    assert.deepEqual([first.session.dataRate, first.session.rx2DataRate], [0, 8]);
    for (let bank = 0; bank < 8; bank++) first.setChannelOctet(bank, bank === 1 ? 0xff : 0);
    Object.assign(first.session, { dataRate: 3, rx2DataRate: 10, rx1DrOffset: 2, txPower: 5 });
    assert.equal(first.keepParameters(), true);
    assert.equal(first.writes(), PARAMETERS);
    const second = device(eeprom, "US915");
    const { dataRate, rx2DataRate, rx1DrOffset, txPower } = second.session;
    assert.deepEqual([dataRate, rx2DataRate, rx1DrOffset, txPower], [3, 10, 2, 5]);
    const masks = Array.from({ length: 9 }, (_, i) => second.channelOctet(i));
    assert.deepEqual(masks, [0, 0xff, 0, 0, 0, 0, 0, 0, 0xff]);
    assert.equal(second.keepParameters(), true);
    assert.equal(second.writes(), 0, "written though nothing has changed");
  });

  it("is of one of the plans of CN470, and left aside by an image for another one of them", () => {
    const store = new Uint8Array(1024).fill(0xff);
    const first = device(store, "CN470", { CN470_PLAN: 2 });
    assert.equal(first.session.rx2Frequency, 4925000);
    first.setChannelOctet(0, 1);
    first.session.rx2Frequency = 4927000;
    assert.equal(first.keepParameters(), true);
    const again = device(store, "CN470", { CN470_PLAN: 2 });
    assert.deepEqual([again.session.rx2Frequency, again.channelOctet(0)], [4927000, 1]);
    const other = device(store, "CN470", { CN470_PLAN: 1 });
    assert.deepEqual([other.session.rx2Frequency, other.channelOctet(0)], [4983000, 0xff]);
  });

  it("is left aside by an image for another region", () => {
    const { session, channelOctet } = device(eeprom, "EU868");
    assert.deepEqual([session.dataRate, session.rx2DataRate, session.rx2Frequency], [0, 0, 8695250]);
    assert.equal(channelOctet(112), 7);
  });
});

describe("firmware: ResetInd of a device personalised for LoRaWAN 1.1", () => {
  const RESET_IND = "0101";

  it("goes with every uplink until ResetConf, from each start on", () => {
    const { bench, network } = personalisedBench(true);
    live(bench, network, 3);
    answerOnce(bench, network, 1, () => network.downlink({ commands: Buffer.from("0101", "hex") }));
    live(bench, network, 3);
    live(bench, network, 1);
    const said = network.received.map((frame) => fOptsOf(network, frame));
    assert.deepEqual(said, [...Array(4).fill(RESET_IND), "", "", RESET_IND]);
  });

  it("goes on where ResetConf has another version, and where RekeyConf comes", () => {
    for (const commands of ["0100", "0102", "0b01"]) {
      const { bench, network } = personalisedBench(true);
      answerOnce(bench, network, 1, () => network.downlink({ commands: Buffer.from(commands, "hex") }));
      live(bench, network, 2);
      assert.equal(fOptsOf(network, network.received.at(-1)!), RESET_IND, commands);
    }
  });

  it("is taken back neither by ADR_ACK_LIMIT uplinks nor otherwise: there is no join to go to", () => {
    const { bench, network } = personalisedBench(true);
    live(bench, network, 70);
    assert.equal(network.received.length, 70);
    assert.ok(network.received.every((frame) => fOptsOf(network, frame) === RESET_IND));
  });

  it("comes with defaults, whatever the network had set", () => {
    const { bench, network } = personalisedBench(true);
    answerOnce(bench, network, 1, () =>
      network.downlink({ commands: Buffer.from("010103520700010803", "hex") }),
    );
    const before = live(bench, network, 2);
    const session = before.board.module<typeof SessionModule>("lorawan/session.ts").session;
    assert.deepEqual([session.dataRate, session.rxDelayS], [5, 3]);
    assert.equal(fOptsOf(network, network.received.at(-1)!), "030708");
    const { board } = live(bench, network, 1);
    const { dataRate, rxDelayS } = board.module<typeof SessionModule>("lorawan/session.ts").session;
    assert.deepEqual([dataRate, rxDelayS], [0, 1]);
  });
});
