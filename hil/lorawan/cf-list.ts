/**
 * CFList of a join-accept, 16 octets, the last one its type. LoRaWAN L2 1.0.4 section 6.2, RP002-1.0.4
 * (per region): type 0 is five channel frequencies, type 1 is channel masks.
 */
import { FrameError } from "./frame-error.ts";

export const CF_LIST_OCTETS = 16;
const FREQUENCIES = 5;
const MASKS = 7;
/** Freq24 counts 100 Hz (all regions but ISM2400). */
const FREQUENCY_STEP_HZ = 100;

export type CfList =
  /** Five frequencies of the channels after the default ones; 0 = unused. */
  | { readonly type: 0; readonly frequenciesHz: readonly number[] }
  /** ChMask of channels 0-15, 16-31, …; up to seven of 16 bits. */
  | { readonly type: 1; readonly channelMasks: readonly number[] };

/** @throws FrameError on a wrong length or an unknown type. */
export function parseCfList(octets: Uint8Array): CfList {
  if (octets.length !== CF_LIST_OCTETS)
    throw new FrameError(`a CFList has ${CF_LIST_OCTETS} octets, not ${octets.length}`);
  const list = Buffer.from(octets);
  const type = list[CF_LIST_OCTETS - 1];
  if (type === 0) {
    const frequenciesHz = Array.from(
      { length: FREQUENCIES },
      (_, i) => list.readUIntLE(3 * i, 3) * FREQUENCY_STEP_HZ,
    );
    return { type, frequenciesHz };
  }
  if (type === 1) {
    return { type, channelMasks: Array.from({ length: MASKS }, (_, i) => list.readUInt16LE(2 * i)) };
  }
  throw new FrameError(`CFListType ${type} is neither 0 (frequencies) nor 1 (channel masks)`);
}

/** @throws FrameError if there are too many entries or one does not fit. */
export function buildCfList(cfList: CfList): Buffer {
  const octets = Buffer.alloc(CF_LIST_OCTETS);
  octets[CF_LIST_OCTETS - 1] = cfList.type;
  if (cfList.type === 1) {
    if (cfList.channelMasks.length > MASKS) throw new FrameError(`a CFList holds ${MASKS} channel masks`);
    for (const [i, mask] of cfList.channelMasks.entries()) octets.writeUInt16LE(mask, 2 * i);
    return octets;
  }
  if (cfList.frequenciesHz.length > FREQUENCIES)
    throw new FrameError(`a CFList holds ${FREQUENCIES} frequencies`);
  for (const [i, frequencyHz] of cfList.frequenciesHz.entries()) {
    if (frequencyHz % FREQUENCY_STEP_HZ !== 0)
      throw new FrameError(`${frequencyHz} Hz is not a multiple of ${FREQUENCY_STEP_HZ} Hz`);
    octets.writeUIntLE(frequencyHz / FREQUENCY_STEP_HZ, 3 * i, 3);
  }
  return octets;
}
