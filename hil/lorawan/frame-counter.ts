/** Frame counters have 32 bits, frames carry the low 16. LoRaWAN L2 1.0.4 and 1.1, section 4.3.1.5. */

/** The largest value; a session ends before it would wrap. */
export const FCNT_LIMIT = 0xffff_ffff;

/**
 * The counter that a frame means: the smallest value with the received low half that is not below `last`.
 * Equal to `last` means a repetition. The MIC tells whether the guess is right: there is no maximal gap any more.
 * @param last the last value accepted, undefined before the first frame of a session.
 */
export function reconstructFCnt(fCnt16: number, last: number | undefined): number {
  if (last === undefined) return fCnt16;
  const sameHigh = last - (last % 0x10000) + fCnt16;
  return sameHigh < last ? sameHigh + 0x10000 : sameHigh;
}
