/**
 * Join-request: MHDR | JoinEUI(8) | DevEUI(8) | DevNonce(2) | MIC(4), not encrypted.
 * LoRaWAN L2 1.0.4 section 6.2, 1.1 section 6.2.2. The MIC key is the AppKey (1.0.x) or the NwkKey (1.1).
 */
import { FrameError } from "./frame-error.ts";
import { EUI_OCTETS, fromAirOrder, numberToAirOrder, toAirOrder } from "./identifiers.ts";
import { FType, fTypeOf, mhdr } from "./mhdr.ts";
import { cmacMic, MIC_OCTETS, micEquals } from "./mic.ts";

export const JOIN_REQUEST_OCTETS = 23;

export interface JoinRequest {
  readonly joinEui: string;
  readonly devEui: string;
  readonly devNonce: number;
}

/** @throws FrameError if the octets are not a join-request. The MIC is not looked at. */
export function parseJoinRequest(phyPayload: Uint8Array): JoinRequest & { readonly mic: Buffer } {
  if (fTypeOf(phyPayload) !== FType.joinRequest)
    throw new FrameError(`FType ${fTypeOf(phyPayload)} is not a join-request (${FType.joinRequest})`);
  if (phyPayload.length !== JOIN_REQUEST_OCTETS)
    throw new FrameError(`a join-request has ${JOIN_REQUEST_OCTETS} octets, not ${phyPayload.length}`);
  const octets = Buffer.from(phyPayload);
  return {
    joinEui: fromAirOrder(octets.subarray(1, 9)),
    devEui: fromAirOrder(octets.subarray(9, 17)),
    devNonce: octets.readUInt16LE(17),
    mic: octets.subarray(19),
  };
}

/** The signed frame. */
export function buildJoinRequest(request: JoinRequest, key: Uint8Array): Buffer {
  const unsigned = Buffer.concat([
    Buffer.of(mhdr(FType.joinRequest)),
    toAirOrder(request.joinEui, EUI_OCTETS),
    toAirOrder(request.devEui, EUI_OCTETS),
    numberToAirOrder(request.devNonce, 2),
  ]);
  return Buffer.concat([unsigned, cmacMic(key, unsigned)]);
}

/** Whether the frame's MIC was made with `key`; the frame must have passed `parseJoinRequest`. */
export function verifyJoinRequestMic(phyPayload: Uint8Array, key: Uint8Array): boolean {
  return micEquals(phyPayload.subarray(-MIC_OCTETS), cmacMic(key, phyPayload.subarray(0, -MIC_OCTETS)));
}
