/** Everything on the air as a capture file that Wireshark opens. */
import { reportedSnrDb } from "../link-budget.ts";
import type { RecordedArrival, RecordedPacket } from "../recorder.ts";
import { LINKTYPE_LORATAP, loratapPacket } from "./loratap.ts";
import { joinedPcap, pcapFile } from "./pcap.ts";
import { joinedPcapng, pcapngFile } from "./pcapng.ts";

export type CaptureFormat = "pcap" | "pcapng";

/**
 * The capture of packets that began at `epochMs` (Unix time) and so much later as they say. Each is there once, at the time of
 * its begin and with the level at the station that heard it best, since a reader would take more for repetitions; comments of
 * pcapng have all of them. Those whose transmitter stopped in the middle are not there. In pcapng they come from an interface of
 * that name.
 */
export function captureOf(
  packets: readonly RecordedPacket[],
  epochMs: number,
  format: CaptureFormat,
  interfaceName = "air",
): Uint8Array {
  const epochNs = BigInt(epochMs) * 1_000_000n;
  const captured = packets
    .filter(({ aborted }) => !aborted)
    .map((packet) => ({
      atNs: epochNs + BigInt(Math.round(packet.transmission.startNs)),
      octets: loratapPacket(packet.transmission, bestOf(packet)),
      comment: comment(packet),
    }));
  return format === "pcap"
    ? pcapFile(LINKTYPE_LORATAP, captured)
    : pcapngFile(LINKTYPE_LORATAP, interfaceName, captured);
}

/** The packets of several captures in one, after each other; in pcapng each has its own interface. */
export function joinedCaptures(captures: readonly Uint8Array[], format: CaptureFormat): Uint8Array {
  if (captures.length === 0) return captureOf([], 0, format);
  return format === "pcap" ? joinedPcap(captures) : joinedPcapng(captures);
}

/** The arrival at the station that got it, else at the one that it reached with most power. */
function bestOf({ arrivals }: RecordedPacket): RecordedArrival | undefined {
  const rank = ({ intact, rssiDbm }: RecordedArrival) => (intact ? 1000 : 0) + rssiDbm;
  return arrivals.reduce<RecordedArrival | undefined>(
    (best, arrival) => (best === undefined || rank(arrival) > rank(best) ? arrival : best),
    undefined,
  );
}

/** What LoRaTap has no field for. */
function comment({ transmission, arrivals }: RecordedPacket): string {
  const heardBy = arrivals
    .filter(({ intact }) => intact)
    .map(
      ({ receiver, rssiDbm, snrDb }) =>
        `${receiver} (${rssiDbm.toFixed(1)} dBm, SNR ${reportedSnrDb(snrDb).toFixed(1)} dB)`,
    );
  const modulation =
    transmission.modulation === "lora"
      ? [
          `CR 4/${transmission.codingRate + 4}`,
          `IQ ${transmission.iqInverted ? "inverted" : "not inverted"}`,
          `${transmission.implicitHeader ? "implicit" : "explicit"} header`,
          `CRC ${transmission.crc ? "on" : "off"}`,
        ]
      : [`FSK ${transmission.bitRate} bit/s`];
  return [
    `from ${transmission.from}`,
    `received by ${heardBy.join(", ") || "nobody"}`,
    `${transmission.powerDbm} dBm`,
    `${((transmission.endNs - transmission.startNs) / 1e6).toFixed(3)} ms`,
    ...modulation,
  ].join("; ");
}
