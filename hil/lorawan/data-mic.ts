/**
 * MIC of data frames. LoRaWAN L2 1.0.4 section 4.4, 1.1 section 4.4: AES-CMAC over a block B0 (or B1) and
 * the message (MHDR to FRMPayload).
 *
 * B0 = 49 | ConfFCnt(2) | 00 00       | Dir | DevAddr(4) | FCnt(4) | 00 | len
 * B1 = 49 | ConfFCnt(2) | TxDr | TxCh | 00  | DevAddr(4) | FCnt(4) | 00 | len   (1.1 uplinks)
 */
import type { Direction } from "./data-frame.ts";
import { DEV_ADDR_OCTETS, numberToAirOrder, toAirOrder } from "./identifiers.ts";
import { cmacMic } from "./mic.ts";

/** What every MIC block holds; `fCnt` has its full 32 bits. */
export interface MicInput {
  readonly devAddr: string;
  readonly fCnt: number;
  readonly message: Uint8Array;
}

function block(
  input: MicInput,
  values: { direction: Direction; confFCnt?: number; txDr?: number; txCh?: number },
): Buffer {
  const { direction, confFCnt = 0, txDr = 0, txCh = 0 } = values;
  return Buffer.concat([
    Buffer.of(0x49),
    numberToAirOrder(confFCnt & 0xffff, 2),
    Buffer.of(txDr, txCh, direction === "up" ? 0 : 1),
    toAirOrder(input.devAddr, DEV_ADDR_OCTETS),
    numberToAirOrder(input.fCnt, 4),
    Buffer.of(0, input.message.length),
  ]);
}

/** 1.0.x, and a 1.1 device under OptNeg 0: both directions, ConfFCnt is always 0. */
export function dataMic10(input: MicInput, nwkSKey: Uint8Array, direction: Direction): Buffer {
  return cmacMic(nwkSKey, block(input, { direction }), input.message);
}

/** ConfFCnt counts only in a frame that acknowledges something: ACK, bit 5 of FCtrl, is set. */
function acknowledged(input: MicInput & { readonly confFCnt: number }): number {
  return (input.message[5] & 0x20) !== 0 ? input.confFCnt : 0;
}

/**
 * 1.1 uplink: two octets by SNwkSIntKey over B1, two by FNwkSIntKey over B0. `confFCnt` is the FCnt of the
 * last confirmed downlink, used if the frame has ACK set; `txDr` and `txCh` are the indices of the data rate
 * and channel used, so a repetition on another channel has another MIC.
 */
export function uplinkMic11(
  input: MicInput & { readonly confFCnt: number; readonly txDr: number; readonly txCh: number },
  keys: { readonly sNwkSIntKey: Uint8Array; readonly fNwkSIntKey: Uint8Array },
): Buffer {
  const { txDr, txCh } = input;
  const b1 = block(input, { direction: "up", confFCnt: acknowledged(input), txDr, txCh });
  const serving = cmacMic(keys.sNwkSIntKey, b1, input.message);
  const forwarding = cmacMic(keys.fNwkSIntKey, block(input, { direction: "up" }), input.message);
  return Buffer.concat([serving.subarray(0, 2), forwarding.subarray(0, 2)]);
}

/** 1.1 downlink. `confFCnt` is the FCnt of the last confirmed uplink, used if the frame has ACK set. */
export function downlinkMic11(
  input: MicInput & { readonly confFCnt: number },
  sNwkSIntKey: Uint8Array,
): Buffer {
  return cmacMic(
    sNwkSIntKey,
    block(input, { direction: "down", confFCnt: acknowledged(input) }),
    input.message,
  );
}
