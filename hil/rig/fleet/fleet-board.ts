/** A board of a fleet: from its power-up to its last uplink, and what is said of it in the end. */
import { type DeviceIdentity, eepromImage, generateIdentity } from "../../../toolchain/provisioning/index.ts";
import type { Transmission } from "../../air/index.ts";
import type { ServerEvent } from "../../backend/index.ts";
import type { Timer } from "../../clock/index.ts";
import type { SecretSource } from "../../trust/index.ts";
import { type DeviceUnderTest, type Firmware, storeFormatOf } from "../device.ts";
import { noteJoinAttempts } from "../join-attempts.ts";
import { nonceChecks } from "../join-checks.ts";
import { NAMES } from "../name-space.ts";
import { JOIN_EUI } from "../names.ts";
import { describeFinding } from "../narration.ts";
import { Observations } from "../observations.ts";
import { deviceKeys } from "../secrets.ts";
import { compareSessionKeys } from "../session-keys.ts";
import type { Site } from "../site.ts";
import type { BoardReport } from "./fleet-report.ts";

/** Which board, and when it gets power. */
export interface BoardPlan {
  /** Of the fleet, from 1 on. */
  readonly number: number;
  readonly devEui: string;
  readonly powerOnNs: number;
}

export interface BoardOptions {
  readonly site: Site;
  readonly siteNumber: number;
  readonly plan: BoardPlan;
  readonly firmware: Firmware;
  readonly lorawan: "1.0.4" | "1.1";
  readonly uplinksWanted: number;
  /** Virtual time that it may take to join, and from then on for each of its uplinks. */
  readonly stepLimitNs: number;
  /** What its root keys follow from. */
  readonly secrets: SecretSource;
  /** It has joined, one more of its uplinks was decrypted, or it has come to its end. */
  readonly onProgress: () => void;
}

/** Lines of the console that tell how a board has failed. */
const LAST_WORDS = 12;

export class FleetBoard {
  readonly identity: DeviceIdentity;
  /** Of its radio on the air. */
  readonly station: string;
  readonly #with: BoardOptions;
  readonly #seen = new Observations();
  /** FCntUp of what the Application Server has decrypted. */
  readonly #decrypted: number[] = [];
  #device: DeviceUnderTest | undefined;
  /** When it has taken too long for what comes next. */
  #deadline: Timer | undefined;
  #joinedNs: number | undefined;
  #airtimeNs = 0;
  #failure: string | undefined;
  #report: BoardReport | undefined;

  constructor(options: BoardOptions) {
    this.#with = options;
    const { plan } = options;
    this.station = `board-${plan.number}`;
    this.identity = generateIdentity(
      { devEui: plan.devEui, joinEui: JOIN_EUI },
      deviceKeys(options.secrets, plan.devEui),
    );
  }

  /** Makes it known to the servers, and has it get power in its time. */
  async provision(): Promise<void> {
    const { site, lorawan, plan } = this.#with;
    await site.register(this.identity, { lorawan }, this.identity);
    noteJoinAttempts(site.air, this.#seen, undefined, () => this.#device!, this.station);
    site.clock.at(plan.powerOnNs, () => this.#powerOn());
  }

  get joined(): boolean {
    return this.#joinedNs !== undefined;
  }

  get uplinksDecrypted(): number {
    return this.#decrypted.length;
  }

  /** It has all its uplinks, or will never have them. */
  get ended(): boolean {
    return this.#report !== undefined;
  }

  /** It has sent a packet. */
  transmitted({ startNs, endNs }: Transmission): void {
    this.#airtimeNs += endNs - startNs;
  }

  /** A server tells of it. */
  serverEvent(event: ServerEvent): void {
    this.#seen.serverEvents.push(event);
    if (event.step !== "uplink-decrypted" || this.ended) return;
    this.#decrypted.push(Number(event.detail.fCnt));
    if (this.#decrypted.length >= this.#with.uplinksWanted) this.#end();
    else this.#extend();
    this.#with.onProgress();
  }

  /** What is said of it; where it has not come to its end, as far as it has come. */
  report(): BoardReport {
    return this.#report ?? this.#compose();
  }

  #powerOn(): void {
    const { site, firmware } = this.#with;
    this.#extend();
    const { board } = firmware;
    this.#device = site.boot(firmware, {
      eeprom: storeFormatOf(board).pack(eepromImage(this.identity, board.eepromBytes)),
      station: this.station,
      onConsoleLine: (line) => this.#consoleLine(line),
      onRadioEvent: () => {},
      onFinding: (finding) => {
        this.#seen.findings.push(finding);
        this.#fail(`misuses the hardware: ${describeFinding(finding)}`);
      },
      onFailure: (reason, trace) => {
        this.#seen.consoleLines.push(...trace.map((line) => line.trim()));
        this.#fail(reason);
      },
    });
  }

  #consoleLine(line: string): void {
    this.#seen.consoleLines.push(line);
    if (!line.startsWith("joined ") || this.joined) return;
    this.#joinedNs = this.#device!.machine.nowNs();
    this.#extend();
    this.#with.onProgress();
  }

  #fail(reason: string): void {
    if (this.ended) return;
    this.#failure = reason;
    this.#end();
    this.#with.onProgress();
  }

  /** It has made a step, and has its time for the next one. */
  #extend(): void {
    const { site, stepLimitNs, onProgress } = this.#with;
    this.#deadline?.cancel();
    this.#deadline = site.clock.at(site.clock.nowNs() + stepLimitNs, () => {
      this.#end();
      onProgress();
    });
  }

  /** What is said of it stands from now on. Without power it neither costs anything nor disturbs others. */
  #end(): void {
    this.#deadline?.cancel();
    this.#report = this.#compose();
    this.#device?.machine.powerOff();
  }

  #compose(): BoardReport {
    const { plan, firmware, siteNumber, site } = this.#with;
    const seen = this.#seen;
    const reason = this.#whyNot();
    const aliveNs = site.clock.nowNs() - plan.powerOnNs;
    return {
      number: plan.number,
      devEui: plan.devEui,
      board: firmware.board.name,
      site: siteNumber,
      verdict: reason === undefined ? "passed" : "failed",
      reason: reason ?? null,
      devAddr: seen.printed("joined ").at(-1) ?? null,
      poweredMs: plan.powerOnNs / 1e6,
      joinedMs: this.#joinedNs === undefined ? null : this.#joinedNs / 1e6,
      joinRequests: seen.joinAttempts.length,
      uplinksSent: seen.printed("uplink ").length,
      uplinksDecrypted: [...this.#decrypted],
      airtimeMs: this.#airtimeNs / 1e6,
      dutyPercent: aliveNs > 0 ? (100 * this.#airtimeNs) / aliveNs : 0,
      console: reason === undefined ? [] : seen.consoleLines.slice(-LAST_WORDS),
    };
  }

  /** What went wrong with it, or undefined. */
  #whyNot(): string | undefined {
    const { lorawan, uplinksWanted, site } = this.#with;
    const { organisations } = site;
    const { devEui } = this.identity;
    const device = this.#device;
    if (this.#failure !== undefined) return this.#failure;
    if (device === undefined) return "has not had power yet";
    const failed = nonceChecks({ seen: this.#seen }).find(({ ok }) => !ok);
    if (failed !== undefined) return `${failed.name}: ${failed.detail}`;
    const devAddr = this.#seen.printed("joined ").at(-1);
    if (devAddr === undefined) return `has not joined by ${this.#seen.joinAttempts.length} join-requests`;
    const assigned = organisations.networkServer.session(devEui)?.devAddr;
    if (devAddr !== assigned) return `has joined as ${devAddr}, the Network Server knows it as ${assigned}`;
    const client = this.#seen.lastEvent("join-server", "join-request-received")?.detail.clientName;
    if (client !== NAMES.networkServerAsClient)
      return `the Join Server was asked by ${client ?? "nobody"}, not by ${NAMES.networkServerAsClient}`;
    const keys = compareSessionKeys({
      ...{ lorawan, devEui, organisations },
      readVariable: (name) => device.readVariable(name),
    });
    const unequal = keys.find(({ result }) => result !== "equal");
    if (unequal !== undefined) return `${unequal.name} of device and ${unequal.server}: ${unequal.result}`;
    const sent = this.#seen.printed("uplink ").map(Number);
    const strange = this.#decrypted.find((fCnt) => !sent.includes(fCnt));
    if (strange !== undefined) return `uplink ${strange} was decrypted and never sent`;
    if (this.#decrypted.length < uplinksWanted)
      return `${this.#decrypted.length} of ${uplinksWanted} uplinks were decrypted, ${sent.length} sent`;
    return undefined;
  }
}
