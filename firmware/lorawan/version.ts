/**
 * The version of the LoRaWAN link layer that the image speaks: 1.1 (true) or 1.0.4 (false). One image
 * speaks one version; the code and the data of the other are not in it. @config by --lorawan
 */
export const LORAWAN_1_1: boolean = true;

/** CID of RekeyInd, by which a device names its version, and of RekeyConf, which answers it (TS001-1.1, 5.10). */
export const REKEY = 0x0b;

/** The minor version in both: 1 of 1.1. */
export const MINOR_VERSION = 1;
