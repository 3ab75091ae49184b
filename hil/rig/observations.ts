/** What a run has seen so far, on all sides: the material of its checks and of its report. */

import type { Transmission } from "../air/index.ts";
import type { ServerEvent } from "../backend/index.ts";
import type { RadioEvent } from "../emulator/chips/index.ts";
import type { PeerVerdict } from "../trust/index.ts";
import type { DeviceFinding } from "./device.ts";
import type { Party } from "./timeline.ts";

/** A join-request of the device on the air. */
export interface JoinAttempt {
  readonly devNonce: number;
  readonly transmission: Transmission;
  /** The DevNonce that the board's store held for the next attempt when this one went on the air. */
  readonly storedDevNonce: number;
}

/** Somebody refused something: the step and the cause, as the side that refused saw it. */
export interface Refusal {
  readonly party: Party;
  readonly text: string;
}

export class Observations {
  readonly joinAttempts: JoinAttempt[] = [];
  readonly radioEvents: RadioEvent[] = [];
  readonly consoleLines: string[] = [];
  readonly serverEvents: ServerEvent[] = [];
  /** Of the network that devices roam in. */
  readonly visitedServerEvents: ServerEvent[] = [];
  readonly verdicts: { readonly judge: Party; readonly verdict: PeerVerdict }[] = [];
  readonly findings: DeviceFinding[] = [];
  readonly refusals: Refusal[] = [];

  /** The last event of a server with that step. */
  lastEvent(server: ServerEvent["server"], step: string): ServerEvent | undefined {
    return this.serverEvents.findLast((event) => event.server === server && event.step === step);
  }

  /** What the device has answered to each frame of MAC commands: "DevStatusReq: ff07", names and octets of the answers. */
  get macAnswers(): string[] {
    return this.serverEvents
      .filter(({ step }) => step === "mac-requests-answered")
      .map(({ detail }) => `${detail.requests}: ${detail.answers}`.trimEnd());
  }

  /** How `judge` last judged the peer that is a server or a client of this name; of any name if none is given. */
  lastVerdict(judge: Party, role: PeerVerdict["role"], name: string): PeerVerdict | undefined {
    const about = this.verdicts.filter((entry) => entry.judge === judge && entry.verdict.role === role);
    const named = about.findLast((entry) => entry.verdict.name === name);
    return (named ?? about.findLast((entry) => entry.verdict.name === undefined))?.verdict;
  }

  /** What the device printed after `prefix`, line by line. */
  printed(prefix: string): string[] {
    return this.consoleLines
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(prefix.length));
  }
}
