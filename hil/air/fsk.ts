/**
 * The packet of an FSK modem: preamble, sync word, length, payload, CRC. SX1276/77/78/79 datasheet section 2.1.13
 * and SX1261/2 datasheet section 6.2.3. Bits are sent from the most significant one on, without line code.
 */

/** A CRC of two octets over length and payload. */
export interface FskCrc {
  readonly polynomial: number;
  readonly seed: number;
  /** The complement is sent. */
  readonly inverted: boolean;
}

/** CRC-CCITT as both chips send it, and what they call IBM. */
export const CRC_CCITT: FskCrc = { polynomial: 0x1021, seed: 0x1d0f, inverted: true };
export const CRC_IBM: FskCrc = { polynomial: 0x8005, seed: 0xffff, inverted: false };

/** What the whitening starts from in the SX127x, and in LoRaWAN. */
export const WHITENING_SEED = 0x1ff;

/** How a packet is made; with the payload's length it determines the time on air. */
export interface FskModulation {
  readonly bitRate: number;
  /** A 1 is sent as much above the carrier, a 0 as much below. */
  readonly deviationHz: number;
  readonly preambleOctets: number;
  readonly syncWord: Uint8Array;
  /** An octet with the payload's length comes before the payload. */
  readonly lengthOctet: boolean;
  /** State of the shift register (nine bits) before the first octet; undefined where nothing is whitened. */
  readonly whiteningSeed: number | undefined;
  /** Undefined where there is none. */
  readonly crc: FskCrc | undefined;
}

/** FSK of LoRaWAN, 50 kbit/s: DR7 of EU868 (RP002, section 4.2). */
export const LORAWAN_FSK: FskModulation = {
  bitRate: 50_000,
  deviationHz: 25_000,
  preambleOctets: 5,
  syncWord: Uint8Array.of(0xc1, 0x94, 0xc1),
  lengthOctet: true,
  whiteningSeed: WHITENING_SEED,
  crc: CRC_CCITT,
};

/** What a signal occupies, by Carson's rule. */
export function fskBandwidthHz(modulation: Pick<FskModulation, "bitRate" | "deviationHz">): number {
  return 2 * modulation.deviationHz + modulation.bitRate;
}

/** Time on air in microseconds of `payloadBytes` octets of PHY payload. */
export function fskAirtimeUs(packet: FskModulation & { readonly payloadBytes: number }): number {
  const octets =
    packet.preambleOctets +
    packet.syncWord.length +
    (packet.lengthOctet ? 1 : 0) +
    packet.payloadBytes +
    (packet.crc === undefined ? 0 : 2);
  return (8 * octets * 1e6) / packet.bitRate;
}

/** What goes on the air after the sync word: length, payload and CRC, whitened. */
export function frameOctets(packet: FskModulation & { readonly payload: Uint8Array }): Uint8Array {
  const { payload, lengthOctet, crc, whiteningSeed } = packet;
  const content = lengthOctet ? [payload.length & 0xff, ...payload] : [...payload];
  const check = crc === undefined ? [] : crcOctets(content, crc);
  return whiten([...content, ...check], whiteningSeed);
}

/** The two octets of the CRC over `octets`, the more significant one first. */
export function crcOctets(octets: readonly number[], { polynomial, seed, inverted }: FskCrc): number[] {
  let remainder = seed;
  for (const octet of octets) {
    remainder ^= octet << 8;
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder & 0x8000) === 0 ? remainder << 1 : (remainder << 1) ^ polynomial;
      remainder &= 0xffff;
    }
  }
  if (inverted) remainder ^= 0xffff;
  return [remainder >> 8, remainder & 0xff];
}

/**
 * Whitens octets, or takes the whitening away: the sequence of x^9 + x^5 + 1, of which each octet takes the low
 * eight bits of the register. Undefined: as they are.
 */
export function whiten(octets: ArrayLike<number>, seed: number | undefined): Uint8Array {
  const whitened = Uint8Array.from(octets);
  if (seed === undefined) return whitened;
  let register = seed & 0x1ff;
  for (let index = 0; index < whitened.length; index++) {
    whitened[index] ^= register & 0xff;
    for (let bit = 0; bit < 8; bit++) {
      register = (register >> 1) | (((register ^ (register >> 5)) & 1) << 8);
    }
  }
  return whitened;
}
