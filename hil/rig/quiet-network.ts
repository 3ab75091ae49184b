/**
 * A network for one device in a few lines, right on the air: it accepts the join, confirms the version of 1.1, sets a
 * data rate, acknowledges what asks for it, leads into class B where it is to, and says nothing else. For runs that
 * measure the device; what the servers do is the join scenario's to show.
 */
import type { DeviceIdentity } from "../../toolchain/provisioning/index.ts";
import { type Air, airtimeUs, type LoraTransmission } from "../air/index.ts";
import type { VirtualClock } from "../clock/index.ts";
import {
  buildCfList,
  buildDataMessage,
  buildJoinAccept,
  Cid,
  cryptFOpts,
  DeviceClass,
  dataMic10,
  deriveJoinServerKeys,
  deriveSessionKeys10,
  deriveSessionKeys11,
  deviceModeConf,
  deviceTimeAns,
  downlinkMic11,
  FType,
  fTypeOf,
  JoinReqType,
  linkAdrReq,
  MINOR_VERSION_1_1,
  type NetworkPlan,
  type ParsedDataFrame,
  parseDataFrame,
  parseJoinRequest,
  parseMacCommands,
  pingSlotInfoAns,
  rekeyConf,
  resetConf,
  type SessionKeys,
} from "../lorawan/index.ts";
import { dateAt, sendBeacons } from "./quiet-beacons.ts";

const NET_ID = "000013";
/** What the network gives a device that joins, or has given a personalised one. */
export const DEV_ADDR = "26000001";
const STATION = "network";
const SYNC_WORD = 0x34;
/** A synthesizer has steps, 61 Hz wide in an SX127x. */
const CHANNEL_ERROR_HZ = 100;

/** Whether an uplink came on the channel at `channelHz`. */
function isAt({ frequencyHz }: LoraTransmission, channelHz: number): boolean {
  return Math.abs(frequencyHz - channelHz) < CHANNEL_ERROR_HZ;
}

export interface QuietNetworkOptions {
  readonly clock: VirtualClock;
  readonly air: Air;
  readonly plan: NetworkPlan;
  readonly lorawan: "1.0.4" | "1.1";
  readonly identity: DeviceIdentity;
  /** Of a personalised device, which does not join. */
  readonly session?: SessionKeys;
  /** What the device is told to use, once it has joined. */
  readonly dataRate: number;
  /** There are beacons, and what a device asks for on its way into class B is answered. */
  readonly classB?: boolean;
}

export class QuietNetwork {
  readonly #options: QuietNetworkOptions;
  /** That of the session. */
  #plan: NetworkPlan;
  #keys: SessionKeys | undefined;
  #joinNonce = 0;
  #fCntDown = 0;

  constructor(options: QuietNetworkOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#keys = options.session;
    options.air.onTransmission((transmission) => {
      if (transmission.modulation !== "lora" || transmission.from === STATION) return;
      options.clock.at(transmission.endNs, () => this.#hear(transmission));
    });
    if (options.classB) sendBeacons(STATION, options.clock, options.air, options.plan);
  }

  #hear(uplink: LoraTransmission): void {
    const fType = fTypeOf(uplink.payload);
    if (fType === FType.joinRequest) this.#acceptJoin(uplink);
    else if (fType === FType.unconfirmedDataUp || fType === FType.confirmedDataUp) this.#hearData(uplink);
  }

  #acceptJoin(uplink: LoraTransmission): void {
    const { lorawan, identity } = this.#options;
    const heard = this.#options.plan.channels.find(({ uplinkHz }) => isAt(uplink, uplinkHz));
    const plan = heard && this.#options.plan.joinedOn(heard.uplinkHz);
    if (plan === undefined) return;
    this.#plan = plan;
    const { devNonce } = parseJoinRequest(uplink.payload);
    const joinNonce = ++this.#joinNonce;
    const optNeg = lorawan === "1.1";
    const rootKey = optNeg ? identity.nwkKey : identity.appKey;
    const accept = buildJoinAccept(
      {
        joinNonce,
        netId: NET_ID,
        devAddr: DEV_ADDR,
        dlSettings: { optNeg, rx1DrOffset: 0, rx2DataRate: plan.rx2.dataRate },
        rxDelay: 1,
        cfList: buildCfList(plan.cfList),
      },
      { micKey: optNeg ? deriveJoinServerKeys(identity).jsIntKey : rootKey, encKey: rootKey },
      { joinReqType: JoinReqType.joinRequest, joinEui: identity.joinEui, devNonce },
    );
    this.#keys = optNeg
      ? deriveSessionKeys11({ ...identity, joinNonce, devNonce })
      : deriveSessionKeys10({ rootKey, joinNonce, netId: NET_ID, devNonce });
    this.#fCntDown = 0;
    this.#sendInRx1(uplink, plan.joinAcceptDelay1Us, accept, plan.joinRx1Hz(heard!.uplinkHz));
  }

  #hearData(uplink: LoraTransmission): void {
    const frame = parseDataFrame(uplink.payload);
    const { confirmed, fCnt16 } = frame;
    const isFirst = this.#fCntDown === 0;
    const answers = this.#options.classB ? this.#answers(frame, uplink.endNs) : Buffer.alloc(0);
    if (!isFirst && !confirmed && answers.length === 0) return;
    const commands = isFirst ? Buffer.concat([answers, this.#settings()]) : answers;
    const channel = this.#plan.channels.find(({ uplinkHz }) => isAt(uplink, uplinkHz));
    if (channel === undefined) return;
    this.#sendInRx1(
      uplink,
      1_000_000,
      this.#downlink(commands, confirmed ? fCnt16 : undefined),
      channel.rx1Hz,
    );
  }

  /** What a device asks for on its way into class B. */
  #answers({ fOpts, fCnt16: fCnt }: ParsedDataFrame, endNs: number): Buffer {
    const keys = this.#keys;
    if (keys === undefined) return Buffer.alloc(0);
    const frame = { devAddr: DEV_ADDR, fCnt, counter: "FCntUp" } as const;
    const clear = this.#options.lorawan === "1.1" ? cryptFOpts(frame, keys.nwkSEncKey, fOpts) : fOpts;
    return Buffer.concat(
      parseMacCommands(clear, "up").commands.flatMap(({ cid }) => {
        if (cid === Cid.deviceTime) return [deviceTimeAns(dateAt(endNs))];
        return cid === Cid.pingSlotInfo ? [pingSlotInfoAns()] : [];
      }),
    );
  }

  /** What the device is told once: the version of LoRaWAN, the data rate on all its channels, and that it may be of class C. */
  #settings(): Buffer {
    const { lorawan, dataRate, session } = this.#options;
    const { cfList, allOn } = this.#plan;
    const version = session === undefined ? rekeyConf(MINOR_VERSION_1_1) : resetConf(MINOR_VERSION_1_1);
    // A device that has not joined has had no CFList.
    const added = cfList.type === 0 && session !== undefined ? cfList.frequenciesHz.length : 0;
    const adr = linkAdrReq(dataRate, allOn.chMask >> added, allOn.chMaskCntl);
    if (lorawan !== "1.1") return adr;
    // A device of class A does not know the last one, and stops there.
    return Buffer.concat([version, adr, deviceModeConf(DeviceClass.c)]);
  }

  #downlink(commands: Buffer, acknowledged: number | undefined): Buffer {
    const is11 = this.#options.lorawan === "1.1";
    const keys = this.#keys;
    if (keys === undefined) throw new Error("a device sends data that has no session with this network");
    const fCnt = this.#fCntDown++;
    const frame = { devAddr: DEV_ADDR, fCnt };
    const message = buildDataMessage({
      direction: "down",
      confirmed: false,
      devAddr: DEV_ADDR,
      adr: true,
      adrAckReq: false,
      ack: acknowledged !== undefined,
      classBOrFPending: false,
      fCnt16: fCnt & 0xffff,
      fOpts: is11 ? cryptFOpts({ ...frame, counter: "NFCntDown" }, keys.nwkSEncKey, commands) : commands,
      frmPayload: Buffer.alloc(0),
    });
    const mic = is11
      ? downlinkMic11({ ...frame, message, confFCnt: acknowledged ?? 0 }, keys.sNwkSIntKey)
      : dataMic10({ ...frame, message }, keys.fNwkSIntKey, "down");
    return Buffer.concat([message, mic]);
  }

  #sendInRx1(uplink: LoraTransmission, delayUs: number, payload: Uint8Array, frequencyHz: number): void {
    const { air } = this.#options;
    const plan = this.#plan;
    const { endNs } = uplink;
    const uplinkRate = plan.dataRateIndex(uplink);
    if (uplinkRate === undefined) return;
    const rate = plan.dataRate(plan.rx1DataRate(uplinkRate, 0));
    const modulation = {
      ...rate,
      codingRate: 1,
      preambleSymbols: 8,
      implicitHeader: false,
      crc: false,
      lowDataRateOptimize: rate.spreadingFactor >= 11 && rate.bandwidthHz === 125_000,
    };
    const startNs = endNs + delayUs * 1000;
    air.transmit({
      ...modulation,
      modulation: "lora",
      from: STATION,
      frequencyHz,
      iqInverted: true,
      syncWord: SYNC_WORD,
      powerDbm: plan.powerDbm(frequencyHz),
      payload,
      startNs,
      endNs: startNs + Math.round(airtimeUs({ ...modulation, payloadBytes: payload.length }) * 1000),
    });
  }
}
