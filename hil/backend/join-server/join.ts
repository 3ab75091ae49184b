/**
 * JoinReq (TS002-1.0): is the request well-formed, is the sender who it says, is the device known and
 * the sender's, is the MIC good, is the DevNonce new. Nothing is changed before the MIC is good.
 */
import {
  FrameError,
  FType,
  fTypeOf,
  JOIN_REQUEST_OCTETS,
  JoinReqType,
  type JoinRequest,
  parseDlSettings,
  parseJoinRequest,
  verifyJoinRequestMic,
} from "../../lorawan/index.ts";
import { answerHeader, type JoinAns, type JoinReq } from "../interfaces/index.ts";
import { devNonceRule, type JoinOutcome, type KeyedDevice } from "../storage/index.ts";
import { digest, findDevice, sessionTerms } from "./activation.ts";
import { type Context, checkReceiver } from "./context.ts";
import type { JoinServerPeer } from "./peers.ts";
import { Refusal } from "./refusal.ts";
import { checkVersions, joinRequestKey, makeSession, octetOfDlSettings } from "./session.ts";

function readFrame(request: JoinReq, phyPayload: Buffer): JoinRequest {
  if (phyPayload.length !== JOIN_REQUEST_OCTETS)
    throw new Refusal(
      "frame",
      "frame-size",
      `PHYPayload has ${phyPayload.length} octets; a join-request has ${JOIN_REQUEST_OCTETS}`,
    );
  try {
    if (fTypeOf(phyPayload) !== FType.joinRequest)
      throw new Refusal(
        "frame",
        "malformed",
        `PHYPayload has FType ${fTypeOf(phyPayload)}, not a join-request`,
      );
    const frame = parseJoinRequest(phyPayload);
    if (frame.devEui !== request.DevEUI)
      throw new Refusal(
        "frame",
        "malformed",
        `PHYPayload is from DevEUI ${frame.devEui}, not ${request.DevEUI}`,
      );
    return frame;
  } catch (error) {
    if (error instanceof FrameError) throw new Refusal("frame", "malformed", `PHYPayload: ${error.message}`);
    throw error;
  }
}

function checkJoinEui(context: Context, request: JoinReq, frame: JoinRequest): void {
  checkReceiver(context, request.ReceiverID);
  checkReceiver(context, frame.joinEui);
  if (frame.joinEui !== request.ReceiverID)
    throw new Refusal(
      "receiver",
      "malformed",
      `PHYPayload is for JoinEUI ${frame.joinEui}, the message for ${request.ReceiverID}`,
    );
}

function checkMic(device: KeyedDevice, phyPayload: Buffer): void {
  const { name, key } = joinRequestKey(device);
  if (verifyJoinRequestMic(phyPayload, key)) return;
  throw new Refusal(
    "mic",
    "mic",
    `the MIC of the join-request was not made with the ${name} registered for DevEUI ${device.devEui}`,
  );
}

function refuseNonce(outcome: JoinOutcome, device: KeyedDevice, devNonce: number): Refusal {
  if (outcome.outcome === "join-nonces-exhausted")
    return new Refusal("dev-nonce", "join-failed", `the JoinNonces of DevEUI ${device.devEui} are used up`);
  const seen =
    devNonceRule(device.macVersion) === "random" || outcome.outcome !== "replayed"
      ? "has been used"
      : `is not above the last one accepted, ${outcome.last}`;
  return new Refusal(
    "dev-nonce",
    "frame-replayed",
    `DevNonce ${devNonce} of DevEUI ${device.devEui} ${seen}`,
  );
}

/** @throws Refusal */
export async function answerJoin(context: Context, request: JoinReq, provenName: string): Promise<JoinAns> {
  const phyPayload = Buffer.from(request.PHYPayload, "hex");
  const frame = readFrame(request, phyPayload);
  const { devEui, devNonce } = frame;
  const peer: JoinServerPeer = context.peers.authorise(request, provenName);
  checkJoinEui(context, request, frame);
  const device = await findDevice(context, request, frame.joinEui);
  checkVersions(request, device);
  context.report("sender-authorised", { senderId: request.SenderID, clientName: provenName }, devEui);
  checkMic(device, phyPayload);
  context.report("mic-checked", { key: joinRequestKey(device).name }, devEui);

  const plan = {
    request,
    frame: { joinReqType: JoinReqType.joinRequest, joinEui: frame.joinEui, nonce: devNonce },
    device,
    ...sessionTerms(context, peer, device),
  };
  const outcome = await context.storage.acceptJoin({
    device,
    counter: "DevNonce",
    count: devNonce,
    requestDigest: digest(request),
    nowMs: context.nowMs(),
    repeatWindowMs: context.repeatWindowMs,
    makeSession: (joinNonce) => makeSession(plan, joinNonce),
  });
  if (outcome.outcome === "accepted") {
    const { joinNonce } = outcome;
    context.report(
      "dev-nonce-accepted",
      { devNonce, joinNonce, rule: devNonceRule(device.macVersion) },
      devEui,
    );
    const { optNeg } = parseDlSettings(octetOfDlSettings(request));
    const detail = {
      joinNonce,
      devAddr: request.DevAddr,
      optNeg,
      networkKeysWrapped: plan.nsKek !== undefined,
      appSKeyEnclosed: plan.asKek !== undefined,
    };
    context.report("join-answered", detail, devEui);
  } else if (outcome.outcome === "repeated") {
    context.report("join-answer-repeated", { devNonce, devAddr: request.DevAddr }, devEui);
  } else {
    throw refuseNonce(outcome, device, devNonce);
  }
  return { ...answerHeader(request), ...outcome.answer } as JoinAns;
}
