/**
 * Rejoin-request (LoRaWAN L2 1.1, section 6.2.4):
 * types 0 and 2: MHDR | type | NetID(3) | DevEUI(8) | RJcount0(2) | MIC(4), MIC key SNwkSIntKey of the running session;
 * type 1: MHDR | type | JoinEUI(8) | DevEUI(8) | RJcount1(2) | MIC(4), MIC key JSIntKey.
 */
import { FrameError } from "./frame-error.ts";
import { EUI_OCTETS, fromAirOrder, NET_ID_OCTETS, numberToAirOrder, toAirOrder } from "./identifiers.ts";
import { FType, fTypeOf, mhdr } from "./mhdr.ts";
import { cmacMic, MIC_OCTETS, micEquals } from "./mic.ts";

export type RejoinRequest =
  | { readonly type: 0 | 2; readonly netId: string; readonly devEui: string; readonly rjCount0: number }
  | { readonly type: 1; readonly joinEui: string; readonly devEui: string; readonly rjCount1: number };

const OCTETS_BY_TYPE = [19, 24, 19];

/** @throws FrameError if the octets are not a rejoin-request. The MIC is not looked at. */
export function parseRejoinRequest(phyPayload: Uint8Array): RejoinRequest & { readonly mic: Buffer } {
  if (fTypeOf(phyPayload) !== FType.rejoinRequest)
    throw new FrameError(`FType ${fTypeOf(phyPayload)} is not a rejoin-request (${FType.rejoinRequest})`);
  const octets = Buffer.from(phyPayload);
  const type = octets[1];
  if (type !== 0 && type !== 1 && type !== 2)
    throw new FrameError(`there is no rejoin-request of type ${type}`);
  if (octets.length !== OCTETS_BY_TYPE[type])
    throw new FrameError(
      `a rejoin-request of type ${type} has ${OCTETS_BY_TYPE[type]} octets, not ${octets.length}`,
    );
  const mic = octets.subarray(-MIC_OCTETS);
  if (type === 1) {
    const joinEui = fromAirOrder(octets.subarray(2, 10));
    return {
      type,
      joinEui,
      devEui: fromAirOrder(octets.subarray(10, 18)),
      rjCount1: octets.readUInt16LE(18),
      mic,
    };
  }
  const netId = fromAirOrder(octets.subarray(2, 5));
  return {
    type,
    netId,
    devEui: fromAirOrder(octets.subarray(5, 13)),
    rjCount0: octets.readUInt16LE(13),
    mic,
  };
}

/** The signed frame; `key` is SNwkSIntKey for types 0 and 2, JSIntKey for type 1. */
export function buildRejoinRequest(request: RejoinRequest, key: Uint8Array): Buffer {
  const first =
    request.type === 1 ? toAirOrder(request.joinEui, EUI_OCTETS) : toAirOrder(request.netId, NET_ID_OCTETS);
  const count = request.type === 1 ? request.rjCount1 : request.rjCount0;
  const unsigned = Buffer.concat([
    Buffer.of(mhdr(FType.rejoinRequest), request.type),
    first,
    toAirOrder(request.devEui, EUI_OCTETS),
    numberToAirOrder(count, 2),
  ]);
  return Buffer.concat([unsigned, cmacMic(key, unsigned)]);
}

/** Whether the frame's MIC was made with `key`; the frame must have passed `parseRejoinRequest`. */
export function verifyRejoinRequestMic(phyPayload: Uint8Array, key: Uint8Array): boolean {
  return micEquals(phyPayload.subarray(-MIC_OCTETS), cmacMic(key, phyPayload.subarray(0, -MIC_OCTETS)));
}
