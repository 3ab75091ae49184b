/** A multicast group as its server has it, whose frames the servers' codec builds. */
import { buildDataMessage, cryptFrmPayload, dataMic10 } from "../../../../hil/lorawan/index.ts";

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
