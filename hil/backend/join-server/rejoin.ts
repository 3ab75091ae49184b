/**
 * RejoinReq (TS002-1.0; LoRaWAN L2 1.1, section 6.2.4). Of type 0 and 2 the MIC is made with a key of the session, and
 * RJcount0 counts within it: both are the Network Server's to check, which has the session. Of type 1 both are checked here.
 */
import {
  deriveJoinServerKeys,
  FrameError,
  parseRejoinRequest,
  type RejoinRequest,
  verifyRejoinRequestMic,
} from "../../lorawan/index.ts";
import { answerHeader, type RejoinAns, type RejoinReq } from "../interfaces/index.ts";
import type { KeyedDevice } from "../storage/index.ts";
import { digest, findDevice, sessionTerms } from "./activation.ts";
import { type Context, checkReceiver } from "./context.ts";
import { Refusal } from "./refusal.ts";
import { checkVersions, makeSession } from "./session.ts";

function readFrame(request: RejoinReq, phyPayload: Buffer): RejoinRequest {
  let frame: RejoinRequest;
  try {
    frame = parseRejoinRequest(phyPayload);
  } catch (error) {
    if (error instanceof FrameError) throw new Refusal("frame", "malformed", `PHYPayload: ${error.message}`);
    throw error;
  }
  if (frame.devEui !== request.DevEUI)
    throw new Refusal(
      "frame",
      "malformed",
      `PHYPayload is from DevEUI ${frame.devEui}, not ${request.DevEUI}`,
    );
  if (frame.type === 1 && frame.joinEui !== request.ReceiverID)
    throw new Refusal(
      "receiver",
      "malformed",
      `PHYPayload is for JoinEUI ${frame.joinEui}, the message for ${request.ReceiverID}`,
    );
  return frame;
}

function checkMic(nwkKey: Uint8Array, devEui: string, phyPayload: Buffer): void {
  if (verifyRejoinRequestMic(phyPayload, deriveJoinServerKeys({ nwkKey, devEui }).jsIntKey)) return;
  throw new Refusal(
    "mic",
    "mic",
    `the MIC of the rejoin-request was not made with the JSIntKey of the NwkKey registered for DevEUI ${devEui}`,
  );
}

/** The NwkKey. @throws Refusal if the device, or the session that is asked for, is not of LoRaWAN 1.1. */
function nwkKeyOf(request: RejoinReq, device: KeyedDevice): Uint8Array {
  checkVersions(request, device);
  if (request.MACVersion === "1.1" && device.nwkKey) return device.nwkKey;
  throw new Refusal(
    "version",
    "join-failed",
    `rejoin-requests are of LoRaWAN 1.1; this is ${request.MACVersion} for a device registered as ${device.macVersion}`,
  );
}

/** @throws Refusal */
export async function answerRejoin(
  context: Context,
  request: RejoinReq,
  provenName: string,
): Promise<RejoinAns> {
  const phyPayload = Buffer.from(request.PHYPayload, "hex");
  const frame = readFrame(request, phyPayload);
  const { devEui, type } = frame;
  const joinEui = request.ReceiverID;
  const peer = context.peers.authorise(request, provenName);
  checkReceiver(context, joinEui);
  const device = await findDevice(context, request, joinEui);
  const nwkKey = nwkKeyOf(request, device);
  context.report("sender-authorised", { senderId: request.SenderID, clientName: provenName }, devEui);
  if (type === 1) {
    checkMic(nwkKey, devEui, phyPayload);
    context.report("mic-checked", { key: "JSIntKey" }, devEui);
  }
  const count = frame.type === 1 ? frame.rjCount1 : frame.rjCount0;
  const plan = {
    request,
    frame: { joinReqType: type, joinEui, nonce: count },
    device,
    ...sessionTerms(context, peer, device),
  };
  const outcome = await context.storage.acceptJoin({
    device,
    counter: type === 1 ? "RJcount1" : "RJcount0",
    count,
    requestDigest: digest(request),
    nowMs: context.nowMs(),
    repeatWindowMs: context.repeatWindowMs,
    makeSession: (joinNonce) => makeSession(plan, joinNonce),
  });
  if (outcome.outcome === "accepted") {
    const detail = { type, rjCount: count, joinNonce: outcome.joinNonce, devAddr: request.DevAddr };
    context.report("rejoin-answered", detail, devEui);
  } else if (outcome.outcome === "repeated") {
    context.report("rejoin-answer-repeated", { type, rjCount: count, devAddr: request.DevAddr }, devEui);
  } else if (outcome.outcome === "join-nonces-exhausted") {
    throw new Refusal("dev-nonce", "join-failed", `the JoinNonces of DevEUI ${devEui} are used up`);
  } else {
    throw new Refusal(
      "dev-nonce",
      "frame-replayed",
      `RJcount1 ${count} of DevEUI ${devEui} is not above the last one accepted, ${outcome.last}`,
    );
  }
  return { ...answerHeader(request), ...outcome.answer } as RejoinAns;
}
