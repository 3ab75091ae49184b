/** The files that a run's reports are written to. */
import type { CaptureFormat } from "../hil/rig/index.ts";
import { checkOutputFile } from "./output-file.ts";

export interface ReportFiles {
  readonly junit?: string;
  readonly html?: string;
  readonly pcap?: string;
}

/** Throws Refusal for one that cannot be written, before a run is spent on it. */
export function checkReportFiles({ junit, html, pcap }: ReportFiles): void {
  if (junit !== undefined) checkOutputFile("JUnit", junit);
  if (html !== undefined) checkOutputFile("HTML", html);
  if (pcap !== undefined) checkOutputFile("capture", pcap);
}

/** With comments where the file's name says that it may have some. */
export function captureFormatOf(path: string | undefined): CaptureFormat {
  return path?.endsWith(".pcapng") ? "pcapng" : "pcap";
}
