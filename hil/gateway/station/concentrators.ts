/**
 * Which radio of which concentrator hears which channel. A concentrator (SX1301 or SX1302) has two radios, and behind them
 * eight demodulators of 125 kHz and one of a wider channel; a radio hears what lies near enough to its centre.
 */
import { PacketError } from "../packet-error.ts";

/** Concentrators that Basics Station drives at most (MAX_130X). */
const MAX_CONCENTRATORS = 8;
const RADIOS = 2;
export const NARROW_CHANNELS = 8;
export const NARROW_HZ = 125_000;

export interface PlacedChannel {
  readonly radio: 0 | 1;
  /** From the radio's centre. */
  readonly offsetHz: number;
}

export interface WideChannel {
  readonly bandwidthHz: number;
  readonly spreadingFactor: number;
}

export interface ConcentratorLayout {
  /** One or two. */
  readonly radiosHz: readonly number[];
  readonly narrow: readonly PlacedChannel[];
  readonly wide?: PlacedChannel & WideChannel;
}

interface Channel {
  readonly frequencyHz: number;
  readonly bandwidthHz: number;
  readonly spreadingFactor?: number;
}

/**
 * How far the middle of a channel may lie from that of the radio: half of what the radio filters, less half a channel
 * (libloragw).
 */
export function reachHz(bandwidthHz: number): number {
  const filterHz = bandwidthHz <= NARROW_HZ ? 925_000 : bandwidthHz <= 250_000 ? 1_000_000 : 1_100_000;
  return (filterHz - bandwidthHz) / 2;
}

/** @throws PacketError if no station has radios enough for the channels. */
export function layOut(channels: readonly Channel[]): ConcentratorLayout[] {
  const sorted = channels
    .filter(({ bandwidthHz }) => bandwidthHz === NARROW_HZ)
    .map(({ frequencyHz }) => frequencyHz)
    .sort((a, b) => a - b);
  const wides = channels.filter(({ bandwidthHz }) => bandwidthHz !== NARROW_HZ);
  const layouts: ConcentratorLayout[] = [];
  for (let rest = sorted; rest.length > 0; ) {
    const groups: number[][] = [];
    for (let left = NARROW_CHANNELS; groups.length < RADIOS && rest.length > 0 && left > 0; ) {
      const [firstHz] = rest;
      const isNear = (frequencyHz: number) => frequencyHz - firstHz <= 2 * reachHz(NARROW_HZ);
      const group = rest.filter(isNear).slice(0, left);
      groups.push(group);
      rest = rest.slice(group.length);
      left -= group.length;
    }
    layouts.push(layout(groups, wides));
  }
  const placed = layouts.filter(({ wide }) => wide !== undefined).length;
  if (layouts.length > MAX_CONCENTRATORS || placed < wides.length) {
    throw new PacketError(
      "channels",
      `a station has ${MAX_CONCENTRATORS} concentrators at most, too few for these ${channels.length}`,
    );
  }
  return layouts;
}

/** One concentrator for the channels of its radios, and for the wide channel between them, if there is one. */
function layout(groups: readonly (readonly number[])[], wides: readonly Channel[]): ConcentratorLayout {
  const lowestHz = groups[0][0];
  const highestHz = groups.at(-1)!.at(-1)!;
  const wide = wides.find(({ frequencyHz }) => frequencyHz > lowestHz && frequencyHz < highestHz);
  const radiosHz = groups.map((group) => centreOf(group, wide?.frequencyHz));
  const narrow = groups.flatMap((group, radio) =>
    group.map((frequencyHz) => ({ radio: radio as 0 | 1, offsetHz: frequencyHz - radiosHz[radio] })),
  );
  if (wide === undefined) return { radiosHz, narrow };
  const offsetsHz = radiosHz.map((centreHz) => wide.frequencyHz - centreHz);
  const radio = Math.abs(offsetsHz[0]) <= Math.abs(offsetsHz.at(-1)!) ? 0 : 1;
  if (Math.abs(offsetsHz[radio]) > reachHz(wide.bandwidthHz)) return { radiosHz, narrow };
  return {
    radiosHz,
    narrow,
    wide: {
      radio,
      offsetHz: offsetsHz[radio],
      bandwidthHz: wide.bandwidthHz,
      spreadingFactor: wide.spreadingFactor!,
    },
  };
}

/** Where a radio hears all of its channels, as near to the wide channel as that allows. */
function centreOf(group: readonly number[], wideHz: number | undefined): number {
  const [lowestHz, highestHz] = [group[0], group.at(-1)!];
  const middleHz = Math.round((lowestHz + highestHz) / 2);
  const reach = reachHz(NARROW_HZ);
  return Math.min(Math.max(wideHz ?? middleHz, highestHz - reach), lowestHz + reach);
}
