/** Builds a data downlink: FOpts encrypted with OptNeg, MIC by version. LoRaWAN L2 1.0.4 and 1.1, section 4. */
import { buildDataMessage } from "../../lorawan/index.ts";
import type { NetworkSession } from "./session.ts";

export interface DownlinkContent {
  /** 32 bits, of the counter that numbers frames on `fPort`. */
  readonly fCntDown: number;
  readonly confirmed: boolean;
  /** Acknowledges the last uplink. */
  readonly ack: boolean;
  readonly fPending: boolean;
  /** MAC commands in clear. */
  readonly fOpts: Uint8Array;
  readonly fPort?: number;
  /** As the Application Server encrypted it. */
  readonly frmPayload: Uint8Array;
}

export function buildDownlink(session: NetworkSession, content: DownlinkContent): Buffer {
  const { devAddr } = session;
  const { fCntDown: fCnt, fPort } = content;
  const counter = session.downlinkCounter(fPort);
  const message = buildDataMessage({
    direction: "down",
    confirmed: content.confirmed,
    devAddr,
    adr: false,
    adrAckReq: false,
    ack: content.ack,
    classBOrFPending: content.fPending,
    fCnt16: fCnt & 0xffff,
    fOpts: session.cryptFOpts({ devAddr, fCnt, counter }, content.fOpts),
    fPort,
    frmPayload: content.frmPayload,
  });
  return Buffer.concat([message, session.downlinkMic({ devAddr, fCnt, message })]);
}
