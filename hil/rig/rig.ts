/**
 * The rig as specs use it: devices on a site, step by step. Time goes by only while a spec waits for something, and
 * nothing happens by itself but what devices and servers do of their own accord.
 */
import { type DeviceIdentity, generateIdentity } from "../../toolchain/provisioning/index.ts";
import { type RegionName, regionsOf } from "../../toolchain/regions/index.ts";
import { type CaptureFormat, captureOf, type Placement, type Transmission } from "../air/index.ts";
import type { NetworkServer, ServerEvent } from "../backend/index.ts";
import type { VirtualGateway } from "../gateway/index.ts";
import type { NetworkPlan } from "../lorawan/index.ts";
import type { SecretSource } from "../trust/index.ts";
import { buildFirmware, type FirmwareChoice } from "./build-firmware.ts";
import { AppliedSchedule } from "./campaign/apply-schedule.ts";
import type { FaultSchedule } from "./campaign/schedule.ts";
import { chosenBoard } from "./chosen-board.ts";
import { commandChoice } from "./command-choice.ts";
import { composeRigRecord } from "./compose-record.ts";
import { type Crystals, refuseCrystals } from "./crystals.ts";
import { DEVICE_STATION, type DeviceFinding, type Firmware } from "./device.ts";
import { type Duration, nsOf } from "./duration.ts";
import type { Fault } from "./faults.ts";
import type { FaultyAir } from "./faulty-air.ts";
import { FixtureDevice } from "./fixture-device.ts";
import type { Foundation } from "./foundation.ts";
import type { GatewayProtocol } from "./gateway-link.ts";
import { type GatewayChoice, placeOn, refuseShadowing } from "./gateways.ts";
import { listenAddress } from "./listen-address.ts";
import { DEV_EUI_PREFIX, JOIN_EUI } from "./names.ts";
import { openRigs } from "./open-rigs.ts";
import { randomHex, seededRandom } from "./random.ts";
import { openRealIdentity, type RealIdentity } from "./real-identity.ts";
import type { RigRecord } from "./report/rig-record.ts";
import { PLAIN, timelineLine } from "./report/terminal.ts";
import { RigError } from "./rig-error.ts";
import { deviceKeys, seededSecrets, systemSecrets } from "./secrets.ts";
import type { ServerControl } from "./server-control.ts";
import { Site } from "./site.ts";
import { keepRecord, runningNow } from "./spec-records.ts";
import { strangersDownlink } from "./stranger.ts";
import { Timeline, type TimelineEntry } from "./timeline.ts";
import type { TrustControl } from "./trust-control.ts";

/** What a device is and runs. */
export interface DeviceChoice extends Omit<FirmwareChoice, "exactLines">, Crystals, Placement {
  readonly board: string;
  /** The folder of the boards that are the project's own, as `readProject` gives it. */
  readonly boards?: string;
  /** What the network takes a device of LoRaWAN 1.0.4 for: class A where not given. One of 1.1 tells it. */
  readonly deviceClass?: "A" | "C";
  /**
   * "pty": the rig knows the board by a serial port alone, which is one end of a pair of pseudo-terminals; at the other the
   * board is emulated. Else the path of a port, "/dev/ttyUSB0", where a real board is: that needs `state` and `listen`. In
   * real time only.
   */
  readonly port?: string;
  /** Whether a real board is flashed first: true where not given. */
  readonly flash?: boolean;
}

/** The rig, and the choice that its devices have in common. */
export interface RigOptions extends DeviceChoice {
  /** Everything random follows from it, keys too; 1 where not given. */
  readonly seed?: number;
  /** "lockstep" where not given: as fast as it goes, and time stands while a server works. "real": a second takes one. */
  readonly time?: "lockstep" | "real";
  /** The region of gateway and Network Server; the first of the devices' where not given. */
  readonly networkRegion?: RegionName;
  /** How gateway and Network Server speak: the Semtech UDP protocol where not given. */
  readonly gateway?: GatewayProtocol;
  /** One, of the rig's own and at no place, where not given. */
  readonly gateways?: readonly GatewayChoice[];
  /** Standard deviation of the path loss between stations that have places, in dB; 0 where not given. */
  readonly shadowingDb?: number;
  /** Where gateways come that are not the rig's, which then has none: "udp://0.0.0.0:1700". In real time only. */
  readonly listen?: string;
  /** Of a real board: the folder with its names, its root keys and the Join Server's database. */
  readonly state?: string;
  /** The gateways have GPS and send the beacons of class B, as long as `sendsBeacons`. */
  readonly beacons?: boolean;
  /**
   * There is a network of organisation C besides, with a gateway of its own, in which devices may roam. `lifetime`: for how
   * long it need not ask for them anew; "0 s": with every frame.
   */
  readonly roaming?: { readonly lifetime: Duration };
  /** What is broken from the start: see FAULTS. */
  readonly fault?: Fault;
  /** Told of everything that happens, as it happens. */
  readonly onEntry?: (entry: TimelineEntry) => void;
}

/** A gateway: off the air while it is stopped. */
export interface RigGateway {
  /** Its name on the air. */
  readonly eui: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

/** `guard` goes before what it does. */
function rigGateway(
  gateway: VirtualGateway,
  guard: (action: () => Promise<void>) => () => Promise<void> = (action) => action,
): RigGateway {
  const [start, stop] = [guard(() => gateway.start()), guard(() => gateway.stop())];
  return { eui: gateway.eui, start, stop, restart: () => stop().then(start) };
}

/** How long something may take, in the time of the run. */
export interface Within {
  /** An hour where not given. */
  readonly within?: Duration;
}

const DEFAULT_LIMIT: Duration = "1 h";

/**
 * Starts the servers and the gateway. What `joinery hil run` has chosen goes before the options, but for constants of
 * `config` that the spec needs. `foundation`: what a rig stood on that is closed by now, and that this one is to stand on
 * too. Throws RigError where an option is wrong.
 */
export async function openRig(given: Partial<RigOptions> = {}, foundation?: Foundation): Promise<Rig> {
  const options = withCommandChoice(given);
  const {
    seed = 1,
    region,
    networkRegion = regionsOf(region)[0],
    time,
    fault,
    beacons,
    listen,
    roaming,
  } = options;
  const real = listen === undefined ? undefined : listenAddress(listen);
  if (real !== undefined && time !== "real") {
    throw new RigError("usage", 'gateways that are not the rig\'s have a time of their own: time: "real"');
  }
  if (real !== undefined && roaming !== undefined)
    throw new RigError("usage", "roaming needs gateways of the rig's own: leave listen out");
  refuseShadowing(options.shadowingDb);
  const timeline = new Timeline(options.onEntry);
  const beaconsSent = { wanted: true };
  const random = seededRandom(seed);
  // A real board lives on, and its gateways come from outside.
  const secrets = real === undefined ? seededSecrets(seed) : systemSecrets;
  if (options.state !== undefined && real === undefined) {
    throw new RigError(
      "usage",
      "a state is that of a real board: name its serial port, and where to listen for gateways",
    );
  }
  const kept =
    options.state === undefined
      ? undefined
      : await openRealIdentity({ ...options, state: options.state, timeline });
  try {
    const site = await Site.open({
      ...{ networkRegion, seed, random, secrets, timeline, time, fault, foundation },
      gatewayProtocol: options.gateway,
      ...{ gateways: options.gateways, shadowingDb: options.shadowingDb, listen: real },
      database: kept?.state.joinServerDatabase(),
      ...(beacons ? { sendsBeacons: () => beaconsSent.wanted } : {}),
      ...(roaming ? { roaming: { lifetimeSeconds: Math.floor(nsOf(roaming.lifetime) / 1e9) } } : {}),
    });
    kept?.state.noteServed();
    return new Rig({ options, site, timeline, random, secrets, seed, beaconsSent, kept });
  } catch (error) {
    kept?.state.close();
    throw error;
  }
}

function withCommandChoice(given: Partial<RigOptions>): RigOptions {
  const { printsTimeline, ...chosen } = commandChoice();
  const { board, lorawan, onEntry, ...options } = { ...given, ...chosen };
  if (board === undefined || lorawan === undefined) {
    const missing = board === undefined ? "board" : "lorawan";
    throw new RigError("usage", `openRig: ${missing} is not given, and joinery hil run has not chosen it`);
  }
  const config = { ...chosen.config, ...given.config };
  const print = (entry: TimelineEntry) => {
    process.stdout.write(`${timelineLine(entry, PLAIN)}\n`);
    onEntry?.(entry);
  };
  return { ...options, board, lorawan, config, onEntry: printsTimeline ? print : onEntry };
}

export class Rig {
  /** What a gateway and all devices have sent, in order. */
  readonly transmissions: Transmission[] = [];
  /** In the order of their choice. */
  readonly gateways: readonly RigGateway[];
  readonly #with: Parts;
  readonly #devices: FixtureDevice[] = [];
  readonly #openedIn = runningNow();
  readonly #endRecord: () => void;

  constructor(parts: Parts) {
    this.#with = parts;
    const { gateways, air } = parts.site;
    const own = (action: () => Promise<void>) => async () => {
      this.#refuseReal("its gateways are not the rig's, which cannot start and stop them");
      await action();
    };
    this.gateways = gateways.map((gateway) => rigGateway(gateway, own));
    air.onTransmission((transmission) => this.transmissions.push(transmission));
    openRigs().add(this);
    this.#endRecord = keepRecord({
      happened: () => this.timeline.length,
      record: () => this.record(),
      capture: (format, name) => this.capture(format, name),
    });
  }

  /**
   * Builds the firmware of a device, provisions it and makes it known to the servers; `powerOn` starts it. One whose
   * `config` has `ABP` is personalised for the network instead, and no Join Server knows it. Throws RigError where it
   * cannot be built. `firmware`: built already, by the same choice.
   */
  async device(
    choice: Partial<DeviceChoice> & { readonly firmware?: Firmware } = {},
  ): Promise<FixtureDevice> {
    const { options, site, timeline, secrets, seed } = this.#with;
    const chosen = { ...options, ...choice };
    refuseCrystals(chosen);
    const firmware = choice.firmware ?? (await buildFirmware(chosenBoard(chosen), chosen, timeline));
    // A test that has timed out while it built.
    site.throwIfClosed();
    const number = this.#devices.length + 1;
    const name = number === 1 ? DEVICE_STATION : `${DEVICE_STATION}-${number}`;
    placeOn(site.air, name, chosen);
    const isReal = chosen.port !== undefined && chosen.port !== "pty";
    if (isReal !== (options.listen !== undefined))
      throw new RigError("usage", isReal ? NEEDS_GATEWAY : NEEDS_AIR);
    const identity = isReal ? this.#takeRealIdentity() : this.#newIdentity();
    const device = new FixtureDevice({
      name,
      identity,
      lorawan: chosen.lorawan,
      firmware,
      rig: this,
      site,
    });
    await device.provision(chosen, { random: seededRandom(seed + PERSONALISATION * number), secrets });
    this.#devices.push(device);
    return device;
  }

  /** The first gateway. */
  get gateway(): RigGateway {
    return this.gateways[0];
  }

  /**
   * With `roaming`, the network that devices visit: its gateway, and what its Network Server has told, in order. Throws
   * RigError without.
   */
  get visited(): { readonly gateway: RigGateway; readonly serverEvents: readonly ServerEvent[] } {
    const { visitedGateway, witness } = this.#with.site;
    if (visitedGateway === undefined) {
      throw new RigError(
        "usage",
        "there is one network only: openRig({ roaming: { lifetime } }) opens another",
      );
    }
    return { gateway: rigGateway(visitedGateway), serverEvents: witness.seen.visitedServerEvents };
  }

  /** The modelled air. Throws where it is the real one. */
  get air(): FaultyAir {
    this.#refuseReal("its air is the real one, in which the rig drops, changes and measures nothing");
    return this.#with.site.air;
  }

  get networkServer(): NetworkServer {
    return this.#with.site.organisations.networkServer;
  }

  /** The Join Server as a process: stopped, started anew, slow. */
  get joinServer(): ServerControl {
    return this.#with.site.organisations.joinServerControl;
  }

  /** What was on the air so far, as a file that Wireshark opens; only in pcapng packets have comments, and interfaces names. */
  capture(format: CaptureFormat = "pcapng", interfaceName?: string): Uint8Array {
    const { recorder, startedAt } = this.#with.site;
    return captureOf(recorder.packets, startedAt.getTime(), format, interfaceName);
  }

  /** What the rig has seen so far: what the page of a run shows. */
  record(): RigRecord {
    const { site, timeline } = this.#with;
    const { isReal } = this;
    return composeRigRecord({ openedIn: this.#openedIn, devices: this.#devices, site, timeline, isReal });
  }

  /** The Application Server, which the Network Server cannot reach while it is stopped. */
  get applicationServer(): Pick<ServerControl, "start" | "stop" | "restart"> {
    return this.#with.site.organisations.applicationServerControl;
  }

  /**
   * Has faults come over a device, the first where not given, and all that it is connected to, each in its time: instants
   * count from now on. A device has to have power. The promise of a run is then yours to check.
   */
  apply(schedule: FaultSchedule, device = this.#devices[0]): AppliedSchedule {
    const { site, timeline } = this.#with;
    const say = (text: string) => timeline.add("rig", text);
    const arrange = (what: string, work: () => Promise<void>) =>
      site.witness.errands.start(work(), (error) => site.trouble(`${what}: ${error.message}`));
    const channelsHz = site.plan.channels.map(({ uplinkHz }) => uplinkHz);
    return new AppliedSchedule(schedule, { rig: this, device, clock: site.clock, channelsHz, arrange, say });
  }

  /** What Join Server and Network Server know each other by: certificates and DNS, to be swapped and spoilt. */
  get trust(): TrustControl {
    return this.#with.site.organisations.trustControl;
  }

  /** The data rate that the network has a packet for; undefined where it has none of the kind. */
  dataRateOf(packet: Transmission): number | undefined {
    return packet.modulation === "lora" ? this.#with.site.plan.dataRateIndex(packet) : undefined;
  }

  /** The channel plan of the network. */
  get plan(): NetworkPlan {
    return this.#with.site.plan;
  }

  /**
   * Somebody else sends these octets to devices, as a gateway would: now, or at an instant of the run's time, in seconds;
   * on the channel and at the data rate of RX2 where none are given. Waits until that is over.
   */
  async transmit(
    octets: Uint8Array,
    channel: { readonly frequencyHz?: number; readonly dataRate?: number; readonly atS?: number } = {},
  ): Promise<void> {
    const { plan, air } = this;
    const { clock } = this.#with.site;
    const { frequencyHz = plan.rx2.frequencyHz, dataRate = plan.rx2.dataRate, atS = this.nowS } = channel;
    const startNs = Math.round(atS * 1e9);
    const packet = strangersDownlink(octets, { ...plan.dataRate(dataRate), frequencyHz, startNs });
    air.transmit(packet);
    await this.until("a frame to be over", () => clock.nowNs() > packet.endNs);
  }

  /** What the servers have told, in order. */
  get serverEvents(): readonly ServerEvent[] {
    return this.#with.site.witness.seen.serverEvents;
  }

  /** All that has happened, as everybody who took part reported it. */
  get timeline(): readonly TimelineEntry[] {
    return this.#with.timeline.entries;
  }

  /** Seconds of the run's time. */
  get nowS(): number {
    return this.#with.site.clock.nowNs() / 1e9;
  }

  /** With `beacons`: whether the gateway sends those that come. */
  get sendsBeacons(): boolean {
    return this.#with.beaconsSent.wanted;
  }

  set sendsBeacons(wanted: boolean) {
    this.#with.beaconsSent.wanted = wanted;
  }

  /**
   * Lets time go by until `condition` holds. Throws where that takes longer, where the firmware misuses the hardware or
   * ends, and where a server fails.
   */
  async until(
    what: string,
    condition: () => boolean,
    { within = DEFAULT_LIMIT }: Within = {},
  ): Promise<void> {
    const isReached = await this.reaches(condition, { within });
    const { troubles } = this;
    if (troubles.length > 0)
      throw new Error(`waiting for ${what}: ${troubles.join("; ")}\n${this.account()}`);
    if (!isReached) throw new Error(`waited ${within} for ${what}\n${this.account()}`);
  }

  /** Lets time go by until `condition` holds, and tells whether it came to that: not where there is trouble, either. */
  async reaches(condition: () => boolean, { within = DEFAULT_LIMIT }: Within = {}): Promise<boolean> {
    const { site } = this.#with;
    const ended = await site.run(() => site.troubles.length > 0 || condition(), nsOf(within));
    return ended === "done" && site.troubles.length === 0;
  }

  /** What no run goes on with: misuse of the hardware, programs that end, servers that fail. */
  get troubles(): readonly string[] {
    return this.#with.site.troubles;
  }

  /** Where the firmware has misused the hardware. */
  get findings(): readonly DeviceFinding[] {
    return this.#with.site.witness.seen.findings;
  }

  /** What the Join Server keeps of a device: its nonces, no keys. */
  joinServerRecord({ devEui, joinEui }: Pick<DeviceIdentity, "devEui" | "joinEui">) {
    return this.#with.site.organisations.joinServer.readDevice({ devEui, joinEui });
  }

  /** Lets so much time go by. */
  async pass(duration: Duration): Promise<void> {
    const { clock } = this.#with.site;
    const endNs = clock.nowNs() + nsOf(duration);
    await this.until(`${duration} to go by`, () => clock.nowNs() >= endNs, { within: "36500 d" });
  }

  /** Frees what the run holds of this computer. */
  async close(): Promise<void> {
    openRigs().delete(this);
    this.#endRecord();
    await this.#with.site.close().finally(() => this.#with.kept?.state.close());
  }

  /** Whether board, air and gateways are real. */
  get isReal(): boolean {
    return this.#with.options.listen !== undefined;
  }

  #refuseReal(reason: string): void {
    if (this.isReal) throw new Error(`the rig listens at ${this.#with.options.listen}: ${reason}`);
  }

  #newIdentity(): DeviceIdentity {
    const { random, secrets } = this.#with;
    const devEui = DEV_EUI_PREFIX + randomHex(random, 16 - DEV_EUI_PREFIX.length);
    return generateIdentity({ devEui, joinEui: JOIN_EUI }, deviceKeys(secrets, devEui));
  }

  /** What the real board has in its store: there is one. */
  #takeRealIdentity(): DeviceIdentity {
    const { kept } = this.#with;
    if (kept === undefined) throw new RigError("usage", NEEDS_STATE);
    if (this.#devices.length > 0) throw new RigError("usage", "a state is that of one real board");
    return kept.identity;
  }

  /** What was seen last. */
  account(): string {
    const { entries } = this.#with.timeline;
    const last = (title: string, count: number, isMeant: (entry: TimelineEntry) => boolean): string[] => {
      const lines = entries.filter(isMeant).slice(-count).map(line);
      return [title, ...(lines.length > 0 ? lines : ["  nothing"])];
    };
    return [
      ...this.#devices.flatMap(({ doubt }) => doubt ?? []),
      ...last("the device's last words:", 12, ({ party }) => party === "device"),
      ...last("the last on the air:", 6, ({ party }) => party === "air"),
      ...last("the last refusals:", 3, ({ ok }) => ok === false),
    ].join("\n");
  }
}

const NEEDS_GATEWAY =
  'a real board is heard by real gateways alone: say where they reach the Network Server, listen: "udp://0.0.0.0:1700" (--listen)';
const NEEDS_AIR =
  "an emulated board is on the modelled air, where real gateways do not hear it: name the serial port of a real one (--port), or leave listen out";
const NEEDS_STATE =
  "a real board keeps its names, keys and nonces: name the folder where the rig keeps its part of them, state (--state)";

/** Seeds of personalised sessions are so far apart. */
const PERSONALISATION = 5;

function line({ virtualMs = 0, party, text, ok }: TimelineEntry): string {
  const who = ok === false ? `${party}: ` : "";
  return `  ${(virtualMs / 1000).toFixed(3).padStart(10)} s  ${who}${text}`;
}

/** What a rig is made of. */
interface Parts {
  readonly options: RigOptions;
  readonly site: Site;
  readonly timeline: Timeline;
  readonly random: () => number;
  readonly secrets: SecretSource;
  readonly seed: number;
  readonly beaconsSent: { wanted: boolean };
  /** Of the real board. */
  readonly kept: RealIdentity | undefined;
}
