/**
 * Network Server of one network in one region, Class A, B and C: joins, rejoins and data of LoRaWAN 1.0.4 and 1.1
 * devices, between gateways, Join Servers (TS002) and one Application Server.
 */
import type { Clock, Participant } from "../../clock/index.ts";
import {
  devAddrIn,
  FrameError,
  FType,
  fTypeOf,
  gpsMsOf,
  isDataFrame,
  isDevAddrOf,
  type JoinRequest,
  NetworkPlan,
  parseJoinRequest,
  parseRejoinRequest,
} from "../../lorawan/index.ts";
import type { EventSink } from "../events.ts";
import { type ListeningServer, type ListenOptions, listenForMessages, type MessageHandler } from "../http.ts";
import type { Kek } from "../interfaces/index.ts";
import type { JoinServerLink } from "../join-server-link.ts";
import type { XmitDataPeer } from "../xmit-data.ts";
import { ApplicationLink } from "./application-link.ts";
import { DataUplinks, uplinkRadio } from "./data-uplinks.ts";
import { Deduplication, ROAMING_WINDOW_NS, WINDOW_NS } from "./deduplication.ts";
import { Downlinks } from "./downlinks.ts";
import type { GatewayServer } from "./gateways.ts";
import { type DeviceProfile, Join, type JoinRefusal } from "./join.ts";
import { PendingWork } from "./pending-work.ts";
import { type PersonalisedDevice, personalisedSession } from "./personalised-device.ts";
import { PingDownlinks } from "./ping-downlinks.ts";
import type { Reception, Uplink } from "./reception.ts";
import { Roaming, type RoamingOptions, withPartners } from "./roaming/index.ts";
import type { NetworkSession } from "./session.ts";
import { SessionStore } from "./session-store.ts";
import { Transmitter } from "./transmitter.ts";

export interface NetworkServerOptions {
  /** The channel plan of the network; that of EU868 where not given. */
  readonly plan?: NetworkPlan;
  readonly netId: string;
  /** Deduplication and receive windows go by it. */
  readonly clock: Clock;
  /** Wall-clock time at the clock's zero, for RecvTime; by default the moment of construction. */
  readonly startedAt?: Date;
  readonly gatewayServer: GatewayServer;
  readonly joinServer: JoinServerLink;
  readonly applicationServer: XmitDataPeer;
  /** Passive roaming with other networks; none where not given. */
  readonly roaming?: RoamingOptions;
  /** Key-encryption keys agreed with Join Servers. */
  readonly keks: readonly Kek[];
  /** RECEIVE_DELAY1 for joined devices, 1 to 15 seconds; by default 1. */
  readonly rxDelaySeconds?: number;
  /** In [0, 1); seeded where runs must repeat. */
  readonly random: () => number;
  readonly onEvent: EventSink;
}

export class NetworkServer implements Participant {
  readonly #options: NetworkServerOptions;
  readonly #plan: NetworkPlan;
  readonly #work: PendingWork;
  readonly #sessions = new SessionStore();
  readonly #join: Join;
  readonly #data: DataUplinks;
  readonly #application: ApplicationLink;
  readonly #deduplication: Deduplication;
  readonly #roaming: Roaming | undefined;

  constructor(options: NetworkServerOptions) {
    this.#options = options;
    const plan = options.plan ?? new NetworkPlan("EU868");
    this.#plan = plan;
    const { clock, netId, keks, random, onEvent, gatewayServer, rxDelaySeconds = 1 } = options;
    const startedAt = options.startedAt ?? new Date();
    const sessions = this.#sessions;
    this.#work = new PendingWork((error) => this.#fault(error));
    const work = this.#work;
    const dateOf = (ns: number): Date => new Date(startedAt.getTime() + ns / 1e6);
    const reachable = withPartners(gatewayServer, () => this.#roaming?.roamers);
    const transmitter = new Transmitter(plan, clock, reachable, onEvent);
    const { joinServer, applicationServer } = options;
    this.#join = new Join({
      plan,
      netId,
      joinServer,
      keks,
      rxDelaySeconds,
      random,
      sessions,
      transmitter,
      onEvent,
    });
    this.#application = new ApplicationLink({
      region: plan.region,
      netId,
      applicationServer,
      dateOf,
      sessions,
      random,
      onEvent,
      onQueued: (session) => {
        downlinks.continue(session);
        pingDownlinks.serve(session);
      },
    });
    const downlinks = new Downlinks({ plan, clock, sessions, transmitter, work, onEvent });
    const gpsZeroMs = gpsMsOf(startedAt);
    const pingDownlinks = new PingDownlinks({ plan, clock, sessions, downlinks, gpsZeroMs });
    this.#data = new DataUplinks({
      plan,
      sessions,
      application: this.#application,
      downlinks,
      pingDownlinks,
      work,
      onAccepted: ({ devEui }, uplink) => {
        const { roamers } = this.#roaming ?? {};
        if (roamers) work.start(() => roamers.accepted(devEui, uplink));
      },
      onEvent,
      dateOf,
    });
    this.#deduplication = new Deduplication(
      clock,
      (uplink) => this.#process(uplink),
      (reception, afterNs) => this.#late(reception, afterNs),
      (phyPayload) => this.#windowNs(phyPayload),
    );
    this.#roaming =
      options.roaming &&
      new Roaming(options.roaming, {
        ...{ plan, netId, clock, dateOf, sessions, joinServer, transmitter, random, onEvent },
        isServed: (phyPayload) => this.#deduplication.isServed(phyPayload),
        receive: (reception) => this.#receive(reception),
        join: (uplink, request) => this.#joinElsewhere(uplink, request),
      });
    gatewayServer.onSent?.(({ gatewayEui, devEui, frequencyHz }) => {
      const detail = { gateway: gatewayEui, frequencyHz };
      onEvent({ server: "network-server", step: "downlink-sent", ok: true, devEui, detail });
    });
    gatewayServer.onUplink((received) => this.#receive({ ...received, receivedNs: clock.nowNs() }));
  }

  get busy(): boolean {
    return this.#work.busy;
  }

  /** How much is under way. */
  get pending(): number {
    return this.#work.pending;
  }

  /** Resolves when the next of it is finished. */
  settled(): Promise<void> {
    return this.#work.settled();
  }

  idle(): Promise<void> {
    return this.#work.idle();
  }

  /** Devices that are not registered here do not get as far as a Join Server. */
  registerDevice(profile: DeviceProfile): void {
    this.#join.registerDevice(profile);
  }

  /** Serves a personalised device from now on; the session that it had here, if any, ends. */
  personaliseDevice(device: PersonalisedDevice): void {
    const session = personalisedSession(this.#plan, device);
    this.#sessions.add(session);
    this.#sessions.activate(session);
  }

  /** The device's session: the one in use, or the one joined last while none is. */
  session(devEui: string): NetworkSession | undefined {
    return this.#sessions.current(devEui) ?? this.#sessions.next(devEui);
  }

  /**
   * Asks a device by MAC commands, which go in one downlink behind its next uplinks until it answers.
   * @throws RangeError if the device has no session, or the octets are no MAC commands that fit a frame.
   */
  request(devEui: string, macCommands: Uint8Array): void {
    const session = this.#sessions.current(devEui);
    if (session === undefined) throw new RangeError(`DevEUI ${devEui} has no session here`);
    session.macRequests.add(macCommands);
  }

  /** Starts to take messages of the Application Server and of roaming partners; `createServer` decides how they prove their names. */
  listen(options: ListenOptions): Promise<ListeningServer> {
    const { applicationServer } = this.#options;
    const handler: MessageHandler = (message, peer) =>
      this.#roaming === undefined || peer.name === applicationServer.clientName
        ? this.#application.handler(message, peer)
        : this.#roaming.handle(message, peer);
    return listenForMessages(options, handler, (error) => this.#fault(error));
  }

  /** One gateway's copy of a frame. */
  #receive(reception: Reception): void {
    this.#options.onEvent({
      server: "network-server",
      step: "uplink-received",
      ok: true,
      detail: {
        gateway: reception.gatewayEui,
        octets: reception.phyPayload.length,
        frequencyHz: reception.frequencyHz,
        spreadingFactor: reception.dataRate.spreadingFactor,
        rssiDbm: reception.rssiDbm,
        snrDb: reception.snrDb,
      },
    });
    this.#data.announce(reception.phyPayload, reception.receivedNs + this.#windowNs(reception.phyPayload));
    this.#deduplication.add(reception);
  }

  #process(uplink: Uplink): void {
    const { onEvent } = this.#options;
    const { best, receptions } = uplink;
    const gateways = new Set(receptions.map(({ gatewayEui }) => gatewayEui)).size;
    const detail = { gateways, bestGateway: best.gatewayEui, bestSnrDb: best.snrDb };
    onEvent({ server: "network-server", step: "uplink-deduplicated", ok: true, detail });
    const refuse = (reason: string): void =>
      onEvent({ server: "network-server", step: "uplink-refused", ok: false, detail, reason });
    try {
      const reason = this.#dispatch(uplink);
      if (reason !== undefined) refuse(reason);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      refuse(error.message);
    }
  }

  #late({ gatewayEui }: Reception, afterNs: number): void {
    this.#options.onEvent({
      server: "network-server",
      step: "uplink-late",
      ok: false,
      detail: { gateway: gatewayEui },
      reason: `the copy of gateway ${gatewayEui} came ${Math.round(afterNs / 1e6)} ms after the first one`,
    });
  }

  /** Hands the frame to who serves its kind; returns why nobody does. @throws FrameError */
  #dispatch(uplink: Uplink): string | undefined {
    const { phyPayload } = uplink.best;
    const radio = uplinkRadio(this.#plan, uplink);
    if (typeof radio === "string") return radio;
    const fType = fTypeOf(phyPayload);
    if (fType === FType.joinRequest) {
      if (this.#plan.joinedOn(radio.frequencyHz) === undefined)
        return `${radio.frequencyHz} Hz is no channel of ${this.#plan.name} for joining`;
      const request = parseJoinRequest(phyPayload);
      const { visitors } = this.#roaming ?? {};
      this.#work.start(async () => {
        if (visitors && !this.#join.knows(request.devEui)) await visitors.handOnJoin(uplink, request);
        else await this.#join.handle(uplink, request, radio.txDr);
      });
      return undefined;
    }
    if (fType === FType.rejoinRequest) {
      const request = parseRejoinRequest(phyPayload);
      this.#work.start(() => this.#join.handleRejoin(uplink, request, radio));
      return undefined;
    }
    if (!isDataFrame(phyPayload)) return `frames of FType ${fType} are not served by this network`;
    const devAddr = devAddrIn(phyPayload);
    const visitors = this.#isOwn(devAddr) || isDownlink(fType) ? undefined : this.#roaming?.visitors;
    if (visitors) this.#work.start(() => visitors.handOn(uplink, devAddr));
    else this.#data.handle(uplink, radio);
    return undefined;
  }

  /** Whether a DevAddr is of this network. */
  #isOwn(devAddr: string): boolean {
    return isDevAddrOf(devAddr, this.#options.netId) || this.#sessions.byDevAddr(devAddr).length > 0;
  }

  /** How long copies of a frame are waited for: partners may have heard those of this network's devices. */
  #windowNs(phyPayload: Uint8Array): number {
    const mayRoam = this.#roaming !== undefined && this.#isOwn(devAddrIn(phyPayload));
    return mayRoam ? ROAMING_WINDOW_NS : WINDOW_NS;
  }

  /** A join-request that a partner's gateways have heard. */
  async #joinElsewhere(uplink: Uplink, request: JoinRequest): Promise<JoinRefusal | undefined> {
    const radio = uplinkRadio(this.#plan, uplink);
    if (typeof radio === "string") return { resultCode: "Other", reason: radio };
    if (this.#plan.joinedOn(radio.frequencyHz) === undefined) {
      const reason = `${radio.frequencyHz} Hz is no channel of ${this.#plan.name} for joining`;
      return { resultCode: "Other", reason };
    }
    if (!this.#deduplication.claim(uplink.best.phyPayload))
      return { resultCode: "Deferred", reason: "this network's own gateways hear the device" };
    return this.#join.handle(uplink, request, radio.txDr);
  }

  /** Something that no peer can cause: reported, because the other devices go on. */
  #fault(error: unknown): void {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#options.onEvent({ server: "network-server", step: "server-fault", ok: false, detail: {}, reason });
  }
}

function isDownlink(fType: FType): boolean {
  return fType === FType.unconfirmedDataDown || fType === FType.confirmedDataDown;
}
