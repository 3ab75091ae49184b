/**
 * Where devices are put to the test: one clock, the air, gateways, and the servers of two organisations; with roaming, a
 * second network besides, with a gateway of its own. Every run stands on a site, and has its own devices on it.
 */
import type { DeviceIdentity } from "../../toolchain/provisioning/index.ts";
import type { RegionName } from "../../toolchain/regions/index.ts";
import { AirRecorder } from "../air/index.ts";
import type { ServerEvent } from "../backend/index.ts";
import {
  type Participant,
  runLockstep,
  type SteppedMachine,
  VIRTUAL_EPOCH_MS,
  VirtualClock,
} from "../clock/index.ts";
import type { Gps, VirtualGateway } from "../gateway/index.ts";
import { buildBeacon, gpsMsOf, NetworkPlan } from "../lorawan/index.ts";
import type { SecretSource } from "../trust/index.ts";
import { Closers } from "./closers.ts";
import type { DeviceOptions, DeviceUnderTest, Firmware } from "./device.ts";
import type { Fault } from "./faults.ts";
import { FaultyAir } from "./faulty-air.ts";
import type { Foundation } from "./foundation.ts";
import type { GatewayProtocol } from "./gateway-link.ts";
import { type ChosenGateway, chosenGateways, type GatewayChoice, gatewayOn } from "./gateways.ts";
import type { ListenAddress } from "./listen-address.ts";
import { JOIN_EUI } from "./names.ts";
import { describeServerEvent, describeTransmission } from "./narration.ts";
import { VISITED_GATEWAY_EUI } from "./networks.ts";
import { type Organisations, openOrganisations } from "./organisations.ts";
import { Pace } from "./pace.ts";
import { seededRandom } from "./random.ts";
import { RigError } from "./rig-error.ts";
import { seededSecrets } from "./secrets.ts";
import type { JoinServerDatabase } from "./state.ts";
import type { Party, Timeline } from "./timeline.ts";
import { Witness } from "./witness.ts";

export interface SiteOptions {
  /** That of gateway and Network Server. */
  readonly networkRegion: RegionName;
  /** Noise and the like follow from it. */
  readonly seed: number;
  /** In [0, 1): names and addresses follow from it. */
  readonly random: () => number;
  readonly timeline: Timeline;
  /** What DNS says of the Join Server's JoinEUI; the rig's own where not given. */
  readonly joinEui?: string;
  /** The Join Server's database; where not given, one that ends with the site. */
  readonly database?: JoinServerDatabase;
  /** What keys of servers and zones follow from. Not given, they follow from the seed: only where all ends with the site. */
  readonly secrets?: SecretSource;
  readonly fault?: Fault;
  /** What earlier runs stood on; one of its own where not given. */
  readonly foundation?: Foundation;
  /** How gateways and Network Server speak; "udp" where not given. */
  readonly gatewayProtocol?: GatewayProtocol;
  /** One, of the rig's own, where not given. */
  readonly gateways?: readonly GatewayChoice[];
  /** Standard deviation of the loss between stations that have places; 0 where not given. */
  readonly shadowingDb?: number;
  /** Where gateways come that are not the rig's: in real time only, and the rig has none. */
  readonly listen?: ListenAddress;
  /** "lockstep" where not given: as fast as it goes, and time stands while a server works. "real": a second takes one. */
  readonly time?: "lockstep" | "real";
  /** The gateways have GPS and send the beacons of class B, as long as this says so. */
  readonly sendsBeacons?: () => boolean;
  /** There is a second network, in which devices may roam: for so long it need not ask for them anew. */
  readonly roaming?: { readonly lifetimeSeconds: number };
}

/** A device as the servers know it. */
export interface Registration {
  readonly lorawan: "1.0.4" | "1.1";
  /** What the network takes a device of LoRaWAN 1.0.4 for: class A where not given. One of 1.1 tells it. */
  readonly deviceClass?: "A" | "C";
}

/** What its beacons tell: time to the microsecond, and no place. */
const GATEWAY_PLACE = { precision: 0, infoDesc: 0, info: new Uint8Array(6) };
/** Of the oscillator of an AVR's watchdog, over temperature and supply. */
const WATCHDOG_TOLERANCE = 0.1;
/** Streams of random numbers that are kept apart: what one device draws does not change another's. */
const STREAMS = 10;
/** Those that no device has. */
const [GATEWAY_STREAM, VISITED_STREAM, APPLICATION_STREAM, VISITED_APPLICATION_STREAM] = [6, 7, 8, 9];

export class Site {
  readonly clock: VirtualClock;
  readonly plan: NetworkPlan;
  /** Wall-clock time at the clock's zero. */
  readonly startedAt: Date;
  readonly air: FaultyAir;
  /** What was on the air so far. */
  readonly recorder: AirRecorder;
  readonly gateways: readonly VirtualGateway[];
  /** Of the network that devices roam in. */
  readonly visitedGateway: VirtualGateway | undefined;
  readonly organisations: Organisations;
  readonly witness: Witness;
  readonly #timeline: Timeline;
  readonly #troubles: string[];
  readonly #seed: number;
  readonly #realTime: boolean;
  readonly #devices: DeviceUnderTest[] = [];
  readonly #machines: SteppedMachine[] = [];
  readonly #closers: Closers;
  readonly #watches = new Set<() => void>();
  #pace: Pace | undefined;

  /** Starts DNS, all servers and the gateway. */
  static async open(options: SiteOptions): Promise<Site> {
    const { timeline } = options;
    const secrets = secretsOf(options);
    const clock = new VirtualClock();
    const witness = new Witness(timeline);
    const troubles: string[] = [];
    const noteFault = (event: ServerEvent) => {
      if (event.step === "server-fault") troubles.push(describeServerEvent(event));
    };
    const visitedRandom = seededRandom(options.seed + VISITED_STREAM);
    const common = {
      clock,
      plan: new NetworkPlan(options.networkRegion),
      random: options.random,
      startedAt: options.time === "real" ? new Date() : new Date(VIRTUAL_EPOCH_MS),
      chosenGateways: chosenGateways(
        options.gateways,
        options.gatewayProtocol,
        seededRandom(options.seed + GATEWAY_STREAM),
      ),
      visitedGateways: options.roaming
        ? chosenGateways([{ eui: VISITED_GATEWAY_EUI }], options.gatewayProtocol, visitedRandom)
        : [],
    };
    const closers = new Closers();
    return closers.whileOpening(async () => {
      const organisations = await openOrganisations(
        {
          ...common,
          applicationRandom: seededRandom(options.seed + APPLICATION_STREAM),
          addressRandom: seededRandom(options.seed + 3),
          foundation: options.foundation,
          joinEui: options.joinEui ?? JOIN_EUI,
          database: options.database,
          secrets,
          fault: options.fault,
          chosenGateways: common.chosenGateways,
          listen: options.listen,
          roaming: options.roaming && {
            ...options.roaming,
            gateways: common.visitedGateways,
            random: visitedRandom,
            applicationRandom: seededRandom(options.seed + VISITED_APPLICATION_STREAM),
            onEvent: (event) => {
              witness.visitedServerEvent(event);
              noteFault(event);
            },
          },
          onEvent: (event) => {
            witness.serverEvent(event);
            noteFault(event);
          },
          onVerdict: (judge, verdict) => witness.verdict(judge, verdict),
          onWarning: (server, message) => {
            timeline.add(server, message);
            troubles.push(message);
          },
          onNotice: (message) => timeline.add("network-server", message),
        },
        closers,
      );
      const site = new Site({ ...options, ...common, organisations, witness, troubles, closers });
      const all = options.roaming ? "all three" : "both";
      timeline.add("rig", `runs signed zones, and the servers of ${all} organisations`, true);
      for (const gateway of site.gateways) await gateway.start();
      await site.visitedGateway?.start();
      if (options.listen !== undefined) site.keepUpWithTime();
      return site;
    });
  }

  private constructor(parts: Parts) {
    const { clock, plan, organisations, timeline, seed, startedAt, sendsBeacons } = parts;
    this.clock = clock;
    this.plan = plan;
    this.startedAt = startedAt;
    this.organisations = organisations;
    this.witness = parts.witness;
    this.#closers = parts.closers;
    this.#troubles = parts.troubles;
    this.#timeline = timeline;
    this.#seed = seed;
    this.#realTime = parts.time === "real";
    const shadowing = { sigmaDb: parts.shadowingDb ?? 0, seed };
    this.air = new FaultyAir({ clock, random: seededRandom(seed + 1), shadowing });
    this.recorder = new AirRecorder(this.air);
    const gps = sendsBeacons && gpsOf(plan, startedAt, sendsBeacons);
    const onAir = (party: Party, { gateways: link }: Pick<Organisations, "gateways">) => ({
      ...{ clock, air: this.air, gps, link },
      onWarning: (message: string) => {
        timeline.add(party, message, false);
        parts.troubles.push(message);
      },
    });
    const home = onAir("gateway", organisations);
    this.gateways = parts.chosenGateways.map((gateway) => gatewayOn(gateway, home));
    const { visited } = organisations;
    if (visited) {
      const [gateway] = parts.visitedGateways;
      this.visitedGateway = gatewayOn(gateway, { ...onAir("visited-gateway", visited), gps: undefined });
    }
    const all = [...this.gateways, ...(this.visitedGateway ? [this.visitedGateway] : [])];
    for (const gateway of all) this.#closers.add(`gateway ${gateway.eui}`, () => gateway.stop());
  }

  /** Makes a device known to all servers: at the Join Server with root keys, which may be others than the device has. */
  async register(
    { devEui, joinEui }: Pick<DeviceIdentity, "devEui" | "joinEui">,
    { lorawan, deviceClass }: Registration,
    rootKeys: Pick<DeviceIdentity, "nwkKey" | "appKey"> | undefined,
  ): Promise<void> {
    const { networkServer, applicationServer, joinServer, netId, asId } = this.organisations;
    networkServer.registerDevice({ devEui, macVersion: lorawan, deviceClass });
    applicationServer.registerDevice({ devEui, joinEui });
    if (rootKeys === undefined) return;
    const { nwkKey, appKey } = rootKeys;
    await joinServer.registerDevice({
      ...{ devEui, joinEui, macVersion: lorawan, nwkKey, appKey },
      homeNetId: netId,
      asId,
    });
  }

  /** Powers a board up. Its console and its radio are in the timeline. */
  boot(firmware: Firmware, options: BootOptions): DeviceUnderTest {
    const index = this.#devices.length;
    if (index === 0) {
      this.#timeline.startVirtualTime(() => this.#reachedNs);
      this.air.onTransmission((packet) => this.#timeline.add("air", describeTransmission(packet)));
    }
    const random = (stream: number) => seededRandom(this.#seed + stream + index * STREAMS);
    const device = firmware.boot({
      ...options,
      clock: this.clock,
      air: this.air,
      random: random(2),
      watchdogError: (2 * random(4)() - 1) * WATCHDOG_TOLERANCE,
    });
    this.#closers.add(`device ${index + 1}`, () => device.close());
    this.#devices.push(device);
    this.#machines.push(device.machine);
    return device;
  }

  /** Lets time go by until `done`, which is asked where no side is busy, or for so long. Tells which it was. */
  run(
    done: () => boolean,
    limitNs: number,
    participants: readonly Participant[] = [],
  ): Promise<"done" | "limit"> {
    const { organisations, witness } = this;
    const { gateways, networkServer, joinServerControl, judges, visited } = organisations;
    const visitedParts =
      visited && this.visitedGateway
        ? [
            this.visitedGateway,
            visited.gateways.participant,
            joinServerControl.letTimePassFor(visited.networkServer),
          ]
        : [];
    this.#pace ??= new Pace(this.clock, this.#realTime, this.#closers.signal);
    return runLockstep({
      clock: this.clock,
      machines: this.#machines,
      participants: [
        ...this.gateways,
        gateways.participant,
        joinServerControl.letTimePassFor(networkServer, witness.errands),
        ...visitedParts,
        ...judges,
        ...participants,
        this.#pace,
      ],
      done: () => {
        // A test that has timed out may still wait when its rig is closed.
        this.#closers.signal.throwIfAborted();
        for (const look of this.#watches) look();
        return done();
      },
      limitNs: this.clock.nowNs() + limitNs,
    });
  }

  /** What no run goes on with: servers that fail, warnings of gateways, and what else was reported. */
  get troubles(): readonly string[] {
    return this.#troubles;
  }

  /** Tells of what the rig itself does. */
  note(text: string, ok?: boolean): void {
    this.#timeline.add("rig", text, ok);
  }

  /** Reports what no run goes on with. */
  trouble(text: string): void {
    this.#troubles.push(text);
  }

  /** Something comes from outside at any time: the clock does not run ahead of it. Throws RigError in lockstep. */
  keepUpWithTime(): void {
    if (!this.#realTime) {
      throw new RigError(
        "usage",
        'a device at a serial port has a time of its own: run in real time, time: "real"',
      );
    }
    const { clock } = this;
    this.#machines.push({
      get nextWakeNs() {
        return clock.nowNs();
      },
      runUntil: (untilNs) => untilNs,
    });
  }

  /** Looks after each step of a run, at most a millisecond behind what a board has done. Returns what ends it. */
  watch(look: () => void): () => void {
    this.#watches.add(look);
    return () => {
      this.#watches.delete(look);
    };
  }

  /** For what has taken its time: throws where the site has been closed meanwhile. */
  throwIfClosed(): void {
    this.#closers.signal.throwIfAborted();
  }

  /** How `what` is freed when the site is closed, before anything that was named earlier. Throws where it is closed already. */
  onClose(what: string, close: () => Promise<void>): void {
    this.#closers.add(what, close);
  }

  /** Frees what the site holds of this computer, its devices too. Throws AggregateError of what could not be freed. */
  close(): Promise<void> {
    return this.#closers.close();
  }

  /** Closes the site after `use`, whatever comes of it: what that throws goes before what closing throws. */
  during<T>(use: () => Promise<T>): Promise<T> {
    return this.#closers.during(use);
  }

  /** Boards carry their own time between two instants of the clock. */
  get #reachedNs(): number {
    return Math.max(this.clock.nowNs(), ...this.#devices.map(({ machine }) => machine.nowNs()));
  }
}

/** Keys that whoever knows the seed knows are none for what lives on, or is reached from outside. */
function secretsOf({ secrets, database, listen, seed }: SiteOptions): SecretSource {
  if (secrets !== undefined) return secrets;
  if (database === undefined && listen === undefined) return seededSecrets(seed);
  throw new Error(
    `a site with ${database ? "a database" : "an address for gateways"} needs secrets of its own`,
  );
}

/** What a device brings along to the site. */
export type BootOptions = Omit<DeviceOptions, "clock" | "air" | "random" | "watchdogError">;

/** What a site is made of. */
interface Parts extends SiteOptions {
  readonly clock: VirtualClock;
  readonly plan: NetworkPlan;
  readonly startedAt: Date;
  readonly chosenGateways: readonly ChosenGateway[];
  readonly visitedGateways: readonly ChosenGateway[];
  readonly organisations: Organisations;
  readonly witness: Witness;
  readonly troubles: string[];
  readonly closers: Closers;
}

/** The gateway's GPS receiver, and the beacons by it. */
function gpsOf(plan: NetworkPlan, startedAt: Date, sendsBeacons: () => boolean): Gps {
  const { beaconDataRate, beaconLayout } = plan.classB;
  return {
    zeroMs: gpsMsOf(startedAt),
    beacon: (time) => {
      if (!sendsBeacons()) return undefined;
      const frequencyHz = plan.beaconFrequencyHz(time);
      return {
        ...plan.dataRate(beaconDataRate),
        frequencyHz,
        powerDbm: plan.powerDbm(frequencyHz),
        payload: buildBeacon({ time, ...GATEWAY_PLACE }, beaconLayout),
      };
    },
  };
}
