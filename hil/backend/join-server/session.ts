/**
 * The session that a join or a rejoin makes: join-accept, session keys, and the JoinAns or RejoinAns that carries them.
 * LoRaWAN L2 1.0.4 section 6.2, 1.1 section 6.2; TS002-1.0.
 */
import {
  type AnsweredRequest,
  buildJoinAccept,
  deriveJoinServerKeys,
  deriveSessionKeys10,
  deriveSessionKeys11,
  JoinReqType,
  parseDlSettings,
  type SessionKeys,
} from "../../lorawan/index.ts";
import {
  type JoinReq,
  type Kek,
  type RejoinReq,
  type SuccessOf,
  wrapKeyEnvelope,
} from "../interfaces/index.ts";
import type { KeyedDevice, NewSession } from "../storage/index.ts";
import { Refusal } from "./refusal.ts";

/** What the device has sent: the keys go by its nonce, the MIC of the answer by all of it (1.1, sections 6.2.3 and 6.2.5). */
export interface ActivationFrame {
  readonly joinReqType: AnsweredRequest["joinReqType"];
  readonly joinEui: string;
  /** DevNonce, or the RJcount of a rejoin-request. */
  readonly nonce: number;
}

/** Everything of a session but the JoinNonce. */
export interface SessionPlan {
  readonly request: JoinReq | RejoinReq;
  readonly frame: ActivationFrame;
  readonly device: KeyedDevice;
  readonly sessionKeyId: string;
  readonly lifetimeS: number;
  /** For the Network Server's keys. */
  readonly nsKek?: Kek;
  /** For the AppSKey. Without it the AppSKey stays here until its Application Server asks for it. */
  readonly asKek?: Kek;
}

/** What the JoinAns holds beside its header. */
type JoinAnsBody = Pick<
  SuccessOf<"JoinAns">,
  | "Result"
  | "PHYPayload"
  | "Lifetime"
  | "NwkSKey"
  | "FNwkSIntKey"
  | "SNwkSIntKey"
  | "NwkSEncKey"
  | "AppSKey"
  | "SessionKeyID"
>;

/** The root key that signs a device's join-requests, and under OptNeg 0 does everything else too. */
export function joinRequestKey(device: KeyedDevice): { readonly name: string; readonly key: Uint8Array } {
  return device.nwkKey ? { name: "NwkKey", key: device.nwkKey } : { name: "AppKey", key: device.appKey };
}

export function octetOfDlSettings(request: JoinReq | RejoinReq): number {
  return Number.parseInt(request.DLSettings, 16);
}

/**
 * The key schedule goes by OptNeg, which is what the device sees; MACVersion must say the same.
 * @throws Refusal if they differ, or ask for more than the device can do.
 */
export function checkVersions(request: JoinReq | RejoinReq, device: KeyedDevice): void {
  const { optNeg } = parseDlSettings(octetOfDlSettings(request));
  if (optNeg !== (request.MACVersion === "1.1"))
    throw new Refusal(
      "version",
      "malformed",
      `MACVersion ${request.MACVersion} and OptNeg ${Number(optNeg)} in DLSettings contradict each other`,
    );
  if (optNeg && device.macVersion !== "1.1")
    throw new Refusal(
      "version",
      "join-failed",
      `LoRaWAN 1.1 is asked for a device that is registered as ${device.macVersion}`,
    );
}

function sessionKeys(
  { request, frame, device }: SessionPlan,
  optNeg: boolean,
  joinNonce: number,
): SessionKeys {
  const { joinEui, nonce: devNonce } = frame;
  if (optNeg && device.nwkKey)
    return deriveSessionKeys11({
      nwkKey: device.nwkKey,
      appKey: device.appKey,
      joinNonce,
      joinEui,
      devNonce,
    });
  const { key } = joinRequestKey(device);
  return deriveSessionKeys10({ rootKey: key, joinNonce, netId: request.SenderID, devNonce });
}

function joinAccept({ request, frame, device }: SessionPlan, joinNonce: number): Buffer {
  const dlSettings = parseDlSettings(octetOfDlSettings(request));
  const { key } = joinRequestKey(device);
  const { jsIntKey, jsEncKey } = deriveJoinServerKeys({ nwkKey: key, devEui: device.devEui });
  const micKey = dlSettings.optNeg ? jsIntKey : key;
  const encKey = frame.joinReqType === JoinReqType.joinRequest ? key : jsEncKey;
  return buildJoinAccept(
    {
      joinNonce,
      netId: request.SenderID,
      devAddr: request.DevAddr,
      dlSettings,
      rxDelay: request.RxDelay,
      cfList: request.CFList === undefined ? undefined : Buffer.from(request.CFList, "hex"),
    },
    { micKey, encKey },
    { joinReqType: frame.joinReqType, joinEui: frame.joinEui, devNonce: frame.nonce },
  );
}

export function makeSession(
  plan: SessionPlan,
  joinNonce: number,
): NewSession & { readonly answer: JoinAnsBody } {
  const { sessionKeyId, nsKek, asKek } = plan;
  const { optNeg } = parseDlSettings(octetOfDlSettings(plan.request));
  const keys = sessionKeys(plan, optNeg, joinNonce);
  const networkKeys = optNeg
    ? {
        FNwkSIntKey: wrapKeyEnvelope(keys.fNwkSIntKey, nsKek),
        SNwkSIntKey: wrapKeyEnvelope(keys.sNwkSIntKey, nsKek),
        NwkSEncKey: wrapKeyEnvelope(keys.nwkSEncKey, nsKek),
      }
    : { NwkSKey: wrapKeyEnvelope(keys.fNwkSIntKey, nsKek) };
  return {
    sessionKeyId,
    appSKey: keys.appSKey,
    answer: {
      Result: { ResultCode: "Success" },
      PHYPayload: joinAccept(plan, joinNonce).toString("hex").toUpperCase(),
      Lifetime: plan.lifetimeS,
      ...networkKeys,
      ...(asKek ? { AppSKey: wrapKeyEnvelope(keys.appSKey, asKek) } : {}),
      SessionKeyID: sessionKeyId,
    },
  };
}
