/**
 * The words of the harness, which the inputs to begin with are made of: what comes in a window, and what the
 * application does.
 */

/** What comes in a window: the first octet of harness/network.c's `receive`. */
export const SILENCE = [0];
export const REPLAY = [3];

/** A join-accept of NetID 00C0DE and DevAddr 26011F42 with the next JoinNonce, or one off by `distance`. */
export function joinAccept(
  dlSettings: number,
  rxDelay: number,
  cfList: readonly number[] = [],
  distance = 0,
): number[] {
  const body = [0xde, 0xc0, 0x00, 0x42, 0x1f, 0x01, 0x26, dlSettings, rxDelay, ...cfList];
  return [5, 0, distance & 0xff, body.length, ...body];
}

/** An unconfirmed data frame with the expected FCnt, or an FCnt off by `distance`. */
export function downlink(fCtrl: number, rest: readonly number[], distance = 0, mhdr = 0): number[] {
  return [2, mhdr, fCtrl, distance & 0xff, (distance >> 8) & 0xff, rest.length, ...rest];
}

export function octets(hex: string): number[] {
  return [...Buffer.from(hex, "hex")];
}

/** The application sends so many octets, and asks for LinkCheckAns and DeviceTimeAns. */
export function uplink(length: number): number[] {
  return [3, length];
}

export const POWER_CYCLE = [0xfe];

/** To group `id`, with the least FCnt that it may have, or one off by `distance`. */
export function groupFrame(id: number, rest: readonly number[], distance = 0, fCtrl = 0): number[] {
  return [7, id, 0, fCtrl, distance & 0xff, (distance >> 8) & 0xff, rest.length, ...rest];
}

/** The beacon that is due, or one off by so many periods; how many milliseconds late, and what its Time is spoilt with. */
export function beacon(distance = 0, lateMs = 0, spoilt = 0): number[] {
  return [8, distance & 0xff, lateMs, spoilt];
}
