/**
 * The version of the LoRaWAN link layer that the image speaks: 1.1 (true) or 1.0.4 (false). One image
 * speaks one version; the code and the data of the other are not in it. @config by --lorawan
 */
export const LORAWAN_1_1: boolean = true;

/**
 * Whether the device sends rejoin-requests: of type 0 and 2 where the network asks for them, of type 1 as
 * REJOIN_1_UPLINKS says. Of 1.1 only. @config
 */
export const REJOIN: boolean = false;

/** Whether the device can be of class B, and so open ping slots by the beacons of gateways. @config */
export const CLASS_B: boolean = false;

/** Whether the device can be of class C, and so listen all the time. @config */
export const CLASS_C: boolean = false;

/** Whether frames may come that answer no uplink. */
export const HEARS_UNASKED: boolean = CLASS_B || CLASS_C;

/** The minor version in RekeyInd and RekeyConf: 1 of 1.1. */
export const MINOR_VERSION = 1;
