/** Which application packages an image has. One that is not chosen costs nothing. */
import type { Int } from "../lang/index.ts";

/** Application layer clock synchronisation (TS003-2.0.0). @config */
export const CLOCK_SYNC: boolean = false;

/** Whether there is any package at all. */
export const HAS_PACKAGES: boolean = CLOCK_SYNC;

/** FPorts of applications are 1 to this one; behind it stands the one of certification. */
export const LAST_PORT: Int<223, 224> = 223;

/** Octets of the longest uplink of a package; 0 where there is none. */
export const PACKAGE_ROOM: Int<0, 51> = CLOCK_SYNC ? 16 : 0;
