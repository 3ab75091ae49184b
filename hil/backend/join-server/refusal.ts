/** Why a Join Server refuses, and the result code that says so under each protocol version (TS002-1.0 and 1.1). */
import type { ProtocolVersion, ResultCode } from "../interfaces/index.ts";
import type { DeviceId } from "../storage/index.ts";

const codes = {
  "invalid-protocol-version": { "1.0": "InvalidProtocolVersion", "1.1": "InvalidProtocolVersion" },
  malformed: { "1.0": "MalformedRequest", "1.1": "MalformedMessage" },
  "frame-size": { "1.0": "FrameSizeError", "1.1": "FrameSizeError" },
  "unknown-sender": { "1.0": "UnknownSender", "1.1": "UnknownSender" },
  "unknown-receiver": { "1.0": "UnkownReceiver", "1.1": "UnkownReceiver" },
  "unknown-device": { "1.0": "UnknownDevEUI", "1.1": "UnknownDevEUI" },
  /** The device is not the sender's. */
  "activation-disallowed": { "1.0": "ActivationDisallowed", "1.1": "ActivationDisallowed" },
  mic: { "1.0": "MICFailed", "1.1": "MICFailed" },
  "frame-replayed": { "1.0": "JoinReqFailed", "1.1": "FrameReplayed" },
  /** The join cannot be served: versions that do not fit, nonces used up, a fault here. */
  "join-failed": { "1.0": "JoinReqFailed", "1.1": "JoinReqFailed" },
  "no-roaming-agreement": { "1.0": "NoRoamingAgreement", "1.1": "NoRoamingAgreement" },
  other: { "1.0": "Other", "1.1": "Other" },
} as const satisfies Record<string, Record<ProtocolVersion, ResultCode>>;

export type Failure = keyof typeof codes;

/** The check that a request did not pass, in the order in which they are made. */
export type Check =
  | "message"
  | "frame"
  | "sender"
  | "receiver"
  | "device"
  | "version"
  | "mic"
  | "dev-nonce"
  | "session";

/** A request is refused. The message goes to the peer as Description: it holds no key. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly check: Check;
  readonly failure: Failure;

  constructor(check: Check, failure: Failure, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.check = check;
    this.failure = failure;
  }

  resultCode(protocolVersion: ProtocolVersion): ResultCode {
    return codes[this.failure][protocolVersion];
  }
}

export function unknownDevice({ devEui, joinEui }: DeviceId): Refusal {
  const reason = `DevEUI ${devEui} is not registered under JoinEUI ${joinEui}`;
  return new Refusal("device", "unknown-device", reason);
}
