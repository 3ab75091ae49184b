/**
 * The join scenario: a freshly provisioned board joins over the modelled air, through a gateway and the
 * Network Server of organisation A, to the Join Server of organisation B, and exchanges data with the
 * Application Server of A. Every step is checked on both sides; one fault may be brought about.
 */
import { isLuaBoard } from "../../toolchain/image/index.ts";
import { type DeviceIdentity, generateIdentity, readNonces } from "../../toolchain/provisioning/index.ts";
import { type RegionName, regionsOf } from "../../toolchain/regions/index.ts";
import { Air, AirRecorder, type RecordedPacket } from "../air/index.ts";
import { type DeviceRecord, StorageError } from "../backend/index.ts";
import { type Participant, runLockstep, VIRTUAL_EPOCH_MS, VirtualClock } from "../clock/index.ts";
import { type GdbServer, hasMachine } from "../emulator/index.ts";
import { udpForwarder, VirtualGateway } from "../gateway/index.ts";
import { FType, fTypeOf, NetworkPlan, parseJoinRequest } from "../lorawan/index.ts";
import { ClientIdentityUnavailable } from "../trust/index.ts";
import { buildFirmware, type FirmwareChoice } from "./build-firmware.ts";
import { chosenBoard } from "./chosen-board.ts";
import { composeJoinReport } from "./compose-report.ts";
import { checkPort, type Debugging, waitForDebugger } from "./debugging.ts";
import { DEVICE_STATION, type DeviceFinding, type DeviceUnderTest, type Firmware } from "./device.ts";
import { DEFAULT_DOWNLINK, type Downlink, refuseDownlink } from "./downlink.ts";
import type { Fault } from "./faults.ts";
import { printedDownlink } from "./join-checks.ts";
import { describeTransmission } from "./narration.ts";
import { ANSWER_TIMEOUT_MS, AS_ID, NET_ID, type Organisations, openOrganisations } from "./organisations.ts";
import { isPersonalised } from "./personalised-store.ts";
import { ProvisionedDevice } from "./provisioned-device.ts";
import { seededRandom } from "./random.ts";
import type { JoinReport } from "./report/join-report.ts";
import { RigError } from "./rig-error.ts";
import { openState, type State, StateError } from "./state.ts";
import { Timeline, type TimelineEntry } from "./timeline.ts";
import { Witness } from "./witness.ts";

export interface JoinRunOptions extends Omit<FirmwareChoice, "exactLines"> {
  readonly board: string;
  /** The folder of the boards that are the project's own, as `readProject` gives it. */
  readonly boards?: string;
  /** The region of the network; the first of the device's where not given. */
  readonly networkRegion?: RegionName;
  /** Everything random follows from it, except keys. */
  readonly seed: number;
  /** Folder that keeps the EEPROM and the Join Server's database between runs; default: nothing is kept. */
  readonly state?: string;
  readonly fault?: Fault;
  /** What the Application Server sends after the first uplink; where not given, 01 02 FF 00 on FPort 10. */
  readonly downlink?: Downlink;
  /** MAC commands that the Network Server asks the device by after the first uplink: each item goes in a frame of its own. */
  readonly macCommands?: readonly Uint8Array[];
  readonly onEntry?: (entry: TimelineEntry) => void;
  /** Told once of everything that was on the air, also where the run breaks off. */
  readonly onAir?: (packets: readonly RecordedPacket[]) => void;
  /** Whether a misuse of the hardware lets the run go on, to find more of them: it fails all the same. */
  readonly keepGoing?: boolean;
  /** The board waits for a debugger before its first instruction. Not for a board that runs Lua. */
  readonly debugging?: Debugging;
}

const GATEWAY_EUI = "02000000FFFE0001";
const UPLINKS_WANTED = 3;
/** Of a run that is refused: enough to see that the device goes on, each time with a new DevNonce. */
const FAILED_JOINS_WANTED = 3;
const LIMIT_NS = 3600e9;
/** How long after the first uplink a recorded join-request is sent again: well past the time of a repetition. */
const REPLAY_AFTER_NS = 20e9;
/** Of the oscillator of an AVR's watchdog, over temperature and supply. */
const WATCHDOG_TOLERANCE = 0.1;

/** Runs the scenario. Throws RigError where the run cannot begin; whatever goes wrong later is in the report. */
export async function runJoin(options: JoinRunOptions): Promise<JoinReport> {
  const timeline = new Timeline(options.onEntry);
  if (options.downlink !== undefined)
    refuseDownlink(options.downlink, options.lorawan, networkRegion(options));
  if (isPersonalised(options)) {
    const reason = "an image with ABP in its config never joins; openDeviceSession runs it with its network";
    throw new RigError("usage", reason);
  }
  const board = chosenBoard(options);
  if (options.debugging !== undefined && isLuaBoard(board)) {
    throw new RigError("usage", `${board.name} runs a Lua program: a debugger needs an image of a processor`);
  }
  if (!isLuaBoard(board) && !hasMachine(board.processor)) {
    throw new RigError("usage", `there is no emulation of the ${board.processor}, which ${board.name} has`);
  }
  if (options.debugging !== undefined) await checkPort(options.debugging);
  const state = await refusing("usage", [StateError], () => openState(options.state, options));
  try {
    const exactLines = options.debugging !== undefined;
    const firmware = await buildFirmware(board, { ...options, exactLines }, timeline);
    const run = new JoinRun(options, firmware, state, timeline);
    return await refusing("usage", [StateError, StorageError], () =>
      refusing("missing", [ClientIdentityUnavailable], () => run.run()),
    );
  } finally {
    state.close();
  }
}

/** The region that gateway and Network Server are in. */
function networkRegion({ networkRegion, region }: JoinRunOptions): RegionName {
  return networkRegion ?? regionsOf(region)[0];
}

/** Turns an error that was to be expected into a RigError of that kind, and lets all others pass. */
async function refusing<T>(
  kind: RigError["kind"],
  expected: readonly (new (...args: never[]) => Error)[],
  action: () => T | Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const isExpected = expected.some((type) => error instanceof type);
    throw isExpected ? new RigError(kind, (error as Error).message) : error;
  }
}

/** One run, from provisioning to the report. */
class JoinRun {
  readonly #options: JoinRunOptions;
  readonly #firmware: Firmware;
  readonly #state: State;
  readonly #timeline: Timeline;
  readonly #witness: Witness;
  readonly #clock = new VirtualClock();
  readonly #random: () => number;
  readonly #downlink: Downlink;
  readonly #plan: NetworkPlan;
  readonly #air: Air;
  readonly #recorder: AirRecorder;
  #beforeReplay: DeviceRecord | undefined;
  #device: DeviceUnderTest | undefined;
  #deviceFailed = false;
  #debugger: GdbServer | undefined;

  constructor(options: JoinRunOptions, firmware: Firmware, state: State, timeline: Timeline) {
    this.#options = options;
    this.#firmware = firmware;
    this.#state = state;
    this.#timeline = timeline;
    this.#witness = new Witness(timeline);
    this.#random = seededRandom(options.seed);
    this.#plan = new NetworkPlan(networkRegion(options));
    this.#downlink = options.downlink ?? DEFAULT_DOWNLINK;
    this.#air = new Air({ clock: this.#clock, random: seededRandom(options.seed + 1) });
    this.#recorder = new AirRecorder(this.#air);
  }

  async run(): Promise<JoinReport> {
    const provisioned = new ProvisionedDevice({
      state: this.#state,
      stateFolder: this.#options.state,
      fault: this.#options.fault,
      board: this.#firmware.board,
      random: this.#random,
      say: (what) => this.#timeline.add("rig", what, true),
    });
    const { identity, isStranger } = provisioned;
    const organisations = await openOrganisations({
      clock: this.#clock,
      startedAt: new Date(VIRTUAL_EPOCH_MS),
      plan: this.#plan,
      random: this.#random,
      addressRandom: seededRandom(this.#options.seed + 3),
      joinEui: identity.joinEui,
      databasePath: isStranger ? ":memory:" : this.#state.databasePath,
      joinServerKek: this.#state.joinServerKek(),
      fault: this.#options.fault,
      onEvent: (event) => this.#witness.serverEvent(event),
      onVerdict: (judge, verdict) => this.#witness.verdict(judge, verdict),
      onWarning: (message) => this.#timeline.add("network-server", message),
    });
    try {
      this.#timeline.add("rig", "runs signed zones, and the servers of both organisations", true);
      return await this.#exchange(organisations, provisioned);
    } finally {
      await organisations.close();
    }
  }

  /** From the registration of the device to the report. */
  async #exchange(organisations: Organisations, provisioned: ProvisionedDevice): Promise<JoinReport> {
    const { identity } = provisioned;
    await this.#register(organisations, identity);
    const before = await organisations.joinServer.readDevice(identity);
    const gateway = new VirtualGateway({
      clock: this.#clock,
      air: this.#air,
      eui: GATEWAY_EUI,
      forwarder: udpForwarder({
        channels: this.#plan.channels.map((channel) => ({ ...channel, frequencyHz: channel.uplinkHz })),
        transmitHz: this.#plan.rangeHz,
        server: organisations.gateways,
        answerTimeoutMs: ANSWER_TIMEOUT_MS,
      }),
      onWarning: (message) => this.#timeline.add("gateway", message, false),
    });
    try {
      await gateway.start();
      const device = this.#boot(provisioned);
      if (this.#options.fault === "replayed-join") this.#replayLater(organisations, identity);
      this.#useApplication(organisations, identity.devEui);
      const debuggers = await this.#debuggersOf(device);
      await runLockstep({
        clock: this.#clock,
        machines: [device.machine],
        participants: [
          gateway,
          organisations.gateways.server,
          organisations.networkServer,
          this.#witness.errands,
          ...debuggers,
        ],
        done: () => this.#done(organisations),
        limitNs: LIMIT_NS,
      });
      provisioned.keep();
      const after = await organisations.joinServer.readDevice(identity);
      const { board, lorawan, region, seed, config, fault = null } = this.#options;
      return composeJoinReport(
        { board, lorawan, region: regionsOf(region), seed, fault },
        {
          seen: this.#witness.seen,
          lorawan,
          uplinksWanted: UPLINKS_WANTED,
          macRequestsWanted: this.#options.macCommands?.length ?? 0,
          printsDownlinks: config?.PRINT_DOWNLINKS !== false,
          clockErrorPpm: this.#firmware.board.clockErrorPpm,
          device,
          devEui: identity.devEui,
          joinEui: identity.joinEui,
          organisations,
          registered: { before, after },
          beforeReplay: this.#beforeReplay,
        },
        { virtualMs: this.#clock.nowNs() / 1e6, wallMs: this.#timeline.wallMs },
      );
    } finally {
      this.#options.onAir?.(this.#recorder.packets);
      await this.#debugger?.close();
      this.#device?.close();
      await gateway.stop();
    }
  }

  async #register(organisations: Organisations, identity: DeviceIdentity): Promise<void> {
    const { devEui, joinEui } = identity;
    const { fault, lorawan } = this.#options;
    organisations.networkServer.registerDevice({ devEui, macVersion: lorawan });
    organisations.applicationServer.registerDevice({ devEui, joinEui });
    if (fault === "unknown-device") return;
    const { nwkKey, appKey } = fault === "wrong-nwk-key" ? generateIdentity({ devEui, joinEui }) : identity;
    await organisations.joinServer.registerDevice({
      devEui,
      joinEui,
      macVersion: lorawan,
      nwkKey,
      appKey,
      homeNetId: NET_ID,
      asId: AS_ID,
    });
  }

  #boot(provisioned: ProvisionedDevice): DeviceUnderTest {
    const { eeprom } = provisioned;
    const device = this.#firmware.boot({
      eeprom,
      clock: this.#clock,
      air: this.#air,
      random: seededRandom(this.#options.seed + 2),
      watchdogError: (2 * seededRandom(this.#options.seed + 4)() - 1) * WATCHDOG_TOLERANCE,
      onConsoleLine: (line) => this.#witness.consoleLine(line),
      onRadioEvent: (event) => this.#witness.radioEvent(event),
      onFinding: (finding) => this.#finding(finding),
      onFailure: (reason, trace) => {
        this.#deviceFailed = true;
        this.#witness.refusal("device", reason);
        for (const line of trace) this.#timeline.add("device", line.trim());
      },
    });
    this.#device = device;
    this.#timeline.startVirtualTime(() => Math.max(device.machine.nowNs(), this.#clock.nowNs()));
    this.#air.onTransmission((transmission) => {
      if (transmission.from === DEVICE_STATION && fTypeOf(transmission.payload) === FType.joinRequest) {
        const { devNonce } = parseJoinRequest(transmission.payload);
        // On the air a DevNonce is used: whatever happens to this process, the kept EEPROM must know.
        provisioned.keep();
        this.#witness.seen.joinAttempts.push({
          devNonce,
          transmission,
          storedDevNonce: readNonces(device.store).nextDevNonce,
        });
      }
      this.#timeline.add("air", describeTransmission(transmission));
    });
    return device;
  }

  async #debuggersOf(device: DeviceUnderTest): Promise<Participant[]> {
    const { debugging, app } = this.#options;
    const image = debugging === undefined ? undefined : device.debug();
    if (debugging === undefined || image === undefined) return [];
    this.#debugger = await waitForDebugger(image, app, debugging, () => {
      this.#deviceFailed = true;
      this.#witness.refusal("device", "the debugger has ended the program");
    });
    return [this.#debugger];
  }

  /** Sends the join-request that was accepted once more, from another station. */
  #replayLater({ joinServer }: Organisations, identity: DeviceIdentity): void {
    this.#witness.onFirstUplink(() => {
      const { transmission } = this.#witness.seen.joinAttempts.at(-1)!;
      const startNs = this.#clock.nowNs() + REPLAY_AFTER_NS;
      const endNs = startNs + transmission.endNs - transmission.startNs;
      this.#clock.at(startNs, () => {
        this.#timeline.add("rig", "a stranger sends the recorded join-request again");
        this.#witness.errand(
          "looks the device up",
          joinServer.readDevice(identity).then((device) => {
            this.#beforeReplay = device;
          }),
        );
        this.#air.transmit({ ...transmission, from: "stranger", startNs, endNs });
      });
    });
  }

  /** After the first uplink: MAC commands of the network, a downlink of the application, the AppSKey by the second way. */
  #useApplication({ applicationServer, networkServer }: Organisations, devEui: string): void {
    this.#witness.onFirstUplink(() => {
      for (const commands of this.#options.macCommands ?? []) {
        this.#witness.errand(
          "asks the device by MAC commands",
          (async () => networkServer.request(devEui, commands))(),
        );
      }
      this.#witness.errand("asks for the AppSKey", applicationServer.requestAppSKey(devEui));
      this.#witness.errand("queues a downlink", applicationServer.queueDownlink(devEui, this.#downlink));
    });
  }

  /** Whatever the program does from there on is not to be relied on: the run ends, or a debugger may look. */
  #finding(finding: DeviceFinding): void {
    this.#witness.finding(finding);
    if (this.#debugger?.stopProgram()) return;
    this.#deviceFailed ||= this.#options.keepGoing !== true;
  }

  /** All MAC commands are answered, and the uplink with the last answer has come to its end. */
  #macCommandsDone(uplinksDecrypted: number): boolean {
    const { macCommands = [] } = this.#options;
    if (macCommands.length === 0) return true;
    return (
      this.#witness.seen.macAnswers.length >= macCommands.length &&
      uplinksDecrypted === this.#witness.seen.printed("uplink ").length
    );
  }

  #done(organisations: Organisations): boolean {
    if (this.#deviceFailed) return true;
    const { fault } = this.#options;
    const { uplinks } = organisations.applicationServer;
    const dataDone =
      uplinks.length >= UPLINKS_WANTED &&
      this.#witness.seen
        .printed("downlink ")
        .includes(printedDownlink(this.#downlink.fPort, this.#downlink.payload));
    if (fault === undefined) return dataDone && this.#macCommandsDone(uplinks.length);
    if (this.#witness.seen.refusals.length === 0) return false;
    return dataDone || this.#witness.seen.printed("join failed").length >= FAILED_JOINS_WANTED;
  }
}
