/** Result codes (TS002-1.0, TS002-1.1). */

export const protocolVersions = ["1.0", "1.1"] as const;
export type ProtocolVersion = (typeof protocolVersions)[number];

/** "UnkownReceiver" is what the document's table says; everybody sends and understands it. */
const BOTH = [
  "Success",
  "MICFailed",
  "JoinReqFailed",
  "NoRoamingAgreement",
  "DevRoamingDisallowed",
  "RoamingActDisallowed",
  "ActivationDisallowed",
  "UnknownDevEUI",
  "UnknownDevAddr",
  "UnknownSender",
  "UnkownReceiver",
  "Deferred",
  "XmitFailed",
  "InvalidFPort",
  "InvalidProtocolVersion",
  "StaleDeviceProfile",
  "FrameSizeError",
  "Other",
] as const;
const ONLY_1_0 = ["MalformedRequest"] as const;
const ONLY_1_1 = ["MalformedMessage", "NoAction", "FrameReplayed"] as const;

export type ResultCode = (typeof BOTH | typeof ONLY_1_0 | typeof ONLY_1_1)[number];

/** What may be sent under a protocol version: a peer of 1.0 may fail on a code that it does not know. */
export const resultCodes: Readonly<Record<ProtocolVersion, readonly ResultCode[]>> = {
  "1.0": [...BOTH, ...ONLY_1_0],
  "1.1": [...BOTH, ...ONLY_1_1],
};

/** Spellings met in the field, and what they mean. */
const SPELLINGS: Readonly<Record<string, ResultCode>> = {
  UnknownReceiver: "UnkownReceiver",
  RoamingActDisallowedA: "RoamingActDisallowed",
};

/** A received code in the document's spelling. A code that nobody knows stays as it is: it is still a failure. */
export function canonicalResultCode(received: string): string {
  return SPELLINGS[received] ?? received;
}
