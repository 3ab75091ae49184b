/** What every driver keeps to. */
import type { Int } from "../lang/index.ts";

/** The longest frame that is taken from the modem, which ignores longer ones. */
export const MAX_LENGTH = 64;

/** Octets of a beacon of class B: as many as its region says. */
export type BeaconLength = Int<16, 23>;

/** An output power in dBm that some amplifier of the chips has. One that has less gives the most or least of its own. */
export type PowerDbm = Int<-17, 22>;
