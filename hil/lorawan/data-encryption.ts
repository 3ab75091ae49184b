/**
 * Encryption of FRMPayload and FOpts: exclusive-or with AES(K, A(i)), so the same call encrypts and decrypts.
 * LoRaWAN L2 1.0.4 section 4.3.3, 1.1 sections 4.3.1.6 and 4.3.3; FOpts in the form of the 1.1 errata on
 * "FOpts encryption, usage of FCntDwn".
 *
 * A(i) = 01 | 00 00 00 | kind | Dir | DevAddr(4) | FCnt(4) | 00 | i
 * kind: 0 FRMPayload; 1 FOpts of uplinks and of downlinks counted by NFCntDown; 2 FOpts counted by AFCntDown.
 */
import { AES_BLOCK_OCTETS, aesEncrypt } from "./aes.ts";
import type { Direction } from "./data-frame.ts";
import { DEV_ADDR_OCTETS, numberToAirOrder, toAirOrder } from "./identifiers.ts";

/** The frame that the octets belong to; `fCnt` has its full 32 bits. */
export interface CipherInput {
  readonly devAddr: string;
  readonly fCnt: number;
}

/** Which counter numbers the frame. */
export type FrameCounter = "FCntUp" | "NFCntDown" | "AFCntDown";

function crypt(
  key: Uint8Array,
  input: CipherInput,
  a: { kind: number; direction: Direction },
  octets: Uint8Array,
): Buffer {
  const blocks = Array.from({ length: Math.ceil(octets.length / AES_BLOCK_OCTETS) }, (_, i) =>
    Buffer.concat([
      Buffer.of(0x01, 0, 0, 0, a.kind, a.direction === "up" ? 0 : 1),
      toAirOrder(input.devAddr, DEV_ADDR_OCTETS),
      numberToAirOrder(input.fCnt, 4),
      Buffer.of(0, i + 1),
    ]),
  );
  const keystream = aesEncrypt(key, Buffer.concat(blocks));
  return Buffer.from(octets.map((octet, i) => octet ^ keystream[i]));
}

/** `key` is AppSKey for FPort 1 to 255, NwkSEncKey (1.0.x: NwkSKey) for FPort 0. */
export function cryptFrmPayload(
  input: CipherInput & { readonly direction: Direction },
  key: Uint8Array,
  frmPayload: Uint8Array,
): Buffer {
  return crypt(key, input, { kind: 0, direction: input.direction }, frmPayload);
}

/** 1.1 (OptNeg 1) only: 1.0.x sends FOpts in clear. */
export function cryptFOpts(
  input: CipherInput & { readonly counter: FrameCounter },
  nwkSEncKey: Uint8Array,
  fOpts: Uint8Array,
): Buffer {
  const direction = input.counter === "FCntUp" ? "up" : "down";
  return crypt(nwkSEncKey, input, { kind: input.counter === "AFCntDown" ? 2 : 1, direction }, fOpts);
}
