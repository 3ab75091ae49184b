/** The GPS receiver of a gateway: the time that beacons and downlinks of class B go by. */

/** A beacon of class B: implicit header, no CRC, IQ not inverted, ten symbols of preamble (RP002-1.0.4). */
export interface BeaconPacket {
  readonly frequencyHz: number;
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  readonly powerDbm: number;
  readonly payload: Uint8Array;
}

export interface Gps {
  /** Milliseconds of GPS time at the clock's zero. */
  readonly zeroMs: number;
  /**
   * What the gateway sends at this GPS time in seconds, a multiple of 128; undefined: it sends none then. A station makes up
   * its beacons by what its server says, but sends them only then, too.
   */
  readonly beacon?: (time: number) => BeaconPacket | undefined;
}

/** The instant of a GPS time in milliseconds, in nanoseconds of the run. */
export function instantAt({ zeroMs }: Pick<Gps, "zeroMs">, gpsMs: number): number {
  return (gpsMs - zeroMs) * 1e6;
}
