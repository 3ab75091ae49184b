/**
 * What is lost between two stations: as it is set for the pair, else as it is set for one of them, else by their distance,
 * else a usual link. Antennas give back what they have.
 *
 * By distance: log-distance, with the figures that J. Petäjäjärvi and others measured in Oulu at 868 MHz between a car and an
 * antenna 24 m above ground ("On the Coverage of LPWANs", ITST 2015): 128.95 dB at 1 km, exponent 2.32, and a deviation of
 * 7.8 dB around that. Shadowing is one figure a pair, the same both ways and as long as the run lasts. There is no
 * fading within it, no terrain, and no other frequency.
 */
import { DEFAULT_PATH_LOSS_DB } from "./link-budget.ts";

/** Metres east and north of some point. */
export type Position = readonly [xM: number, yM: number];

/** Where a station is, and how it is connected to the air. */
export interface Placement {
  readonly position?: Position;
  /** 0 where not given: an isotropic one. */
  readonly antennaGainDbi?: number;
  /** To whatever has no loss of its own to it; goes before the position. */
  readonly pathLossDb?: number;
}

export interface Shadowing {
  /** Standard deviation of the loss by distance; 0: none. */
  readonly sigmaDb: number;
  /** What the figures of all pairs follow from. */
  readonly seed: number;
}

/** The deviation that was measured in Oulu. */
export const OULU_SHADOWING_DB = 7.8;

const LOSS_AT_REFERENCE_DB = 128.95;
const REFERENCE_M = 1000;
const EXPONENT = 2.32;
/** Nothing is nearer: the model has no near field. */
const LEAST_DISTANCE_M = 1;

/** Loss in dB over so many metres, without shadowing. */
export function pathLossDb(distanceM: number): number {
  const distance = Math.max(distanceM, LEAST_DISTANCE_M);
  return LOSS_AT_REFERENCE_DB + 10 * EXPONENT * Math.log10(distance / REFERENCE_M);
}

export class Propagation {
  readonly #pairs = new Map<string, number>();
  readonly #placements = new Map<string, Placement>();
  readonly #shadowing: Shadowing | undefined;

  constructor(shadowing?: Shadowing) {
    this.#shadowing = shadowing;
  }

  /** Sets the loss between two stations, both ways. Infinity separates them. */
  setPathLossDb(a: string, b: string, lossDb: number): void {
    this.#pairs.set(pair(a, b), lossDb);
  }

  /** Throws RangeError for what is no number. */
  place(station: string, placement: Placement): void {
    const { position, antennaGainDbi = 0, pathLossDb = 0 } = placement;
    if (position !== undefined && !(position.length === 2 && position.every(Number.isFinite)))
      throw new RangeError(`position of ${station} must be two numbers of metres, not ${position}`);
    if (!Number.isFinite(antennaGainDbi))
      throw new RangeError(`antennaGainDbi of ${station} must be a number, not ${antennaGainDbi}`);
    // An infinite one: the station is out of reach.
    if (Number.isNaN(pathLossDb)) throw new RangeError(`pathLossDb of ${station} must be a number, not NaN`);
    this.#placements.set(station, placement);
  }

  /** From the transmitter's power to the receiver's, antennas included. */
  lossDb(a: string, b: string): number {
    const [from, to] = [this.#placements.get(a) ?? {}, this.#placements.get(b) ?? {}];
    return this.#pathLossDb(a, b, from, to) - (from.antennaGainDbi ?? 0) - (to.antennaGainDbi ?? 0);
  }

  #pathLossDb(a: string, b: string, from: Placement, to: Placement): number {
    const set = this.#pairs.get(pair(a, b));
    if (set !== undefined) return set;
    const ofStations = [from.pathLossDb, to.pathLossDb].filter((lossDb) => lossDb !== undefined);
    if (ofStations.length > 0) return Math.max(...ofStations);
    if (from.position === undefined || to.position === undefined) return DEFAULT_PATH_LOSS_DB;
    const [dx, dy] = [from.position[0] - to.position[0], from.position[1] - to.position[1]];
    return pathLossDb(Math.hypot(dx, dy)) + this.#shadowingDb(pair(a, b));
  }

  /** Normally distributed (Box and Muller), from two numbers that follow from seed and pair alone. */
  #shadowingDb(key: string): number {
    if (this.#shadowing === undefined || this.#shadowing.sigmaDb === 0) return 0;
    const { sigmaDb, seed } = this.#shadowing;
    const [u, v] = ["u", "v"].map((which) => uniform(`${seed} ${which} ${key}`));
    return sigmaDb * Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
  }
}

/** In [0, 1): FNV-1a of the text, mixed by the finalizer of MurmurHash3. */
function uniform(text: string): number {
  let hash = 0x811c9dc5;
  for (const octet of Buffer.from(text)) hash = Math.imul(hash ^ octet, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** One key for a pair of stations, whichever way round. */
function pair(a: string, b: string): string {
  return a < b ? `${a}\n${b}` : `${b}\n${a}`;
}
