/** GPS time, in which LoRaWAN states instants: it does not know leap seconds. */

const GPS_EPOCH_MS = Date.UTC(1980, 0, 6);

/** How far GPS time is ahead of UTC: the leap seconds since its epoch. */
const LEAP_SECONDS = 18;

/** Milliseconds of GPS time since its epoch, 1980-01-06. */
export function gpsMsOf(instant: Date): number {
  return instant.getTime() - GPS_EPOCH_MS + LEAP_SECONDS * 1000;
}
