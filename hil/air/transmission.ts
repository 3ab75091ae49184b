/** What is on the air: one packet of one transmitter, in LoRa or in FSK. */
import type { FskModulation } from "./fsk.ts";

/** How the symbols of a LoRa packet are made; with the payload's length it determines the time on air. */
export interface LoraModulation {
  readonly bandwidthHz: number;
  /** 5 to 12. */
  readonly spreadingFactor: number;
  /** 1 to 4, for 4/5 to 4/8. */
  readonly codingRate: number;
  /** As programmed, without the symbols of the sync word that follow. */
  readonly preambleSymbols: number;
  readonly implicitHeader: boolean;
  /** The payload carries a CRC. */
  readonly crc: boolean;
  readonly lowDataRateOptimize: boolean;
  /** SF5 and SF6 of the SX126x and later chips: two symbols more before the header. The SX127x does not know them. */
  readonly extendedSync?: boolean;
}

/** Whatever the modulation. Instants are nanoseconds of the run. */
interface Packet {
  /** The name under which the transmitter also receives: nobody hears himself. */
  readonly from: string;
  readonly frequencyHz: number;
  /** What the signal occupies around that. */
  readonly bandwidthHz: number;
  /** Radiated power. */
  readonly powerDbm: number;
  /** A transmitter that is fed while it sends may write octets here until they have left; at `endNs` it is complete. */
  readonly payload: Uint8Array;
  /** Begin of the preamble. */
  readonly startNs: number;
  /** End of the last symbol. */
  readonly endNs: number;
}

/** A LoRa packet on the air. */
export interface LoraTransmission extends Packet, LoraModulation {
  readonly modulation: "lora";
  readonly iqInverted: boolean;
  /** 0x34 for LoRaWAN, 0x12 for private networks. */
  readonly syncWord: number;
}

/** An FSK packet on the air. */
export interface FskTransmission extends Packet, FskModulation {
  readonly modulation: "fsk";
}

export type Transmission = LoraTransmission | FskTransmission;
