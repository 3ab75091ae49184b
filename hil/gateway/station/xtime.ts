/**
 * xtime, a station's time of what its radios hear and send: bits 62 to 56 the radio, bits 55 to 48 a number that no two runs
 * of the radio in a row share and that is never 0, below them microseconds since the radio began (ral.h).
 */

const RADIO_SHIFT = 56n;
const SESSION_SHIFT = 48n;
const US_MASK = (1n << SESSION_SHIFT) - 1n;

export interface Xtime {
  readonly radio: number;
  /** 1 to 255. */
  readonly session: number;
  readonly us: number;
}

export function formXtime({ radio, session, us }: Xtime): bigint {
  return (BigInt(radio) << RADIO_SHIFT) | (BigInt(session) << SESSION_SHIFT) | BigInt(us);
}

export function splitXtime(xtime: bigint): Xtime {
  return {
    radio: Number((xtime >> RADIO_SHIFT) & 0x7fn),
    session: Number((xtime >> SESSION_SHIFT) & 0xffn),
    us: Number(xtime & US_MASK),
  };
}
