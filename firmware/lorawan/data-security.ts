/**
 * MIC and encryption of data frames: TS001-1.0.4, 4.3.3 and 4.4; TS001-1.1, 4.3 and 4.4, with
 * the FOpts encryption errata (the A block of FOpts tells the counter that it goes by). Plain functions over
 * a frame buffer.
 */
import { cmac, encryptBlock, forgetKey } from "../crypto/index.ts";
import {
  type Bytes,
  copy,
  fill,
  type Int,
  store16le,
  store32le,
  type u8,
  type u16,
  type u32,
  view,
} from "../lang/index.ts";
import { Direction, type FrameBuffer, PHY } from "./frame.ts";

/** Octet 4 of the A block. */
export const enum CipherUse {
  FrmPayload = 0,
  /** FOpts of an uplink, or of a downlink that NFCntDown counts. */
  FOpts = 1,
  /** FOpts of a downlink that AFCntDown counts. */
  FOptsByAFCntDown = 2,
}

const A_BLOCK = 0x01;
const B_BLOCK = 0x49;

/** What the A and B blocks have in common. */
function writeBlock(
  block: Bytes<16>,
  first: u8,
  direction: u8,
  devAddr: Bytes<4>,
  fCnt: u32,
  last: u8,
): void {
  fill(block, 0, 16, 0);
  block[0] = first;
  block[5] = direction;
  copy(block, 6, devAddr, 0, 4);
  store32le(block, 10, fCnt);
  block[15] = last;
}

/**
 * Encrypts or decrypts frame[start..end) in place: FRMPayload under the AppSKey (FPort 1 to 255) or the
 * NwkSEncKey (FPort 0; in 1.0 the NwkSKey), FOpts of 1.1 under the NwkSEncKey. `start` after `end`
 * counts as nothing to do.
 */
export function crypt(
  key: Bytes<16>,
  use: u8,
  frame: FrameBuffer,
  start: Int<0, 80>,
  end: Int<0, 80>,
  direction: u8,
  devAddr: Bytes<4>,
  fCnt: u32,
): void {
  const keystream = new Uint8Array(16);
  let used: Int<0, 16> = 16;
  let blockNumber: Int<1, 81> = 1;
  for (let i = start; i < end; i++) {
    if (used >= 16) {
      writeBlock(keystream, A_BLOCK, direction, devAddr, fCnt, blockNumber);
      keystream[4] = use;
      encryptBlock(key, keystream);
      if (blockNumber < 81) blockNumber++;
      used = 0;
    }
    frame[i] = frame[i] ^ keystream[used];
    used++;
  }
  forgetKey();
}

/**
 * CMAC of B0 and of the message that ends before frame[end], into `tag`: the MIC is its first four octets. The
 * key is the NwkSKey (1.0), the SNwkSIntKey (1.1, downlink) or the FNwkSIntKey (1.1, uplink).
 * `confFCnt` is 0 but in a downlink of 1.1 with ACK: there the FCntUp that it acknowledges.
 */
export function cmacB0(
  key: Bytes<16>,
  frame: FrameBuffer,
  end: Int<16, 80>,
  direction: u8,
  confFCnt: u16,
  devAddr: Bytes<4>,
  fCnt: u32,
  tag: Bytes<16>,
): void {
  writeBlock(view(frame, 0, 16), B_BLOCK, direction, devAddr, fCnt, end - PHY);
  store16le(frame, 1, confFCnt);
  cmac(key, frame, 0, end, tag);
}

/**
 * CMAC of B1 and of the uplink of 1.1 that ends before frame[end], under the SNwkSIntKey, into `tag`: its first
 * two octets are the first half of the MIC. `confFCnt` is the FCntDown that the uplink acknowledges, or 0.
 */
export function cmacB1(
  sNwkSIntKey: Bytes<16>,
  frame: FrameBuffer,
  end: Int<16, 80>,
  confFCnt: u16,
  dataRate: u8,
  channel: u8,
  devAddr: Bytes<4>,
  fCnt: u32,
  tag: Bytes<16>,
): void {
  writeBlock(view(frame, 0, 16), B_BLOCK, Direction.Up, devAddr, fCnt, end - PHY);
  store16le(frame, 1, confFCnt);
  frame[3] = dataRate;
  frame[4] = channel;
  cmac(sNwkSIntKey, frame, 0, end, tag);
}
