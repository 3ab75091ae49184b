/**
 * The join scenario with a Network Server of somebody else: a board joins over the modelled air, and the gateway carries its
 * frames to that server in real time. What happens behind it is out of sight, so that the checks are those of the device and
 * of the air.
 */
import type { Board } from "../../toolchain/image/index.ts";
import { readNonces } from "../../toolchain/provisioning/index.ts";
import { type RegionName, regionsOf } from "../../toolchain/regions/index.ts";
import { Air, AirRecorder, type RecordedPacket } from "../air/index.ts";
import { type Participant, runLockstep, VirtualClock } from "../clock/index.ts";
import { VirtualGateway } from "../gateway/index.ts";
import { devAddrIn, FType, NetworkPlan } from "../lorawan/index.ts";
import { buildFirmware, type FirmwareChoice } from "./build-firmware.ts";
import { Closers } from "./closers.ts";
import { deviceRecord, peerTrust, reasonOf } from "./compose-report.ts";
import { type Crystals, refuseCrystals } from "./crystals.ts";
import { DEVICE_STATION, type DeviceUnderTest, type Firmware } from "./device.ts";
import { type ForeignServer, foreignServer } from "./foreign-server.ts";
import { frameTypeOf } from "./frame-type.ts";
import { GATEWAY_EUI } from "./gateways.ts";
import { noteJoinAttempts } from "./join-attempts.ts";
import { boardChecks, nonceChecks, rx1Check, rx1OffsetUs } from "./join-checks.ts";
import { describeTransmission } from "./narration.ts";
import type { Observations } from "./observations.ts";
import { Pace } from "./pace.ts";
import { ProvisionedDevice } from "./provisioned-device.ts";
import { seededRandom, systemRandom } from "./random.ts";
import type { Check, JoinReport } from "./report/join-report.ts";
import { RigError, refusing } from "./rig-error.ts";
import { runnableBoard } from "./runnable-board.ts";
import { systemSecrets } from "./secrets.ts";
import { openState, type State, StateError } from "./state.ts";
import { Timeline, type TimelineEntry } from "./timeline.ts";
import { Witness } from "./witness.ts";

export interface ForeignRunOptions extends Omit<FirmwareChoice, "exactLines">, Crystals {
  readonly board: string;
  /** The folder of the boards that are the project's own, as `readProject` gives it. */
  readonly boards?: string;
  /** "udp://host:port" for the Semtech UDP protocol, "wss://host:port" for LoRa Basics Station. */
  readonly networkServer: string;
  /** What a station shows the server: "Authorization: Bearer TOKEN". Secret. */
  readonly gatewayToken?: string;
  /** 16 hexadecimal digits; the rig's own where not given. */
  readonly gatewayEui?: string;
  /** The region of the network; the first of the device's where not given. */
  readonly networkRegion?: RegionName;
  /** The noise follows from it. */
  readonly seed: number;
  /** Folder that keeps the EEPROM between runs. What a server has seen of a device does not go away. */
  readonly state: string | undefined;
  /** Whether a misuse of the hardware lets the run go on, to find more of them: it fails all the same. */
  readonly keepGoing?: boolean;
  /** When this is aborted the run ends, and has failed for its reason. */
  readonly end?: AbortSignal;
  readonly onEntry?: (entry: TimelineEntry) => void;
  /** Told once of everything that was on the air, also where the run breaks off. */
  readonly onAir?: (packets: readonly RecordedPacket[]) => void;
}

const UPLINKS_WANTED = 1;
/** An uplink ends with its windows: by then a server has said what it has to say. */
const AFTER_LAST_UPLINK_NS = 3e9;
const FAILED_JOINS_WANTED = 3;
const LIMIT_NS = 600e9;
/** RX2 of a join opens six seconds after it (RP002-1.0.4); some more for what a gateway may be off. */
const JOIN_WINDOWS_NS = 6.1e9;
/** Virtual time runs no further ahead of what comes from the server. */
const TICK_NS = 2e6;

/**
 * Runs the scenario. Throws RigError where the run cannot begin, also where the server cannot be reached, and on the first run
 * of a state: then the device has to be made known to the server. Whatever goes wrong later is in the report.
 */
export async function runForeignJoin(options: ForeignRunOptions): Promise<JoinReport> {
  const timeline = new Timeline(options.onEntry);
  const server = foreignServer(options.networkServer, options.gatewayToken);
  refuseCrystals(options);
  const board = runnableBoard(options);
  if (options.state === undefined) {
    throw new RigError(
      "usage",
      "a Network Server of somebody else remembers the DevNonces of the device: name a folder that keeps its EEPROM (--state)",
    );
  }
  const state = await refusing("usage", [StateError], () =>
    openState(options.state, { ...options, body: "emulated" }),
  );
  try {
    const provisioned = await refusing("usage", [StateError], () => provision(options, state, timeline));
    return await new ForeignRun(options, server, board, provisioned, timeline).run();
  } finally {
    state.close();
  }

  function provision(chosen: ForeignRunOptions, kept: State, told: Timeline): ProvisionedDevice {
    const provisioned = new ProvisionedDevice({
      state: kept,
      stateFolder: chosen.state,
      fault: undefined,
      board,
      random: systemRandom,
      secrets: systemSecrets,
      isForeign: true,
      say: (what) => told.add("rig", what, true),
    });
    if (!provisioned.isNew) return provisioned;
    const path = kept.writeIdentity(provisioned.identity);
    const gateway = (chosen.gatewayEui ?? GATEWAY_EUI).toUpperCase();
    throw new RigError(
      "usage",
      `${path} holds the EUIs and root keys of a new device: register it and gateway ${gateway} with ${server.url}, then run this again`,
    );
  }
}

class ForeignRun {
  readonly #options: ForeignRunOptions;
  readonly #server: ForeignServer;
  readonly #board: Board;
  readonly #provisioned: ProvisionedDevice;
  readonly #timeline: Timeline;
  readonly #witness: Witness;
  readonly #clock = new VirtualClock();
  readonly #air: Air;
  readonly #recorder: AirRecorder;
  readonly #gateway: VirtualGateway;
  readonly #closers = new Closers();
  /** Frames of the device with the DevAddr that it was given. */
  #uplinks = 0;
  /** When frames of the gateway went on the air. */
  readonly #downlinksNs: number[] = [];
  #lastUplinkNs = 0;
  #isOver = false;

  constructor(
    options: ForeignRunOptions,
    server: ForeignServer,
    board: Board,
    provisioned: ProvisionedDevice,
    timeline: Timeline,
  ) {
    this.#options = options;
    this.#server = server;
    this.#board = board;
    this.#provisioned = provisioned;
    this.#timeline = timeline;
    this.#witness = new Witness(timeline);
    this.#air = new Air({ clock: this.#clock, random: seededRandom(options.seed + 1) });
    this.#recorder = new AirRecorder(this.#air);
    const plan = new NetworkPlan(options.networkRegion ?? regionsOf(options.region)[0]);
    this.#gateway = new VirtualGateway({
      clock: this.#clock,
      air: this.#air,
      eui: options.gatewayEui ?? GATEWAY_EUI,
      forwarder: server.forwarder(plan),
      onWarning: (message) => timeline.add("gateway", message, false),
    });
  }

  async run(): Promise<JoinReport> {
    const { onAir } = this.#options;
    const closers = this.#closers;
    closers.add("the gateway", () => this.#gateway.stop());
    return closers.during(async () => {
      try {
        await this.#gateway.start().catch((error: Error) => {
          throw new RigError("failed", error.message);
        });
        this.#timeline.add("gateway", `${this.#gateway.eui} is connected to ${this.#server.url}`, true);
        const device = this.#boot(await buildFirmware(this.#board, this.#options, this.#timeline));
        closers.add("the device", () => device.close());
        this.#witness.refuseAtEnd(this.#options.end, () => {
          this.#isOver = true;
        });
        await this.#letTimePass(device);
        this.#provisioned.keep();
        return this.#report(device);
      } finally {
        onAir?.(this.#recorder.packets);
      }
    });
  }

  #boot(firmware: Firmware): DeviceUnderTest {
    const { keepGoing, seed } = this.#options;
    const witness = this.#witness;
    noteJoinAttempts(this.#air, witness.seen, this.#provisioned, () => device);
    this.#watchAir();
    const device = firmware.boot({
      eeprom: this.#provisioned.eeprom,
      crystals: this.#options,
      clock: this.#clock,
      air: this.#air,
      random: seededRandom(seed + 2),
      onConsoleLine: (line) => witness.consoleLine(line),
      onRadioEvent: (event) => witness.radioEvent(event),
      onFinding: (finding) => {
        witness.finding(finding);
        this.#isOver ||= keepGoing !== true;
      },
      onFailure: (reason, trace) => {
        this.#isOver = true;
        witness.deviceFailure(reason, trace);
      },
    });
    this.#timeline.startVirtualTime(() => Math.max(this.#clock.nowNs(), device.machine.nowNs()));
    return device;
  }

  #watchAir(): void {
    this.#air.onTransmission((transmission) => {
      this.#timeline.add("air", describeTransmission(transmission));
      if (transmission.from !== DEVICE_STATION) this.#downlinksNs.push(transmission.startNs);
      const type = frameTypeOf(transmission);
      if (type !== FType.unconfirmedDataUp && type !== FType.confirmedDataUp) return;
      if (devAddrIn(transmission.payload) !== this.#joined) return;
      this.#uplinks++;
      this.#lastUplinkNs = transmission.endNs;
    });
  }

  /** A server that goes away, or that talks nonsense, ends the run; what was seen by then is reported. */
  async #letTimePass(device: DeviceUnderTest): Promise<void> {
    const pace = new Pace(this.#clock, true, this.#closers.signal);
    const gateway = this.#gateway;
    const failure: Participant = {
      get busy() {
        return gateway.failed;
      },
      idle: () => gateway.idle(),
    };
    const tick = (): void => {
      this.#clock.at(this.#clock.nowNs() + TICK_NS, tick);
    };
    tick();
    try {
      await runLockstep({
        clock: this.#clock,
        machines: [device.machine],
        participants: [pace, failure],
        done: () => this.#done(),
        limitNs: LIMIT_NS,
      });
    } catch (error) {
      if (!gateway.failed) throw error;
      this.#witness.refusal("gateway", (error as Error).message);
    }
  }

  #done(): boolean {
    if (this.#isOver) return true;
    if (this.#witness.seen.printed("join failed").length >= FAILED_JOINS_WANTED) return true;
    return this.#uplinks >= UPLINKS_WANTED && this.#clock.nowNs() > this.#lastUplinkNs + AFTER_LAST_UPLINK_NS;
  }

  /** The DevAddr that the device says it was given. */
  get #joined(): string | undefined {
    return this.#witness.seen.printed("joined ").at(-1);
  }

  #report(device: DeviceUnderTest): JoinReport {
    const { board, lorawan, region, seed } = this.#options;
    const { seen } = this.#witness;
    const attempt = seen.joinAttempts.at(-1);
    const checks = this.#checks(device, seen);
    const reason = reasonOf(seen, checks);
    const nobody = peerTrust(undefined);
    const virtualMs = this.#clock.nowNs() / 1e6;
    const record = { packets: this.#recorder.packets, entries: this.#timeline.entries };
    return {
      scenario: "join",
      verdict: reason === null ? "passed" : "failed",
      reason,
      ...{ board, lorawan, region: regionsOf(region), seed, fault: null },
      networkServer: this.#server.url,
      image: device.memory,
      join: {
        devEui: this.#provisioned.identity.devEui,
        joinEui: this.#provisioned.identity.joinEui,
        devNonces: seen.joinAttempts.map(({ devNonce }) => devNonce),
        devNonce: attempt?.devNonce ?? null,
        joinNonce: readNonces(device.store).lastJoinNonce ?? null,
        devAddr: this.#joined ?? null,
        rx1OffsetUs: (attempt && rx1OffsetUs(attempt, seen)) ?? null,
      },
      trust: { server: nobody, client: nobody },
      uplinks: [],
      downlinks: [],
      checks,
      ...deviceRecord(seen, device, record, virtualMs),
      virtualMs,
      wallMs: this.#timeline.wallMs,
    };
  }

  #checks(device: DeviceUnderTest, seen: Observations): Check[] {
    const { clockErrorPpm } = this.#board;
    const attempts = seen.joinAttempts.length;
    const answered = seen.joinAttempts.filter(({ transmission: { endNs } }) =>
      this.#downlinksNs.some((startNs) => startNs > endNs && startNs <= endNs + JOIN_WINDOWS_NS),
    ).length;
    const { lastJoinNonce } = readNonces(device.store);
    return [
      ...boardChecks({ device, seen }),
      ...nonceChecks({ seen }),
      {
        name: "Network Server: answers a join-request in time for RX1 or RX2",
        ok: answered > 0,
        detail: `${answered} of ${attempts} answered`,
      },
      rx1Check({ seen, clockErrorPpm }),
      {
        name: "device: takes the join-accept and keeps its JoinNonce",
        ok: this.#joined !== undefined && lastJoinNonce !== undefined,
        detail: `DevAddr ${this.#joined ?? "none"}, JoinNonce ${lastJoinNonce ?? "none"}`,
      },
      {
        name: "device: sends data with the DevAddr that it was given",
        ok: this.#uplinks >= UPLINKS_WANTED,
        detail: `${this.#uplinks} on the air`,
      },
    ];
  }
}
