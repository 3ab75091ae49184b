/** Data frames up (TS001-1.0.4, 4; TS001-1.1, 4): unconfirmed, with the acknowledgement that is due and RekeyInd. */
import { copy, type Int, store16le, type u8, u32 } from "../lang/index.ts";
import { CipherUse, cmacB0, cmacB1, crypt } from "./data-security.ts";
import { ACK, Direction, F_OPTS, FrameType, frame, MIC_LENGTH, PHY } from "./frame.ts";
import { appSKey, devAddr, fNwkSIntKey, nwkSEncKey, session, sNwkSIntKey } from "./session.ts";
import { LORAWAN_1_1, MINOR_VERSION, REKEY } from "./version.ts";

/** Octets of payload that fit at every data rate beside a RekeyInd. */
export const MAX_PAYLOAD = 49;

/** Octets of a RekeyInd: CID and minor version. */
const REKEY_IND_LENGTH = 2;

/** Where FRMPayload starts in the frame buffer where FOpts is empty. */
const PAYLOAD = F_OPTS + 1;

/** Where the application writes its payload: behind the longest FOpts that the device sends. */
export const UPLINK_PAYLOAD = LORAWAN_1_1 ? PAYLOAD + REKEY_IND_LENGTH : PAYLOAD;

/** Writes the MIC behind the message that ends before frame[end]. */
function writeMic(end: Int<24, 76>, confFCnt: Int<0, 65535>, dataRate: u8, channel: u8): void {
  const tag = new Uint8Array(16);
  cmacB0(fNwkSIntKey, frame, end, Direction.Up, 0, devAddr, session.fCntUp, tag);
  if (LORAWAN_1_1 && session.isNetwork11) {
    copy(frame, end + 2, tag, 0, 2);
    cmacB1(sNwkSIntKey, frame, end, confFCnt, dataRate, channel, devAddr, session.fCntUp, tag);
    copy(frame, end, tag, 0, 2);
  } else {
    copy(frame, end, tag, 0, MIC_LENGTH);
  }
}

/**
 * Makes the next uplink of the `length` octets at frame[UPLINK_PAYLOAD] and returns its length. It counts FCntUp: a
 * second call makes another frame.
 */
export function composeUplink(port: Int<1, 223>, length: Int<0, 49>, dataRate: u8, channel: u8): Int<1, 64> {
  frame[PHY] = FrameType.UnconfirmedUp << 5;
  copy(frame, PHY + 1, devAddr, 0, 4);
  store16le(frame, PHY + 6, session.fCntUp & 0xffff);
  let fCtrl: u8 = 0;
  let confFCnt: Int<0, 65535> = 0;
  if (session.owesAck) {
    fCtrl = ACK;
    confFCnt = session.confFCntDown;
    session.owesAck = false;
  }
  let start: Int<25, 27> = PAYLOAD;
  if (LORAWAN_1_1) {
    if (session.awaitsRekeyConf) {
      fCtrl = fCtrl | REKEY_IND_LENGTH;
      frame[F_OPTS] = REKEY;
      frame[F_OPTS + 1] = MINOR_VERSION;
      crypt(
        nwkSEncKey,
        CipherUse.FOpts,
        frame,
        F_OPTS,
        F_OPTS + REKEY_IND_LENGTH,
        Direction.Up,
        devAddr,
        session.fCntUp,
      );
      start = PAYLOAD + REKEY_IND_LENGTH;
    } else {
      copy(frame, PAYLOAD, frame, UPLINK_PAYLOAD, length);
    }
  }
  frame[PHY + 5] = fCtrl;
  frame[start - 1] = port;
  const end = start + length;
  crypt(appSKey, CipherUse.FrmPayload, frame, start, end, Direction.Up, devAddr, session.fCntUp);
  writeMic(end, confFCnt, dataRate, channel);
  session.fCntUp = u32(session.fCntUp + 1);
  return end + MIC_LENGTH - PHY;
}
