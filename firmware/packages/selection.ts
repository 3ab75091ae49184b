/** Which application packages an image has. One that is not chosen costs nothing. */
import { CONSOLE_COMMANDS } from "../hal/index.ts";
import type { Int, u32 } from "../lang/index.ts";

/** Application layer clock synchronisation (TS003-2.0.0). @config */
export const CLOCK_SYNC: boolean = false;

/** Fragmented data block transport (TS004-2.0.0). @config */
export const FRAGMENTATION: boolean = false;

/** Fragmented data block transport on the wire of TS004-1.0.0. @config */
export const FRAGMENTATION_V1: boolean = false;

/** Fragments of the longest block, without the coded ones: a multiple of 8. Each takes two bits of RAM. @config */
export const MAX_FRAGMENTS: Int<8, 1016> = 128;

/** @refused MAX_FRAGMENTS must be a multiple of 8: the fragments that came are kept as bits of octets */
export const HAS_PART_OF_OCTET: boolean = (MAX_FRAGMENTS & 7) !== 0;

/** Fragments of a block that may be lost. Each takes four octets of RAM. @config */
export const MAX_LOST: Int<1, 32> = 16;

/** Octets of the longest block that there is memory for. @config */
export const MAX_BLOCK: Int<1, 48768> = 4096;

/** Remote multicast set-up (TS005-2.0.0). @config */
export const MULTICAST_SETUP: boolean = false;

/** Multicast groups at most. @config */
export const MAX_GROUPS: Int<1, 4> = 1;

/** Certification protocol (TS009): for tests only, as whoever has the AppSKey commands the device by it. @config */
export const CERTIFICATION: boolean = false;

/** What DutVersionsAns says of the firmware: major, minor, patch and revision, an octet each. @config */
export const FIRMWARE_VERSION: u32 = 0x00010000;

/** Whether there is any package at all. */
export const HAS_PACKAGES: boolean = CLOCK_SYNC || FRAGMENTATION || MULTICAST_SETUP || CERTIFICATION;

/** Octets of the longest uplink of a package, or that the console asks for; 1 where there is neither. */
export const PACKAGE_ROOM: Int<1, 51> = CERTIFICATION
  ? 51
  : MULTICAST_SETUP
    ? 24
    : HAS_PACKAGES || CONSOLE_COMMANDS
      ? 16
      : 1;
