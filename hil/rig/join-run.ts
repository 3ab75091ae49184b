/**
 * The join scenario: a freshly provisioned board joins over the modelled air, through a gateway and the
 * Network Server of organisation A, to the Join Server of organisation B, and exchanges data with the
 * Application Server of A. Every step is checked on both sides; one fault may be brought about.
 */
import { isLuaBoard } from "../../toolchain/image/index.ts";
import { type DeviceIdentity, generateIdentity } from "../../toolchain/provisioning/index.ts";
import { type RegionName, regionsOf } from "../../toolchain/regions/index.ts";
import type { Placement, RecordedPacket } from "../air/index.ts";
import { type DeviceRecord, StorageError } from "../backend/index.ts";
import type { Participant } from "../clock/index.ts";
import type { GdbServer } from "../emulator/index.ts";
import { ClientIdentityUnavailable, type SecretSource } from "../trust/index.ts";
import { buildFirmware, type FirmwareChoice } from "./build-firmware.ts";
import { composeJoinReport } from "./compose-report.ts";
import { type Crystals, refuseCrystals } from "./crystals.ts";
import { checkPort, type Debugging, waitForDebugger } from "./debugging.ts";
import { DEVICE_STATION, type DeviceFinding, type DeviceUnderTest, type Firmware } from "./device.ts";
import { DEFAULT_DOWNLINK, type Downlink, refuseDownlink } from "./downlink.ts";
import type { Fault } from "./faults.ts";
import type { GatewayProtocol } from "./gateway-link.ts";
import { type GatewayChoice, placeOn } from "./gateways.ts";
import { noteJoinAttempts } from "./join-attempts.ts";
import { printedDownlink } from "./join-checks.ts";
import { ProvisionedDevice } from "./provisioned-device.ts";
import { seededRandom, systemRandom } from "./random.ts";
import type { JoinReport } from "./report/join-report.ts";
import { RigError, refusing } from "./rig-error.ts";
import { runnableBoard } from "./runnable-board.ts";
import { apart, deviceKeys, seededSecrets, systemSecrets } from "./secrets.ts";
import { Site } from "./site.ts";
import { openState, type State, StateError } from "./state.ts";
import { Timeline, type TimelineEntry } from "./timeline.ts";
import type { Witness } from "./witness.ts";

export interface JoinRunOptions extends Omit<FirmwareChoice, "exactLines">, Crystals, Placement {
  readonly board: string;
  /** The folder of the boards that are the project's own, as `readProject` gives it. */
  readonly boards?: string;
  /** The region of the network; the first of the device's where not given. */
  readonly networkRegion?: RegionName;
  /** Everything random follows from it, DevEUI and keys too unless a `state` keeps them. */
  readonly seed: number;
  /** Folder that keeps the EEPROM and the Join Server's database between runs; default: nothing is kept. */
  readonly state?: string;
  readonly fault?: Fault;
  /** How gateway and Network Server speak: the Semtech UDP protocol where not given. */
  readonly gateway?: GatewayProtocol;
  /** One, of the rig's own and at no place, where not given. */
  readonly gateways?: readonly GatewayChoice[];
  /** What the Application Server sends after the first uplink; where not given, 01 02 FF 00 on FPort 10. */
  readonly downlink?: Downlink;
  /** MAC commands that the Network Server asks the device by after the first uplink: each item goes in a frame of its own. */
  readonly macCommands?: readonly Uint8Array[];
  /** When this is aborted the run ends, and has failed for its reason. */
  readonly end?: AbortSignal;
  readonly onEntry?: (entry: TimelineEntry) => void;
  /** Told once of everything that was on the air, also where the run breaks off. */
  readonly onAir?: (packets: readonly RecordedPacket[]) => void;
  /** Told once the board has power; what it is given composes the report as far as the run has come. */
  readonly onBegun?: (soFar: () => JoinReport) => void;
  /** Whether a misuse of the hardware lets the run go on, to find more of them: it fails all the same. */
  readonly keepGoing?: boolean;
  /** The board waits for a debugger before its first instruction. Not for a board that runs Lua. */
  readonly debugging?: Debugging;
}

const UPLINKS_WANTED = 3;
/** Of a run that is refused: enough to see that the device goes on, each time with a new DevNonce. */
const FAILED_JOINS_WANTED = 3;
const LIMIT_NS = 3600e9;
/** How long after the first uplink a recorded join-request is sent again: well past the time of a repetition. */
const REPLAY_AFTER_NS = 20e9;

/** Runs the scenario. Throws RigError where the run cannot begin; whatever goes wrong later is in the report. */
export async function runJoin(options: JoinRunOptions): Promise<JoinReport> {
  const timeline = new Timeline(options.onEntry);
  if (options.downlink !== undefined)
    refuseDownlink(options.downlink, options.lorawan, networkRegion(options));
  refuseCrystals(options);
  const board = runnableBoard(options);
  if (options.debugging !== undefined && isLuaBoard(board)) {
    throw new RigError("usage", `${board.name} runs a Lua program: a debugger needs an image of a processor`);
  }
  if (options.debugging !== undefined) await checkPort(options.debugging);
  const state = await refusing("usage", [StateError], () =>
    openState(options.state, { ...options, body: "emulated" }),
  );
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

/** One run, from provisioning to the report. */
class JoinRun {
  readonly #options: JoinRunOptions;
  readonly #firmware: Firmware;
  readonly #state: State;
  readonly #timeline: Timeline;
  readonly #downlink: Downlink;
  #beforeReplay: DeviceRecord | undefined;
  #isOver = false;
  #debugger: GdbServer | undefined;

  constructor(options: JoinRunOptions, firmware: Firmware, state: State, timeline: Timeline) {
    this.#options = options;
    this.#firmware = firmware;
    this.#state = state;
    this.#timeline = timeline;
    this.#downlink = options.downlink ?? DEFAULT_DOWNLINK;
  }

  async run(): Promise<JoinReport> {
    const { seed, state: stateFolder, fault } = this.#options;
    const random = seededRandom(seed);
    const livesOn = stateFolder !== undefined;
    const secrets = livesOn ? systemSecrets : seededSecrets(seed);
    const provisioned = new ProvisionedDevice({
      state: this.#state,
      stateFolder,
      fault,
      board: this.#firmware.board,
      random: livesOn ? systemRandom : random,
      secrets,
      say: (what) => this.#timeline.add("rig", what, true),
    });
    const { identity, isStranger } = provisioned;
    const site = await Site.open({
      networkRegion: networkRegion(this.#options),
      ...{ seed, random, secrets },
      timeline: this.#timeline,
      joinEui: identity.joinEui,
      database: isStranger ? undefined : this.#state.joinServerDatabase(),
      fault,
      gatewayProtocol: this.#options.gateway,
      gateways: this.#options.gateways,
    });
    return site.during(async () => {
      site.onClose("the port of the debugger", async () => this.#debugger?.close());
      try {
        return await this.#exchange(site, provisioned, secrets);
      } finally {
        this.#options.onAir?.(site.recorder.packets);
      }
    });
  }

  /** From the registration of the device to the report. */
  async #exchange(site: Site, provisioned: ProvisionedDevice, secrets: SecretSource): Promise<JoinReport> {
    const { board, lorawan, region, seed, config, fault = null, macCommands = [] } = this.#options;
    const { identity } = provisioned;
    const { devEui, joinEui } = identity;
    const { organisations, witness } = site;
    const { seen } = witness;
    await site.register(identity, { lorawan }, this.#registeredKeys(identity, secrets));
    const before = await organisations.joinServer.readDevice(identity);
    const device = this.#boot(site, provisioned);
    if (fault === "replayed-join") this.#replayLater(site, identity);
    this.#useApplication(site, devEui);
    witness.refuseAtEnd(this.#options.end, () => {
      this.#isOver = true;
    });
    const reportWith = (after: DeviceRecord | undefined) =>
      composeJoinReport(
        { board, lorawan, region: regionsOf(region), seed, fault },
        {
          ...{ seen, lorawan, device, devEui, joinEui, organisations },
          gatewayProtocol: this.#options.gateway ?? "udp",
          uplinksWanted: UPLINKS_WANTED,
          macRequestsWanted: macCommands.length,
          printsDownlinks: config?.PRINT_DOWNLINKS !== false,
          clockErrorPpm: this.#firmware.board.clockErrorPpm,
          registered: { before, after },
          beforeReplay: this.#beforeReplay,
        },
        { packets: site.recorder.packets, entries: this.#timeline.entries },
        { virtualMs: site.clock.nowNs() / 1e6, wallMs: this.#timeline.wallMs },
      );
    this.#options.onBegun?.(() => reportWith(undefined));
    await site.run(() => this.#done(site), LIMIT_NS, await this.#debuggersOf(device, witness));
    provisioned.keep();
    return reportWith(await organisations.joinServer.readDevice(identity));
  }

  /** What the Join Server knows of the device; undefined: nothing. */
  #registeredKeys(identity: DeviceIdentity, secrets: SecretSource): DeviceIdentity | undefined {
    const { devEui, joinEui } = identity;
    switch (this.#options.fault) {
      case "unknown-device":
        return undefined;
      case "wrong-nwk-key":
        return generateIdentity({ devEui, joinEui }, deviceKeys(apart(secrets, "wrong"), devEui));
      default:
        return identity;
    }
  }

  #boot(site: Site, provisioned: ProvisionedDevice): DeviceUnderTest {
    const { witness, air } = site;
    placeOn(air, DEVICE_STATION, this.#options);
    noteJoinAttempts(air, witness.seen, provisioned, () => device);
    const device = site.boot(this.#firmware, {
      eeprom: provisioned.eeprom,
      crystals: this.#options,
      onConsoleLine: (line) => witness.consoleLine(line),
      onRadioEvent: (event) => witness.radioEvent(event),
      onFinding: (finding) => this.#finding(finding, witness),
      onFailure: (reason, trace) => {
        this.#isOver = true;
        witness.deviceFailure(reason, trace);
      },
    });
    return device;
  }

  async #debuggersOf(device: DeviceUnderTest, witness: Witness): Promise<Participant[]> {
    const { debugging, app } = this.#options;
    const image = debugging === undefined ? undefined : device.debug();
    if (debugging === undefined || image === undefined) return [];
    this.#debugger = await waitForDebugger(image, app, debugging, () => {
      this.#isOver = true;
      witness.refusal("device", "the debugger has ended the program");
    });
    return [this.#debugger];
  }

  /** Sends the join-request that was accepted once more, from another station. */
  #replayLater({ clock, air, witness, organisations }: Site, identity: DeviceIdentity): void {
    const { joinServer } = organisations;
    witness.onFirstUplink(() => {
      const { transmission } = witness.seen.joinAttempts.at(-1)!;
      const startNs = clock.nowNs() + REPLAY_AFTER_NS;
      const endNs = startNs + transmission.endNs - transmission.startNs;
      clock.at(startNs, () => {
        this.#timeline.add("rig", "a stranger sends the recorded join-request again");
        witness.errand(
          "looks the device up",
          joinServer.readDevice(identity).then((device) => {
            this.#beforeReplay = device;
          }),
        );
        air.transmit({ ...transmission, from: "stranger", startNs, endNs });
      });
    });
  }

  /** After the first uplink: MAC commands of the network, a downlink of the application, the AppSKey by the second way. */
  #useApplication({ organisations, witness }: Site, devEui: string): void {
    const { applicationServer, networkServer } = organisations;
    witness.onFirstUplink(() => {
      for (const commands of this.#options.macCommands ?? []) {
        witness.errand(
          "asks the device by MAC commands",
          (async () => networkServer.request(devEui, commands))(),
        );
      }
      // Behind what the Network Server has still to hear of the uplink: then one thing follows on the other.
      const forwarded = networkServer.idle();
      witness.errand(
        "asks for the AppSKey",
        forwarded.then(() => applicationServer.requestAppSKey(devEui)),
      );
      witness.errand(
        "queues a downlink",
        forwarded.then(() => applicationServer.queueDownlink(devEui, this.#downlink)),
      );
    });
  }

  /** Whatever the program does from there on is not to be relied on: the run ends, or a debugger may look. */
  #finding(finding: DeviceFinding, witness: Witness): void {
    witness.finding(finding);
    if (this.#debugger?.stopProgram()) return;
    this.#isOver ||= this.#options.keepGoing !== true;
  }

  /** All MAC commands are answered, and the uplink with the last answer has come to its end. */
  #macCommandsDone({ seen }: Witness, uplinksDecrypted: number): boolean {
    const { macCommands = [] } = this.#options;
    if (macCommands.length === 0) return true;
    return (
      seen.macAnswers.length >= macCommands.length && uplinksDecrypted === seen.printed("uplink ").length
    );
  }

  #done({ organisations, witness }: Site): boolean {
    if (this.#isOver) return true;
    const { fault } = this.#options;
    const { uplinks } = organisations.applicationServer;
    const { seen } = witness;
    const dataDone =
      uplinks.length >= UPLINKS_WANTED &&
      seen.printed("downlink ").includes(printedDownlink(this.#downlink.fPort, this.#downlink.payload));
    if (fault === undefined) return dataDone && this.#macCommandsDone(witness, uplinks.length);
    if (seen.refusals.length === 0) return false;
    return dataDone || seen.printed("join failed").length >= FAILED_JOINS_WANTED;
  }
}
