/**
 * A whole network on loopback sockets in virtual time: gateways, Network Server, Application Server, and a real
 * Join Server behind a handler that a test can put itself into.
 */
import assert from "node:assert/strict";
import type { ServerEvent } from "../../../../hil/backend/events.ts";
import { type ListeningServer, listenForMessages } from "../../../../hil/backend/http.ts";
import {
  ApplicationServer,
  JoinServer,
  type JoinServerPeer,
  JoinStorage,
  NetworkServer,
  type RoamingOptions,
} from "../../../../hil/backend/index.ts";
import { type Participant, runLockstep, VirtualClock } from "../../../../hil/clock/index.ts";
import {
  type GatewayServer,
  type LoraTxpk,
  UdpGatewayServer,
  udpGateways,
} from "../../../../hil/gateway/index.ts";
import { LoraPacketDevice, type ReadDownlink, type UplinkFields } from "./device.ts";
import { TestGateway } from "./gateway.ts";
import { AS_NAME, type Identities, NS_NAME } from "./identities.ts";

export const NET_ID = "000013";
export const AS_ID = "as.net-a.example";
export const NS_KEK = { label: "ns-kek", key: Buffer.alloc(16, 0x11) };
export const AS_KEK = { label: "as-kek", key: Buffer.alloc(16, 0x22) };

/** What stands between the Network Server's request and the Join Server's answer. */
export type JoinServerBehaviour = (answer: () => Promise<object>, request: unknown) => Promise<object>;

export interface NetworkOptions {
  readonly joinServerTimeoutMs?: number;
  readonly applicationServerTimeoutMs?: number;
  readonly discover?: (joinEui: string) => Promise<{ target: string; port: number; path: string }>;
  /** The Join Server does not put the AppSKey into the JoinAns. */
  readonly appSKeyByRequestOnly?: boolean;
  /** Served by the Join Server. */
  readonly joinEui?: string;
  /** Somebody else moves it. */
  readonly clock?: VirtualClock;
  /** Instead of the network's own, whose gateways are then not heard. */
  readonly gatewayServer?: GatewayServer;
  /** With other networks, which the Join Server knows too. */
  readonly roaming?: {
    readonly options: Omit<RoamingOptions, "agent">;
    readonly joinServerPeers: readonly JoinServerPeer[];
  };
}

export class TestNetwork {
  readonly clock: VirtualClock;
  readonly events: ServerEvent[] = [];
  readonly gateways: TestGateway[] = [];
  /** Every JoinReq that reached the Join Server. */
  readonly joinRequests: unknown[] = [];
  /** What time stands still for besides. */
  readonly participants: Participant[] = [];
  joinServerBehaviour: JoinServerBehaviour = (answer) => answer();
  readonly networkServerPeer = { url: "" };
  readonly applicationServerPeer = { url: "" };
  joinServerPort = 0;
  joinServer!: JoinServer;
  networkServer!: NetworkServer;
  applicationServer!: ApplicationServer;
  readonly #gatewayServer = new UdpGatewayServer({ answerTimeoutMs: 200 });
  readonly #listening = new Map<string, ListeningServer>();
  #storage!: JoinStorage;
  #tmst = 1_000_000;

  static async start(identities: Identities, options: NetworkOptions = {}): Promise<TestNetwork> {
    const network = new TestNetwork(options.clock ?? new VirtualClock());
    await network.#start(identities, options);
    return network;
  }

  private constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  async #start(identities: Identities, options: NetworkOptions): Promise<void> {
    const onEvent = (event: ServerEvent): void => {
      this.events.push(event);
    };
    this.#storage = await JoinStorage.open({ path: ":memory:", kek: Buffer.alloc(16, 0x33) });
    this.joinServer = new JoinServer({
      joinEuis: [options.joinEui ?? "00005E100000002F"],
      storage: this.#storage,
      peers: [
        { senderId: NET_ID, clientName: NS_NAME, kek: NS_KEK },
        { senderId: AS_ID, clientName: AS_NAME, kek: options.appSKeyByRequestOnly ? undefined : AS_KEK },
        ...(options.roaming?.joinServerPeers ?? []),
      ],
      onEvent,
      nowMs: () => this.clock.nowNs() / 1e6,
    });
    const listenOptions = identities.listenOptions();
    const joinServer = await listenForMessages(
      listenOptions,
      (message, peer) => {
        if ((message as { MessageType?: string }).MessageType === "JoinReq") this.joinRequests.push(message);
        return this.joinServerBehaviour(() => this.joinServer.handle(message, peer.name), message);
      },
      (error) => assert.fail(String(error)),
    );
    this.#listening.set("join-server", joinServer);
    this.joinServerPort = joinServer.port;
    const discover =
      options.discover ?? (async () => ({ target: "localhost", port: this.joinServerPort, path: "/" }));
    const networkAgent = await identities.agent(NS_NAME);
    const applicationAgent = await identities.agent(AS_NAME);

    this.applicationServer = new ApplicationServer({
      asId: AS_ID,
      networkServer: Object.assign(this.networkServerPeer, {
        id: NET_ID,
        agent: applicationAgent,
        clientName: NS_NAME,
        timeoutMs: 2000,
      }),
      joinServer: { discover, agent: applicationAgent, timeoutMs: 2000 },
      keks: [AS_KEK],
      random: () => 0.25,
      onEvent,
    });
    this.networkServer = new NetworkServer({
      netId: NET_ID,
      clock: this.clock,
      startedAt: new Date("2026-01-01T00:00:00Z"),
      gatewayServer: options.gatewayServer ?? udpGateways(this.#gatewayServer),
      joinServer: { discover, agent: networkAgent, timeoutMs: options.joinServerTimeoutMs ?? 2000 },
      applicationServer: Object.assign(this.applicationServerPeer, {
        id: AS_ID,
        agent: networkAgent,
        clientName: AS_NAME,
        timeoutMs: options.applicationServerTimeoutMs ?? 2000,
      }),
      keks: [NS_KEK],
      random: () => 0.5,
      onEvent,
      ...(options.roaming ? { roaming: { ...options.roaming.options, agent: networkAgent } } : {}),
    });
    const network = await this.networkServer.listen(listenOptions);
    this.#listening.set("network-server", network);
    this.networkServerPeer.url = `https://localhost:${network.port}/`;
    const application = await this.applicationServer.listen(listenOptions);
    this.#listening.set("application-server", application);
    this.applicationServerPeer.url = `https://localhost:${application.port}/`;

    const gatewayServer = await this.#gatewayServer.listen();
    for (const eui of ["00000000000000A1", "00000000000000B2"]) {
      const gateway = new TestGateway(eui);
      await gateway.connect(gatewayServer);
      this.gateways.push(gateway);
    }
  }

  async close(): Promise<void> {
    for (const gateway of this.gateways) await gateway.close();
    await this.#gatewayServer.close();
    for (const server of this.#listening.values()) await server.close();
    await this.#storage.close();
  }

  /** Nothing listens there any more. */
  async stop(server: "join-server" | "application-server" | "network-server"): Promise<void> {
    await this.#listening.get(server)?.close();
    this.#listening.delete(server);
  }

  /** Known to all three servers, unless `knownTo` says less. */
  async register(device: LoraPacketDevice, knownTo = ["join-server", "network-server"]): Promise<void> {
    const { devEui, joinEui, macVersion, nwkKey, appKey } = device;
    if (knownTo.includes("network-server")) this.networkServer.registerDevice({ devEui, macVersion });
    this.applicationServer.registerDevice({ devEui, joinEui });
    if (!knownTo.includes("join-server")) return;
    const keys = macVersion === "1.1" ? { nwkKey, appKey } : { appKey };
    await this.joinServer.registerDevice({
      devEui,
      joinEui,
      macVersion,
      ...keys,
      homeNetId: NET_ID,
      asId: AS_ID,
    });
  }

  async newDevice(macVersion: "1.0.4" | "1.1", devEui?: string): Promise<LoraPacketDevice> {
    const device = new LoraPacketDevice(macVersion, devEui);
    await this.register(device);
    return device;
  }

  /** Lets virtual time pass, standing still while a server works. */
  async pass(ms: number): Promise<void> {
    const limitNs = this.clock.nowNs() + ms * 1e6;
    const participants = [this.networkServer, this.#gatewayServer, ...this.participants];
    await runLockstep({ clock: this.clock, machines: [], participants, done: () => false, limitNs });
  }

  /** A frame heard by the first gateway (or another), on channel 0 at DR5; returns the gateway's timestamp. */
  async hear(
    phyPayload: Uint8Array,
    radio: { gateway?: number; freq?: number; datr?: string; lsnr?: number; tmst?: number } = {},
  ): Promise<number> {
    this.#tmst += 10_000_000;
    const tmst = radio.tmst ?? this.#tmst;
    await this.gateways[radio.gateway ?? 0].push(phyPayload, { ...radio, tmst });
    return tmst;
  }

  /** Joins over the air; the downlink is the join-accept. */
  async join(device: LoraPacketDevice): Promise<void> {
    await this.hear(device.joinRequest());
    await this.pass(8000);
    device.accept(phyPayloadOf(this.takeDownlink()));
  }

  /** Sends an uplink and returns what came back in its windows, checked and decrypted by the device. */
  async exchange(device: LoraPacketDevice, fields: UplinkFields): Promise<ReadDownlink | undefined> {
    await this.hear(device.uplink(fields, 5, 0));
    await this.pass(4000);
    if (this.gateways[0].downlinks.length === 0) return undefined;
    return device.read(phyPayloadOf(this.takeDownlink()));
  }

  /** The only downlink of the first gateway that has not been taken yet. */
  takeDownlink(): LoraTxpk {
    const { downlinks } = this.gateways[0];
    assert.equal(downlinks.length, 1, `one downlink is expected; the servers say ${this.failures()}`);
    return downlinks.pop() as LoraTxpk;
  }

  steps(server: ServerEvent["server"]): string[] {
    return this.events.filter((event) => event.server === server).map(({ step }) => step);
  }

  /** The last event of a step, which must have happened. */
  event(step: string, server: ServerEvent["server"] = "network-server"): ServerEvent {
    const found = this.events.findLast((event) => event.step === step && event.server === server);
    assert.ok(found, `${server} reported no "${step}", but ${this.steps(server).join(", ")}`);
    return found;
  }

  /** Reasons of everything that did not go as it should. */
  failures(): string {
    const failed = this.events.filter(({ ok }) => !ok);
    return (
      failed.map(({ server, step, reason }) => `${server} ${step}: ${reason}`).join("; ") || "nothing wrong"
    );
  }
}

export function phyPayloadOf(txpk: LoraTxpk): Buffer {
  return Buffer.from(txpk.data, "base64");
}
