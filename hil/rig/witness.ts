/** What watches a run: takes down what each side does and says, and tells of it in the timeline. */
import type { ServerEvent } from "../backend/index.ts";
import type { RadioEvent } from "../emulator/chips/index.ts";
import type { PeerVerdict } from "../trust/index.ts";
import type { DeviceFinding } from "./device.ts";
import { Errands } from "./errands.ts";
import { partyNamed } from "./name-space.ts";
import { describeFinding, describeRadioEvent, describeServerEvent, describeVerdict } from "./narration.ts";
import { Observations } from "./observations.ts";
import type { Handshake, Party, Timeline } from "./timeline.ts";

export class Witness {
  readonly seen = new Observations();
  /** What the rig has asked of the servers and not yet heard back of. */
  readonly errands = new Errands();
  readonly #timeline: Timeline;
  /** Done once, when the Application Server has decrypted the first uplink. */
  readonly #firstUplinkActions: (() => void)[] = [];
  readonly #serverListeners: ((event: ServerEvent) => void)[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  onFirstUplink(action: () => void): void {
    this.#firstUplinkActions.push(action);
  }

  /** Tells `listener` of all that servers do from now on. */
  onServerEvent(listener: (event: ServerEvent) => void): void {
    this.#serverListeners.push(listener);
  }

  /** What the rig asks of a server; if that goes wrong, so does the run. */
  errand(what: string, errand: Promise<unknown>): void {
    this.errands.start(errand, (error) => this.refusal("rig", `${what}: ${error.message}`));
  }

  /** Where `end` is aborted the run has failed for its reason; `stop` ends it. */
  refuseAtEnd(end: AbortSignal | undefined, stop: () => void): void {
    if (end === undefined) return;
    const onEnd = () => {
      this.refusal("rig", (end.reason as Error).message);
      stop();
    };
    if (end.aborted) onEnd();
    else end.addEventListener("abort", onEnd, { once: true });
  }

  refusal(party: Party, text: string, step?: string, handshake?: Handshake): void {
    this.#timeline.add(party, text, false, step, handshake);
    this.seen.refusals.push({ party, text });
  }

  serverEvent(event: ServerEvent): void {
    this.seen.serverEvents.push(event);
    const text = describeServerEvent(event);
    if (event.ok) this.#timeline.add(event.server, text, true, event.step);
    else this.refusal(event.server, text, event.step);
    for (const listener of this.#serverListeners) listener(event);
    if (event.step === "uplink-decrypted") {
      for (const action of this.#firstUplinkActions.splice(0)) action();
    }
  }

  /** Of the network that devices roam in: it refuses strangers, and is not what a run is about. */
  visitedServerEvent(event: ServerEvent): void {
    this.seen.visitedServerEvents.push(event);
    this.#timeline.add("visited-network-server", describeServerEvent(event), event.ok, event.step);
  }

  verdict(judge: Party, verdict: PeerVerdict): void {
    this.seen.verdicts.push({ judge, verdict });
    const text = describeVerdict(verdict);
    const peer = partyNamed(verdict.name);
    const handshake: Handshake =
      verdict.role === "server"
        ? { judge: "client", client: judge, server: peer }
        : { judge: "server", client: peer, server: judge };
    if (verdict.accepted) this.#timeline.add(judge, text, true, "peer-accepted", handshake);
    else this.refusal(judge, text, "peer-refused", handshake);
  }

  finding(finding: DeviceFinding): void {
    this.seen.findings.push(finding);
    this.#timeline.add("device", `misuses the hardware: ${describeFinding(finding)}`, false);
  }

  /** The program has come to an end by the way that `trace` tells. */
  deviceFailure(reason: string, trace: readonly string[]): void {
    this.refusal("device", reason);
    for (const line of trace) this.#timeline.add("device", line.trim());
  }

  radioEvent(event: RadioEvent): void {
    this.seen.radioEvents.push(event);
    const text = describeRadioEvent(event);
    if (text !== undefined) this.#timeline.add("device", text);
  }

  consoleLine(line: string): void {
    this.seen.consoleLines.push(line);
    this.#timeline.add("device", line, undefined, "console");
  }
}
