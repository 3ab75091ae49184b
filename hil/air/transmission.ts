/** What is on the air: one LoRa packet of one transmitter. */

/** How the symbols of a packet are made; with the payload's length it determines the time on air. */
export interface Modulation {
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

/** A LoRa packet on the air. Instants are nanoseconds of the run. */
export interface Transmission extends Modulation {
  /** The name under which the transmitter also receives: nobody hears himself. */
  readonly from: string;
  readonly frequencyHz: number;
  readonly iqInverted: boolean;
  /** 0x34 for LoRaWAN, 0x12 for private networks. */
  readonly syncWord: number;
  /** Radiated power. */
  readonly powerDbm: number;
  readonly payload: Uint8Array;
  /** Begin of the preamble. */
  readonly startNs: number;
  /** End of the last symbol. */
  readonly endNs: number;
}
