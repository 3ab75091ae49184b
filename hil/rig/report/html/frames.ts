/** The frames on the air, one below the other, each to be opened field by field. */
import type { AirFrame } from "../join-report.ts";
import type { RigRecord } from "../rig-record.ts";
import { decibels, duration, megahertz, modulation, seconds } from "./format.ts";
import { frameFields } from "./frame-fields.ts";
import { type Markup, markup } from "./markup.ts";

/** The place in the page that tells of a frame; `ids` stand before those of one rig. */
export function frameId({ number }: AirFrame, ids: string): string {
  return `${ids}frame-${number}`;
}

/** Whether the network sends it: such packets have their IQ inverted, but for beacons. */
export function isDownlink({ iqInverted, name }: AirFrame): boolean {
  return iqInverted === true || name === "beacon" || name.includes("downlink");
}

/** "−86 dBm, 12 dB SNR at 02…"; who did not get it is named after it. */
export function reception({ arrivals, aborted }: AirFrame): string {
  if (aborted) return "its transmitter stopped before its end";
  const got = arrivals
    .filter(({ intact }) => intact === true)
    .map(
      ({ receiver, rssiDbm, snrDb }) => `${receiver} at ${decibels(rssiDbm)} dBm, ${decibels(snrDb)} dB SNR`,
    );
  const broken = arrivals
    .filter(({ intact }) => intact === false)
    .map(({ receiver }) => `${receiver}, broken`);
  return [...got, ...broken].join("; ") || "nobody";
}

export function frameList(rig: RigRecord, ids: string): Markup {
  if (rig.air.length === 0) return noFrames(rig);
  return markup`<div class="frames">${rig.air.map((frame) => frameDetails(frame, rig, ids))}</div>`;
}

/** Why there is nothing to show. */
export function noFrames({ isReal }: RigRecord): Markup {
  return isReal
    ? markup`<p>The air is the real one: what the gateways have heard is among the events.</p>`
    : markup`<p>Nothing was on the air.</p>`;
}

function frameDetails(frame: AirFrame, rig: RigRecord, ids: string): Markup {
  const direction = isDownlink(frame) ? "↓" : "↑";
  return markup`<details data-name="${frameId(frame, ids)}">
<summary><span class="number">${frame.number}</span> <span class="direction" aria-hidden="true">${direction}</span> <strong>${frame.name}</strong> <span class="soft">${seconds(frame.startMs)} · ${megahertz(frame.frequencyHz)} MHz · ${modulation(frame)}</span></summary>
<div class="frame" id="${frameId(frame, ids)}">
<dl class="facts">
${fact("from", frame.from)}${fact("received by", reception(frame))}
${fact("on the air", `${seconds(frame.startMs)} to ${seconds(frame.endMs)}, ${duration(frame.endMs - frame.startMs)}`)}
${fact("sent with", sending(frame))}
</dl>
<div class="wide" role="region" tabindex="0" aria-label="Fields of frame ${frame.number}">
<table>
<thead><tr><th scope="col">field</th><th scope="col">octets as sent</th><th scope="col">meaning</th></tr></thead>
<tbody>${frameFields(frame, rig).map(
    ({ name, octets, meaning }) =>
      markup`<tr><th scope="row">${name}</th><td class="octets">${octets}</td><td>${meaning}</td></tr>`,
  )}</tbody>
</table>
</div>
</div>
</details>
`;
}

function fact(name: string, value: string): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function sending({ powerDbm, codingRate, bitRate, iqInverted }: AirFrame): string {
  const modem =
    codingRate === null
      ? `${bitRate} bit/s`
      : `coding rate ${codingRate}, IQ ${iqInverted ? "" : "not "}inverted`;
  return `${decibels(powerDbm)} dBm, ${modem}`;
}
