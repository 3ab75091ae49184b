/** A multicast group as its server has it, whose frames the servers' codec builds. */
import { aesDecrypt, aesEncrypt, buildDataMessage, cryptFrmPayload, dataMic10 } from "../../lorawan/index.ts";

export interface GroupOfServer {
  readonly mcAddr: string;
  readonly mcNwkSKey: Uint8Array;
  readonly mcAppSKey: Uint8Array;
}

export interface MulticastFields {
  readonly fCnt?: number;
  readonly port?: number;
  /** In clear, hexadecimal. */
  readonly payload?: string;
  readonly fOpts?: string;
  readonly confirmed?: boolean;
  readonly fPending?: boolean;
  /** In place of the group's own. */
  readonly mcAddr?: string;
  /** What is signed in place of the message. */
  readonly change?: (message: Buffer) => Buffer;
  readonly breakMic?: boolean;
}

/** A frame to the group. */
export function buildMulticast(group: GroupOfServer, fields: MulticastFields): Buffer {
  const { fCnt = 0, port, payload = "", fOpts = "", confirmed = false, fPending = false } = fields;
  const devAddr = fields.mcAddr ?? group.mcAddr;
  const message = buildDataMessage({
    direction: "down",
    confirmed,
    devAddr,
    adr: false,
    adrAckReq: false,
    ack: false,
    classBOrFPending: fPending,
    fCnt16: fCnt & 0xffff,
    fOpts: Buffer.from(fOpts, "hex"),
    fPort: port,
    frmPayload: cryptFrmPayload(
      { devAddr, fCnt, direction: "down" },
      group.mcAppSKey,
      Buffer.from(payload, "hex"),
    ),
  });
  const signed = fields.change?.(message) ?? message;
  const mic = dataMic10({ devAddr, fCnt, message: signed }, group.mcNwkSKey, "down");
  if (fields.breakMic) mic[3] ^= 1;
  return Buffer.concat([signed, mic]);
}

/** McKEKey, from the AppKey under 1.1 and from the GenAppKey under 1.0.4 (TS005-2.0.0, 4). */
function mcKeKey(rootKey: Uint8Array, lorawan11: boolean): Buffer {
  const block = Buffer.alloc(16);
  if (lorawan11) block[0] = 0x20;
  return aesEncrypt(aesEncrypt(rootKey, block), Buffer.alloc(16));
}

/** The group with this McKey. */
export function groupOf(mcKey: Uint8Array, mcAddr: string): GroupOfServer {
  const keyOf = (type: number) => {
    const block = Buffer.alloc(16);
    block[0] = type;
    block.set(Buffer.from(mcAddr, "hex").reverse(), 1);
    return aesEncrypt(mcKey, block);
  };
  return { mcAddr, mcAppSKey: keyOf(1), mcNwkSKey: keyOf(2) };
}

/** McGroupSetupReq for the group with this McKey, as number 0. */
export function groupSetupReq(
  mcKey: Uint8Array,
  mcAddr: string,
  range: { readonly min: number; readonly max: number },
  root: { readonly rootKey: Uint8Array; readonly lorawan11: boolean },
): Buffer {
  const request = Buffer.alloc(30);
  request[0] = 2;
  request.set(Buffer.from(mcAddr, "hex").reverse(), 2);
  request.set(aesDecrypt(mcKeKey(root.rootKey, root.lorawan11), mcKey), 6);
  request.writeUInt32LE(range.min, 22);
  request.writeUInt32LE(range.max, 26);
  return request;
}

/** McClassCSessionReq for group 0: `timeOut` is the exponent, the frequency in units of 100 Hz. */
export function classCSessionReq(session: {
  readonly time: number;
  readonly timeOut: number;
  readonly frequency: number;
  readonly dataRate: number;
}): Buffer {
  const request = Buffer.alloc(11);
  request[0] = 4;
  request.writeUInt32LE(session.time, 2);
  request[6] = session.timeOut;
  request.writeUIntLE(session.frequency, 7, 3);
  request[10] = session.dataRate;
  return request;
}

/** McClassBSessionReq for group 0: `timeOut` is the exponent, of beacon periods. */
export function classBSessionReq(session: {
  readonly time: number;
  readonly timeOut: number;
  readonly periodicity: number;
  readonly frequency: number;
  readonly dataRate: number;
}): Buffer {
  const request = classCSessionReq({ ...session, timeOut: (session.periodicity << 4) | session.timeOut });
  request[0] = 5;
  return request;
}
