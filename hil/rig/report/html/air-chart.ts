/**
 * The air as a chart: a row a channel, time to the right, each packet a box that leads to its fields. Times at which nothing
 * was on the air are cut out; each stretch between has a scale of its own, which its label tells.
 */
import type { AirFrame, ReceiveWindow } from "../join-report.ts";
import type { RigRecord } from "../rig-record.ts";
import { count, duration, megahertz, modulation, seconds } from "./format.ts";
import { frameId, isDownlink, noFrames, reception } from "./frames.ts";
import { type Markup, markup } from "./markup.ts";

const LEFT = 58;
const RIGHT = 8;
const TOP = 38;
const ROW = 34;
const BOX = 16;
const BOTTOM = 8;
const CUT = 22;
const NARROWEST_BOX = 7;
/** A stretch has room for its label, and for its boxes side by side. */
const NARROWEST_STRETCH = 74;
const ROOM_A_BOX = 22;
/** The least time that a stretch shows, so that a packet by itself does not fill it. */
const SHORTEST_STRETCH_MS = 500;
/** So long without anything is cut out. */
const SILENCE_MS = 3000;
/** A receiver that is on for longer, as one of class C, is no window. */
const LONGEST_WINDOW_MS = 10_000;
/** Frequencies that differ by less are one channel: crystals are not exact. */
const CHANNEL_HZ = 60_000;

interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly boxes: number;
}

interface PlacedStretch extends Stretch {
  readonly x: number;
  readonly width: number;
}

/** As wide as `width`, or wider where that is too little. */
export function airChart(rig: RigRecord, ids: string, width: number): Markup {
  const windows = rig.devices
    .flatMap(({ receiveWindows }) => receiveWindows)
    .filter(({ startMs, endMs }) => endMs - startMs <= LONGEST_WINDOW_MS);
  const packets = [...rig.air, ...windows];
  if (packets.length === 0) return noFrames(rig);
  const channels = channelsOf(packets);
  const stretches = placed(stretchesOf(packets), width);
  const last = stretches[stretches.length - 1];
  const whole = Math.max(width, last.x + last.width + RIGHT);
  const height = TOP + channels.length * ROW + BOTTOM;
  const box = (packet: { startMs: number; endMs: number; frequencyHz: number }) => {
    const stretch = stretches.find(({ endMs }) => packet.startMs <= endMs) ?? last;
    const at = (ms: number) =>
      stretch.x + (stretch.width * (ms - stretch.startMs)) / Math.max(stretch.endMs - stretch.startMs, 1);
    const x = at(packet.startMs);
    const row = channels.findIndex((channel) => Math.abs(channel - packet.frequencyHz) < CHANNEL_HZ);
    return {
      x: round(x),
      width: round(Math.max(NARROWEST_BOX, at(packet.endMs) - x)),
      y: TOP + row * ROW + 14,
    };
  };
  return markup`<svg class="air" width="${whole}" height="${height}" viewBox="0 0 ${whole} ${height}" role="group" aria-label="The air: ${count(rig.air.length, "packet")} on ${count(channels.length, "channel")}">
${channels.map((hz, index) => channelRow(hz, TOP + index * ROW + 14 + BOX / 2, whole))}
${stretches.map((stretch, index) => stretchLabel(stretch, index > 0, height))}
${windows.map((window) => windowBox(window, box(window)))}
${rig.air.map((frame) => frameBox(frame, box(frame), ids))}
</svg>`;
}

/** Centre frequencies, the highest first. */
function channelsOf(packets: readonly { frequencyHz: number }[]): number[] {
  const channels: number[] = [];
  for (const hz of packets.map(({ frequencyHz }) => frequencyHz).sort((a, b) => b - a)) {
    if (channels.every((channel) => Math.abs(channel - hz) >= CHANNEL_HZ)) channels.push(hz);
  }
  return channels;
}

function stretchesOf(packets: readonly { startMs: number; endMs: number }[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { startMs, endMs } of [...packets].sort((a, b) => a.startMs - b.startMs)) {
    const last = stretches.at(-1);
    if (last === undefined || startMs - last.endMs > SILENCE_MS) {
      stretches.push({ startMs, endMs: Math.max(endMs, startMs + SHORTEST_STRETCH_MS), boxes: 1 });
    } else {
      stretches[stretches.length - 1] = {
        ...last,
        endMs: Math.max(endMs, last.endMs),
        boxes: last.boxes + 1,
      };
    }
  }
  return stretches;
}

/** Room is given out by the square root of a stretch's time, so that the short ones can be read too. */
function placed(stretches: readonly Stretch[], width: number): PlacedStretch[] {
  const least = stretches.map(({ boxes }) => Math.max(NARROWEST_STRETCH, boxes * ROOM_A_BOX));
  const cuts = CUT * (stretches.length - 1);
  const spare = Math.max(0, width - LEFT - RIGHT - cuts - sum(least));
  const weights = stretches.map(({ startMs, endMs }) => Math.sqrt(endMs - startMs + 1));
  let x = LEFT;
  return stretches.map((stretch, index) => {
    const own = least[index] + (spare * weights[index]) / sum(weights);
    const at = { ...stretch, x: round(x + 6), width: round(own - 20) };
    x += own + CUT;
    return at;
  });
}

function channelRow(hz: number, y: number, width: number): Markup {
  return markup`<line class="channel" x1="${LEFT}" y1="${y}" x2="${width}" y2="${y}"/><text class="axis" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${megahertz(hz)}</text>
`;
}

function stretchLabel({ x, startMs, endMs }: PlacedStretch, cut: boolean, height: number): Markup {
  const zigzag = markup`<path class="cut" d="M${x - 17} ${TOP - 4}V${height}m5 0V${TOP - 4}"/>`;
  return markup`${cut ? zigzag : undefined}<text class="axis" x="${x - 4}" y="12">${seconds(startMs)}</text><text class="axis" x="${x - 4}" y="26">+${duration(endMs - startMs)}</text>
`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function windowBox(window: ReceiveWindow, { x, y, width }: Box): Markup {
  const what = `The device listens, ${modulation(window)}: ${window.received ? "a packet" : "nothing"}`;
  return markup`<rect class="window" x="${round(x - 3)}" y="${y - 4}" width="${round(width + 6)}" height="${BOX + 8}" rx="3"><title>${what}, ${seconds(window.startMs)}, ${duration(window.endMs - window.startMs)}</title></rect>
`;
}

function frameBox(frame: AirFrame, { x, y, width }: Box, ids: string): Markup {
  const name = `Frame ${frame.number}, ${frame.name}, ${seconds(frame.startMs)}, ${megahertz(frame.frequencyHz)} MHz, ${modulation(frame)}, ${duration(frame.endMs - frame.startMs)}; received by ${reception(frame)}`;
  const lost = !frame.arrivals.some(({ intact }) => intact === true);
  const kind = isDownlink(frame) ? "down" : "up";
  const centre = round(x + width / 2);
  return markup`<a href="#${frameId(frame, ids)}" aria-label="${name}"><title>${name}</title><rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${BOX}" rx="2"/>${
    lost ? markup`<path class="lost" d="M${round(centre - 6)} ${y + 2}l12 12m0 -12l-12 12"/>` : undefined
  }<text class="number" x="${centre}" y="${y - 5}" text-anchor="middle">${frame.number}</text></a>
`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What the boxes mean. */
export const AIR_LEGEND = markup`<p class="legend">
<span><svg width="22" height="14" aria-hidden="true"><rect class="up" x="2" y="1" width="18" height="12" rx="2"/></svg> sent by the device</span>
<span><svg width="22" height="14" aria-hidden="true"><rect class="down" x="2" y="1" width="18" height="12" rx="2"/></svg> sent by the network</span>
<span><svg width="22" height="14" aria-hidden="true"><rect class="window" x="1" y="1" width="20" height="12" rx="3"/></svg> the device listens</span>
<span><svg width="22" height="14" aria-hidden="true"><path class="lost" d="M6 2l10 10m0 -10l-10 10"/></svg> nobody got it</span>
</p>`;
