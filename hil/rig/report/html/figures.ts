/** Timing and energy as tables. */
import type { AirFrame, EnergyOfState } from "../join-report.ts";
import type { RecordedDevice, RigRecord } from "../rig-record.ts";
import { duration, seconds } from "./format.ts";
import { isDownlink } from "./frames.ts";
import { type Markup, markup } from "./markup.ts";

/** Of one device of a rig, and, with the first of them, of the run. */
export function timingTable(rig: RigRecord, device: RecordedDevice): Markup {
  const { air, virtualMs, wallMs, devices } = rig;
  const { name, rx1OffsetUs } = device;
  const isFirst = device === devices[0];
  const prefix = isFirst ? "" : `${name}: `;
  const joined = rig.events.find(
    ({ step, text }) => step === "console" && text.startsWith(`${prefix}joined `),
  );
  const sent = air.filter(({ from }) => from === name);
  const requests = sent.filter((frame) => frame.name === "join-request");
  const ofAll: (readonly [string, string])[] = [
    ["time on air of the network", downlinkAirtime(air)],
    ["the run", `${seconds(virtualMs)} of virtual time in ${duration(wallMs)}`],
  ];
  const rows: (readonly [string, string])[] = [
    ["first join-request after power-up", requests.length === 0 ? "none" : seconds(requests[0].startMs)],
    [
      "RX1 of the join against nominal",
      rx1OffsetUs === null ? "not opened" : `${rx1OffsetUs.toFixed(1).replace("-", "\u2212")} µs`,
    ],
    ["joined after power-up", joined === undefined ? "not joined" : seconds(joined.virtualMs)],
    ["time on air of the device", `${duration(airtime(sent))} in ${sent.length} packets`],
    ...(isFirst ? ofAll : []),
  ];
  return markup`<table><tbody>${rows.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;
}

function airtime(frames: readonly AirFrame[]): number {
  return frames.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
}

function downlinkAirtime(air: readonly AirFrame[]): string {
  const downlinks = air.filter(isDownlink);
  return `${duration(airtime(downlinks))} in ${downlinks.length} packets`;
}

export function energyTable({ energy }: RecordedDevice): Markup {
  if (energy === null)
    return markup`<p class="soft">The board's description gives no currents for what ran.</p>`;
  const total = energy.reduce((sum, { milliampereHours }) => sum + milliampereHours, 0);
  return markup`<table class="figures">
<thead><tr><th scope="col">state</th><th scope="col">time</th><th scope="col">current</th><th scope="col">charge</th><th scope="col"><span class="hidden">share</span></th></tr></thead>
<tbody>${energy.map((part) => energyRow(part, total))}</tbody>
<tfoot><tr><th scope="row">together</th><td></td><td></td><td>${microampereHours(total)}</td><td></td></tr></tfoot>
</table>`;
}

function energyRow(
  { state, seconds: s, microampere, milliampereHours }: EnergyOfState,
  total: number,
): Markup {
  const share = total === 0 ? 0 : (100 * milliampereHours) / total;
  return markup`<tr><th scope="row">${stateInWords(state)}</th><td>${duration(s * 1000)}</td><td>${current(microampere)}</td><td>${microampereHours(milliampereHours)}</td><td><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${share.toFixed(1)}" height="8"/></svg></td></tr>
`;
}

/** "radioTransmit14Dbm" as people write it: "radio transmit 14 dBm". */
function stateInWords(state: string): string {
  return state
    .replace(/Dbm$/, " dBm")
    .replace(/(\d+)/, " $1")
    .replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replace("d bm", "dBm");
}

function current(microampere: number): string {
  return microampere < 1000 ? `${microampere} µA` : `${microampere / 1000} mA`;
}

function microampereHours(milliampereHours: number): string {
  return `${(milliampereHours * 1000).toFixed(2)} µAh`;
}
