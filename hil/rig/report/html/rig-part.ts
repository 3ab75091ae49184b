/** What a rig has seen, section by section: the diagram, the air, frames, trust, figures, the console, events. */
import { PARTY_NAMES } from "../../narration.ts";
import type { MemoryFigures, ReportedEvent } from "../join-report.ts";
import type { RecordedDevice, RigRecord } from "../rig-record.ts";
import { AIR_LEGEND, airChart } from "./air-chart.ts";
import { energyTable, timingTable } from "./figures.ts";
import { count, seconds } from "./format.ts";
import { frameList } from "./frames.ts";
import type { Heading } from "./heading.ts";
import { Markup, markup } from "./markup.ts";
import { sequenceDiagram } from "./sequence.ts";
import { trustSection } from "./trust.ts";

/** Of the drawings: for a desk, and for a telephone of 390 pixels. */
const BROAD = 800;
const NARROW = 340;

export interface Section {
  readonly id: string;
  readonly name: string;
}

/** How the part of a rig stands in its page. */
export interface RigPart {
  /** What is before all its ids. */
  readonly ids: string;
  /** Of its sections, and of what is in them. */
  readonly heading: Heading;
  readonly below: Heading;
  /** Whether it is a join by itself. */
  readonly isJoin: boolean;
}

/** The sections that a rig's part has. */
export function sectionsOf(ids: string, isJoin: boolean): readonly Section[] {
  const names: (readonly [string, string])[] = [
    ...(isJoin ? [] : [["devices", "Devices"] as const]),
    ["sequence", isJoin ? "The join, step by step" : "Step by step"],
    ["air", "The air"],
    ["frames", "Frames"],
    ["trust", "Chain of trust"],
    ["figures", "Timing and energy"],
    ["console", "Console"],
    ["events", "Events"],
  ];
  return names.map(([id, name]) => ({ id: ids + id, name }));
}

export function rigSections(rig: RigRecord, part: RigPart): Markup {
  const { ids, isJoin, below } = part;
  const contents: Readonly<Record<string, () => Markup>> = {
    devices: () => deviceList(rig.devices),
    sequence: () => drawing("Sequence diagram", (width) => sequenceDiagram(rig, isJoin, width)),
    air: () => markup`${drawing("Chart of the air", (width) => airChart(rig, ids, width))}${AIR_LEGEND}`,
    frames: () => frameList(rig, ids),
    trust: () => trustSection(rig, below),
    figures: () =>
      markup`<div class="wide" role="region" tabindex="0" aria-label="Timing and energy">${figures(rig, below)}</div>`,
    console: () => consoleLines(rig.events),
    events: () => eventList(rig.events, ids),
  };
  return markup`${sectionsOf(ids, isJoin).map(
    ({ id, name }) => markup`<section aria-labelledby="${id}">
<${part.heading} id="${id}">${name}</${part.heading}>
${contents[id.slice(ids.length)]()}
</section>
`,
  )}`;
}

/** A drawing for a desk and one for a telephone, of which one shows; where it is too wide still, it scrolls by itself. */
function drawing(label: string, draw: (width: number) => Markup): Markup {
  return markup`<div class="wide broad" role="region" tabindex="0" aria-label="${label}">${draw(BROAD)}</div>
<div class="wide narrow" role="region" tabindex="0" aria-label="${label}">${draw(NARROW)}</div>
`;
}

function deviceList(devices: readonly RecordedDevice[]): Markup {
  if (devices.length === 0) return markup`<p>There was no device.</p>`;
  return markup`${devices.map((device) => {
    const { name, board, lorawan, image, devEui, joinEui, devNonce, joinNonce, devAddr } = device;
    const list: (readonly [string, string])[] = [
      ["name", name],
      ["board", `${board}, LoRaWAN ${lorawan}`],
      ["image", image === null ? "not seen" : memory(image)],
      ["DevEUI", devEui],
      ["JoinEUI", joinEui],
      [
        "DevNonce, JoinNonce, DevAddr",
        [devNonce, joinNonce, devAddr].map((value) => value ?? "none").join(", "),
      ],
      ["data", `${count(device.uplinks.length, "uplink")}, ${count(device.downlinks.length, "downlink")}`],
    ];
    return markup`<dl class="facts">${list.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
  })}`;
}

export function memory(image: MemoryFigures): string {
  if ("lua" in image)
    return `Lua ${image.lua}, ${image.codeBytes} B of code, ${image.heapPeakBytes} B heap at its peak`;
  return `${image.flashBytes} B flash, ${image.ramBytes} B RAM, ${image.stackPeakBytes} B stack`;
}

function figures(rig: RigRecord, heading: Heading): Markup {
  const { devices } = rig;
  return markup`${devices.map(
    (device) =>
      markup`${devices.length === 1 ? undefined : markup`<${heading}>${device.name}</${heading}>`}${timingTable(rig, device)}<br>${energyTable(device)}`,
  )}`;
}

function consoleLines(events: readonly ReportedEvent[]): Markup {
  const lines = events.filter(({ step }) => step === "console");
  if (lines.length === 0) return markup`<p>The device has printed nothing.</p>`;
  return markup`<ol class="console">${lines.map(
    ({ virtualMs, text }) => markup`<li><time>${seconds(virtualMs)}</time> ${text}</li>
`,
  )}</ol>`;
}

function eventList(events: readonly ReportedEvent[], ids: string): Markup {
  return markup`<details data-name="${ids}events"><summary>All that happened, in words: ${count(events.length, "event")}</summary><ol class="events">${events.map(
    ({ virtualMs, party, ok, text }) =>
      markup`<li${ok === false ? new Markup(' class="bad"') : undefined}><time class="soft">${seconds(virtualMs)}</time><span><strong>${PARTY_NAMES[party]}</strong> ${ok === null ? "" : ok ? "✓ " : "✗ "}${text}</span></li>
`,
  )}</ol></details>`;
}
