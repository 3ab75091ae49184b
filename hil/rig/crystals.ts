/** The crystals of a device under test, and by how much they are off. */
import { RigError } from "./rig-error.ts";

/** Errors of the crystals of one board, in parts per million: fast, where they are more than 0; none where not given. */
export interface Crystals {
  /** Of that by which its processor counts time. */
  readonly crystalPpm?: number;
  /** Of that of its radio: the carrier lies so far off, where it sends and where it listens. */
  readonly radioCrystalPpm?: number;
}

/** A tenth: no oscillator of a board that can join is worse. */
const MOST_PPM = 100_000;

/** Throws RigError for an error that no oscillator has. */
export function refuseCrystals({ crystalPpm = 0, radioCrystalPpm = 0 }: Crystals): void {
  for (const [name, value] of Object.entries({ crystalPpm, radioCrystalPpm })) {
    if (Number.isFinite(value) && Math.abs(value) <= MOST_PPM) continue;
    throw new RigError("usage", `${name} must be a number from -${MOST_PPM} to ${MOST_PPM}, not ${value}`);
  }
}
