/** A Join Server and a Network Server in a few lines, made of the servers' codec. */
import assert from "node:assert/strict";
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
  FType,
  fTypeOf,
  isDataFrame,
  JoinReqType,
  type ParsedDataFrame,
  parseDataFrame,
  parseJoinRequest,
  parseRejoinRequest,
  type RejoinRequest,
  type SessionKeys,
  uplinkMic11,
  verifyJoinRequestMic,
  verifyRejoinRequestMic,
} from "../../../../hil/lorawan/index.ts";
import { type Bench, IDENTITY, type Uplink } from "./bench.ts";

const NET_ID = "000013";
export const DEV_ADDR = "26011F42";

export interface NetworkOptions {
  readonly lorawan11: boolean;
  /** OptNeg; false for a 1.0 network. */
  readonly optNeg?: boolean;
  readonly rx2?: boolean;
  readonly rx1DrOffset?: number;
  readonly rx2DataRate?: number;
  readonly rxDelay?: number;
  readonly cfList?: boolean;
}

/** The join-accept to a rejoin-request: as it should be, but for what is given. */
export interface RejoinAnswer {
  readonly joinNonce?: number;
  /** What the MIC and the keys take for the RJcount that was sent. */
  readonly rjCount?: number;
  readonly joinReqType?: 0 | 1 | 2 | 255;
  readonly micKey?: Uint8Array;
  readonly encKey?: Uint8Array;
  readonly optNeg?: boolean;
  readonly rx1DrOffset?: number;
  readonly rx2DataRate?: number;
  readonly rxDelay?: number;
  readonly inRx2?: boolean;
}

/** Answers joins and keeps the session, as Network and Join Server would. */
export class Network {
  joinNonce = 0;
  keys: SessionKeys | undefined;
  readonly received: ParsedDataFrame[] = [];
  readonly plain: string[] = [];
  nFCntDown = 0;
  aFCntDown = 0;
  /** The rejoin-requests that came, in order. */
  readonly rejoins: { readonly request: RejoinRequest; readonly uplink: Uplink }[] = [];
  /** What a rejoin-request is answered with; undefined: nothing. The keys hold from the first uplink under them on. */
  answerRejoin: (request: RejoinRequest) => RejoinAnswer | undefined = () => ({});
  /** FCntUp by its low half; another where a session lives so long that it needs more. */
  fCntOf: (fCnt16: number) => number = (fCnt16) => fCnt16;
  /** Called after each data uplink. */
  onData: (uplink: Uplink, frame: ParsedDataFrame) => void = () => {};
  /** Tampers with a join-accept before it goes out. */
  tamper: (joinAccept: Buffer) => Buffer = (joinAccept) => joinAccept;
  readonly #bench: Bench;
  readonly #options: NetworkOptions;
  #keysAfterRejoin: SessionKeys | undefined;

  constructor(bench: Bench, options: NetworkOptions) {
    this.#bench = bench;
    this.#options = options;
    bench.onUplink = (uplink) => {
      if (isDataFrame(uplink.transmission.payload)) this.#data(uplink);
      else if (fTypeOf(uplink.transmission.payload) === FType.rejoinRequest) this.#rejoin(uplink);
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
    if (rx2) this.#bench.send(uplink, 6, answer, { frequencyHz: 869525000, sf: 12 });
    else this.#bench.send(uplink, 5, answer);
  }

  #rejoin(uplink: Uplink): void {
    const { payload } = uplink.transmission;
    const { mic: _mic, ...request } = parseRejoinRequest(payload);
    const { jsIntKey, jsEncKey } = deriveJoinServerKeys(IDENTITY);
    const micKey = request.type === 1 ? jsIntKey : (this.keys as SessionKeys).sNwkSIntKey;
    assert.equal(verifyRejoinRequestMic(payload, micKey), true);
    assert.equal(request.devEui, IDENTITY.devEui);
    assert.equal(
      request.type === 1 ? request.joinEui : request.netId,
      request.type === 1 ? IDENTITY.joinEui : NET_ID,
    );
    this.rejoins.push({ request, uplink });
    const answer = this.answerRejoin(request);
    if (answer === undefined) return;
    const joinNonce = answer.joinNonce ?? ++this.joinNonce;
    const devNonce = answer.rjCount ?? (request.type === 1 ? request.rjCount1 : request.rjCount0);
    const { optNeg = true, rx1DrOffset = 0, rx2DataRate = 0, rxDelay = 1, inRx2 = false } = answer;
    const joinAccept = buildJoinAccept(
      {
        joinNonce,
        netId: NET_ID,
        devAddr: DEV_ADDR,
        dlSettings: { optNeg, rx1DrOffset, rx2DataRate },
        rxDelay,
      },
      { micKey: answer.micKey ?? jsIntKey, encKey: answer.encKey ?? jsEncKey },
      { joinReqType: answer.joinReqType ?? request.type, joinEui: IDENTITY.joinEui, devNonce },
    );
    this.#keysAfterRejoin = deriveSessionKeys11({ ...IDENTITY, joinNonce, devNonce });
    if (inRx2) this.#bench.send(uplink, 6, joinAccept, { frequencyHz: 869525000, sf: 12 });
    else this.#bench.send(uplink, 5, joinAccept);
  }

  #data(uplink: Uplink): void {
    const { payload, frequencyHz, spreadingFactor } = uplink.transmission;
    const frame = parseDataFrame(payload);
    const fCnt = this.fCntOf(frame.fCnt16);
    const input = { devAddr: frame.devAddr, fCnt, message: frame.message };
    // Of EU868 with its CFList, and of AS923-1 without.
    const eu868 = [868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9];
    const channels = frequencyHz > 900e6 ? [923.2, 923.4] : eu868;
    const txCh = channels.findIndex((f) => Math.abs(f * 1e6 - frequencyHz) < 100);
    const micBy = (keys: SessionKeys) =>
      this.isNetwork11
        ? uplinkMic11({ ...input, confFCnt: 0, txDr: 12 - spreadingFactor, txCh }, keys)
        : dataMic10(input, keys.fNwkSIntKey, "up");
    if (this.#keysAfterRejoin !== undefined && frame.mic.equals(micBy(this.#keysAfterRejoin))) {
      this.keys = this.#keysAfterRejoin;
      this.#keysAfterRejoin = undefined;
      this.nFCntDown = 0;
      this.aFCntDown = 0;
    }
    const keys = this.keys as SessionKeys;
    const mic = micBy(keys);
    if (!frame.ack) assert.equal(frame.mic.toString("hex"), mic.toString("hex"));
    this.received.push(frame);
    const plain = cryptFrmPayload(
      { devAddr: frame.devAddr, fCnt, direction: "up" },
      keys.appSKey,
      frame.frmPayload,
    );
    this.plain.push(plain.toString("hex"));
    this.onData(uplink, frame);
  }

  /** A downlink of the session. */
  downlink(fields: {
    port?: number;
    payload?: Buffer;
    commands?: Buffer;
    confirmed?: boolean;
    fPending?: boolean;
    /** Acknowledges the uplink with this FCntUp. */
    ack?: number;
  }): Buffer {
    const { port, payload = Buffer.alloc(0), commands = Buffer.alloc(0), ack } = fields;
    const { confirmed = false, fPending = false } = fields;
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
      ack: ack !== undefined,
      classBOrFPending: fPending,
      fCnt16: fCnt,
      fOpts: this.isNetwork11
        ? cryptFOpts({ devAddr, fCnt, counter: byA ? "AFCntDown" : "NFCntDown" }, keys.nwkSEncKey, commands)
        : commands,
      fPort: port,
      frmPayload: cryptFrmPayload({ devAddr, fCnt, direction: "down" }, keys.appSKey, payload),
    });
    const mic = this.isNetwork11
      ? downlinkMic11({ devAddr, fCnt, message, confFCnt: ack ?? 0 }, keys.sNwkSIntKey)
      : dataMic10({ devAddr, fCnt, message }, keys.fNwkSIntKey, "down");
    return Buffer.concat([message, mic]);
  }
}
