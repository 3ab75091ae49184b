/** Spans of time as specs write them: "20 s", "500 ms". */

/** A number, a space and a unit: microseconds, milliseconds, seconds, minutes, hours, days. */
export type Duration = `${number} ${keyof typeof NS_IN}`;

const NS_IN = { us: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9, d: 86_400e9 } as const;

/** In nanoseconds. Throws RangeError for a text that is no span of time, which types alone do not keep away. */
export function nsOf(duration: Duration): number {
  const [number, unit, ...rest] = duration.split(" ");
  const value = number === "" ? Number.NaN : Number(number);
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY) || rest.length > 0 || !Object.hasOwn(NS_IN, unit)) {
    const units = Object.keys(NS_IN).join(", ");
    throw new RangeError(`"${duration}" is no span of time: write a number, a space and one of ${units}`);
  }
  return value * NS_IN[unit as keyof typeof NS_IN];
}
