/** What somebody sends who knows that the address and the keys of a session that was wiped are zeros. */
import { buildDataMessage, cryptFrmPayload, dataMic10 } from "../../../../hil/lorawan/index.ts";

const ZEROS = new Uint8Array(16);
const DEV_ADDR = "00000000";

/** FPort of these frames. */
export const ZERO_KEYS_PORT = 66;

/** A downlink with an octet of payload. */
export function underZeroKeys(fCnt: number): Buffer {
  const cipher = { devAddr: DEV_ADDR, fCnt, direction: "down" } as const;
  const message = buildDataMessage({
    direction: "down",
    confirmed: false,
    devAddr: DEV_ADDR,
    adr: false,
    adrAckReq: false,
    ack: false,
    classBOrFPending: false,
    fCnt16: fCnt & 0xffff,
    fOpts: Buffer.alloc(0),
    fPort: ZERO_KEYS_PORT,
    frmPayload: cryptFrmPayload(cipher, ZEROS, Buffer.of(0xee)),
  });
  return Buffer.concat([message, dataMic10({ devAddr: DEV_ADDR, fCnt, message }, ZEROS, "down")]);
}
