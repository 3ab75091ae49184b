/**
 * Join-accept: MHDR | JoinNonce(3) NetID(3) DevAddr(4) DLSettings(1) RxDelay(1) CFList(0|16) MIC(4).
 * LoRaWAN L2 1.0.4 section 6.2, 1.1 section 6.2.3. The network *decrypts* everything after the MHDR with
 * AES-ECB, so that a device needs AES encryption only.
 */
import { AES_BLOCK_OCTETS, aesDecrypt, aesEncrypt } from "./aes.ts";
import { CF_LIST_OCTETS } from "./cf-list.ts";
import { type DlSettings, dlSettingsOctet, parseDlSettings } from "./dl-settings.ts";
import { FrameError } from "./frame-error.ts";
import {
  DEV_ADDR_OCTETS,
  EUI_OCTETS,
  fromAirOrder,
  NET_ID_OCTETS,
  numberToAirOrder,
  toAirOrder,
} from "./identifiers.ts";
import { FType, fTypeOf, mhdr } from "./mhdr.ts";
import { cmacMic, MIC_OCTETS, micEquals } from "./mic.ts";

export interface JoinAccept {
  readonly joinNonce: number;
  readonly netId: string;
  readonly devAddr: string;
  readonly dlSettings: DlSettings;
  /** RECEIVE_DELAY1 as it stands in the frame, 0 to 15 seconds; 0 means 1 s. */
  readonly rxDelay: number;
  /** 16 octets (`buildCfList`), or none. */
  readonly cfList?: Uint8Array;
}

/** JoinReqType: what a join-accept answers. */
export const JoinReqType = { joinRequest: 0xff, rejoin0: 0, rejoin1: 1, rejoin2: 2 } as const;

/** The request that a join-accept with OptNeg answers: its MIC binds the two together. */
export interface AnsweredRequest {
  readonly joinReqType: (typeof JoinReqType)[keyof typeof JoinReqType];
  readonly joinEui: string;
  /** DevNonce of a join-request; the RJcount that a rejoin-request carried. */
  readonly devNonce: number;
}

/** The octets that the MIC covers before the MHDR: none without OptNeg (1.0.x rule). */
function micPrefix(optNeg: boolean, answered: AnsweredRequest | undefined): Buffer {
  if (!optNeg) return Buffer.alloc(0);
  if (!answered)
    throw new FrameError("the MIC of a join-accept with OptNeg needs the request that it answers");
  return Buffer.concat([
    Buffer.of(answered.joinReqType),
    toAirOrder(answered.joinEui, EUI_OCTETS),
    numberToAirOrder(answered.devNonce, 2),
  ]);
}

/** MHDR to CFList, in clear. */
function plainFields(accept: JoinAccept): Buffer {
  const { rxDelay, cfList = new Uint8Array() } = accept;
  if (!(rxDelay >= 0 && rxDelay <= 15)) throw new FrameError(`RxDelay ${rxDelay} is not 0 to 15 seconds`);
  if (cfList.length !== 0 && cfList.length !== CF_LIST_OCTETS)
    throw new FrameError(`a CFList has ${CF_LIST_OCTETS} octets, not ${cfList.length}`);
  return Buffer.concat([
    Buffer.of(mhdr(FType.joinAccept)),
    numberToAirOrder(accept.joinNonce, 3),
    toAirOrder(accept.netId, NET_ID_OCTETS),
    toAirOrder(accept.devAddr, DEV_ADDR_OCTETS),
    Buffer.of(dlSettingsOctet(accept.dlSettings), rxDelay),
    cfList,
  ]);
}

/**
 * The frame as it goes on the air.
 * `micKey`: AppKey (1.0.x), NwkKey (1.1 device, OptNeg 0), JSIntKey (OptNeg 1; then `answered` is needed).
 * `encKey`: AppKey (1.0.x), NwkKey (1.1, answer to a join-request), JSEncKey (answer to a rejoin-request).
 */
export function buildJoinAccept(
  accept: JoinAccept,
  keys: { readonly micKey: Uint8Array; readonly encKey: Uint8Array },
  answered?: AnsweredRequest,
): Buffer {
  const fields = plainFields(accept);
  const mic = cmacMic(keys.micKey, micPrefix(accept.dlSettings.optNeg, answered), fields);
  const clear = Buffer.concat([fields.subarray(1), mic]);
  return Buffer.concat([fields.subarray(0, 1), aesDecrypt(keys.encKey, clear)]);
}

/** A join-accept in clear; `plain` is MHDR to MIC, for `verifyJoinAcceptMic`. */
export interface OpenedJoinAccept extends JoinAccept {
  readonly plain: Buffer;
  readonly mic: Buffer;
}

/** @throws FrameError if the octets are not a join-accept (17 or 33 octets). The MIC is not looked at. */
export function openJoinAccept(phyPayload: Uint8Array, encKey: Uint8Array): OpenedJoinAccept {
  if (!isJoinAccept(phyPayload))
    throw new FrameError(`${phyPayload.length} octets of FType ${fTypeOf(phyPayload)} are not a join-accept`);
  const plain = Buffer.concat([phyPayload.subarray(0, 1), aesEncrypt(encKey, phyPayload.subarray(1))]);
  return parsePlainJoinAccept(plain);
}

/** Whether the octets can be a join-accept: the Network Server holds no key to look further. */
export function isJoinAccept(phyPayload: Uint8Array): boolean {
  const blocks = (phyPayload.length - 1) / AES_BLOCK_OCTETS;
  return (blocks === 1 || blocks === 2) && fTypeOf(phyPayload) === FType.joinAccept;
}

/** The fields of a join-accept in clear, MHDR to MIC. */
export function parsePlainJoinAccept(plain: Uint8Array): OpenedJoinAccept {
  const octets = Buffer.from(plain);
  return {
    joinNonce: octets.readUIntLE(1, 3),
    netId: fromAirOrder(octets.subarray(4, 7)),
    devAddr: fromAirOrder(octets.subarray(7, 11)),
    dlSettings: parseDlSettings(octets[11]),
    rxDelay: octets[12] & 0x0f,
    cfList: octets.length > 17 ? octets.subarray(13, 13 + CF_LIST_OCTETS) : undefined,
    plain: octets,
    mic: octets.subarray(-MIC_OCTETS),
  };
}

/** Whether an opened join-accept was signed with `micKey` (and, with OptNeg, for `answered`). */
export function verifyJoinAcceptMic(
  accept: OpenedJoinAccept,
  micKey: Uint8Array,
  answered?: AnsweredRequest,
): boolean {
  const covered = accept.plain.subarray(0, -MIC_OCTETS);
  return micEquals(accept.mic, cmacMic(micKey, micPrefix(accept.dlSettings.optNeg, answered), covered));
}
