/** What happened in a run, as plain data: packets on the air, receive windows, events. */
import { type RecordedPacket, reportedSnrDb } from "../../air/index.ts";
import type { RadioEvent } from "../../emulator/chips/index.ts";
import { frameName } from "../narration.ts";
import type { TimelineEntry } from "../timeline.ts";
import type { AirFrame, ReceiveWindow, ReportedEvent } from "./join-report.ts";

export function airFrames(packets: readonly RecordedPacket[]): AirFrame[] {
  return packets.map(({ transmission, aborted, arrivals }, index) => {
    const lora = transmission.modulation === "lora" ? transmission : undefined;
    return {
      number: index + 1,
      name: frameName(transmission),
      from: transmission.from,
      startMs: transmission.startNs / 1e6,
      endMs: transmission.endNs / 1e6,
      frequencyHz: transmission.frequencyHz,
      bandwidthHz: transmission.bandwidthHz,
      modulation: transmission.modulation,
      spreadingFactor: lora?.spreadingFactor ?? null,
      codingRate: lora === undefined ? null : `4/${lora.codingRate + 4}`,
      iqInverted: lora?.iqInverted ?? null,
      bitRate: transmission.modulation === "fsk" ? transmission.bitRate : null,
      powerDbm: transmission.powerDbm,
      aborted,
      arrivals: arrivals.map(({ receiver, rssiDbm, snrDb, intact }) => ({
        receiver,
        rssiDbm: tenths(rssiDbm),
        snrDb: tenths(reportedSnrDb(snrDb)),
        intact: intact ?? null,
      })),
      octets: Buffer.from(transmission.payload).toString("hex"),
    };
  });
}

function tenths(decibels: number): number {
  return Math.round(decibels * 10) / 10;
}

/** What ends a window, or replaces it. */
const ENDS: ReadonlySet<RadioEvent["type"]> = new Set([
  "rx-done",
  "rx-timeout",
  "rx-close",
  "rx-open",
  "tx-start",
]);

/** When and where the device listened. One that is open at the end of the run lasts until then. */
export function receiveWindows(events: readonly RadioEvent[], endMs: number): ReceiveWindow[] {
  return events.flatMap((opened, index) => {
    if (opened.type !== "rx-open") return [];
    const end = events.slice(index + 1).find(({ type }) => ENDS.has(type));
    return [
      {
        startMs: opened.atNs / 1e6,
        endMs: end === undefined ? endMs : end.atNs / 1e6,
        frequencyHz: opened.frequencyHz,
        bandwidthHz: opened.bandwidthHz,
        spreadingFactor: opened.spreadingFactor ?? null,
        received: end?.type === "rx-done" && !end.crcError,
      },
    ];
  });
}

/** What was told since the board got power. */
export function reportedEvents(entries: readonly TimelineEntry[]): ReportedEvent[] {
  return entries.flatMap(({ virtualMs, wallMs, party, step, ok, text }) =>
    virtualMs === undefined ? [] : [{ virtualMs, wallMs, party, step: step ?? null, ok: ok ?? null, text }],
  );
}
