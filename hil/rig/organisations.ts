/**
 * The organisations of a run with their servers: organisation A has the Network and the Application Server, organisation B the
 * Join Server, and organisation C, where devices roam, the servers of the network that they visit. They meet over real sockets
 * on a loopback address of the run's own, and know each other by DNS and DANE alone.
 */
import { type EventSink, JoinServer, JoinStorage, type Kek } from "../backend/index.ts";
import type { Participant, VirtualClock } from "../clock/index.ts";
import type { NetworkPlan } from "../lorawan/index.ts";
import { type PeerVerdict, Resolver, type SecretSource } from "../trust/index.ts";
import type { Closers } from "./closers.ts";
import type { Fault } from "./faults.ts";
import { Foundation } from "./foundation.ts";
import type { LinkedGateway } from "./gateway-link.ts";
import type { ListenAddress } from "./listen-address.ts";
import { type CertificateSet, PORTS } from "./name-space.ts";
import { HOME_NETWORK, type Network, ROAMING_HOME_NETWORK, VISITED_NETWORK } from "./networks.ts";
import { type OpenedNetwork, openNetwork } from "./open-network.ts";
import { OrganisationTls } from "./organisation-tls.ts";
import { KEY_OCTETS, numbered } from "./secrets.ts";
import { ServerControl } from "./server-control.ts";
import type { JoinServerDatabase } from "./state.ts";
import type { Party } from "./timeline.ts";
import { TrustControl } from "./trust-control.ts";

/**
 * Wall time for whatever one side of a run awaits of another: an exchange between servers, a look-up in DNS, a gateway's
 * answer. Virtual time stands while it is awaited, so that nothing comes too late by it; it must only end, on a busy
 * machine too, and no fault is told by it.
 */
export const ANSWER_TIMEOUT_MS = 60_000;

interface OrganisationsOptions {
  readonly clock: VirtualClock;
  /** Wall-clock time at the clock's zero, for the Network Servers. */
  readonly startedAt: Date;
  readonly chosenGateways: readonly LinkedGateway[];
  /** Where gateways of organisation A come that are not the rig's. */
  readonly listen?: ListenAddress;
  /** The channel plan of the networks. */
  readonly plan: NetworkPlan;
  readonly random: () => number;
  readonly applicationRandom: () => number;
  /** What the run's loopback address is drawn from: by itself, as it may take more than one draw. */
  readonly addressRandom: () => number;
  /** What earlier runs stood on, for the same networks and JoinEUI and without a fault; its own where not given. */
  readonly foundation?: Foundation;
  readonly joinEui: string;
  /** The Join Server's; where not given, one that ends with the servers. */
  readonly database: JoinServerDatabase | undefined;
  /** What KEKs, private keys and names of session keys follow from. */
  readonly secrets: SecretSource;
  readonly fault: Fault | undefined;
  /** Devices of organisation A may roam in organisation C's network. */
  readonly roaming?: {
    readonly gateways: readonly LinkedGateway[];
    readonly lifetimeSeconds: number;
    readonly random: () => number;
    readonly applicationRandom: () => number;
    /** Of C's servers. */
    readonly onEvent: EventSink;
  };
  readonly onEvent: EventSink;
  /** What `judge` found out about its peer. */
  readonly onVerdict: (judge: Party, verdict: PeerVerdict) => void;
  /** What a Network Server's gateways bring that it does not serve. */
  readonly onWarning: (server: Party, message: string) => void;
  /** What is to be known of A's gateways, and is no fault. */
  readonly onNotice: (message: string) => void;
}

/** Organisation A's network, and what there is besides. */
export interface Organisations extends OpenedNetwork {
  readonly joinServer: JoinServer;
  readonly joinServerControl: ServerControl;
  readonly trustControl: TrustControl;
  /** Organisation C's network. */
  readonly visited: OpenedNetwork | undefined;
  /** The servers of each organisation as judges of those that connect. */
  readonly judges: readonly Participant[];
}

/** Starts DNS and all servers; what has been started by then is in `closers`, also where it throws. */
export async function openOrganisations(
  options: OrganisationsOptions,
  closers: Closers,
): Promise<Organisations> {
  const { clock, startedAt, plan, secrets, fault, roaming, onVerdict } = options;
  const networks = networksOf(options);
  const { joinEui, addressRandom } = options;
  const foundation =
    options.foundation ??
    (await Foundation.open({ networks, joinEui, fault, startedAt, secrets, random: addressRandom }));
  const { root, address } = foundation;
  const certificates = foundation.certificates.published;
  if (options.foundation === undefined) closers.add("DNS", () => foundation.close());

  // Each with a resolver of its own: no organisation believes another's cache.
  const judges: OrganisationTls[] = [];
  const organisationTls = (judged: OrganisationsOptions["onVerdict"]) => {
    const made = new OrganisationTls({
      resolver: new Resolver({
        servers: [{ host: address, port: PORTS.dns }],
        anchors: [root.anchor],
        lookupTimeoutMs: ANSWER_TIMEOUT_MS,
        now: () => new Date(startedAt.getTime() + clock.nowNs() / 1e6),
      }),
      address,
      connectTimeoutMs: ANSWER_TIMEOUT_MS,
      onVerdict: judged,
      closers,
    });
    judges.push(made);
    return made;
  };
  const presented = await presentedCertificates(foundation, fault);
  const keks = networks.map((network) => keksOf(network, secrets));
  const joinServer = await openJoinServer(
    { ...options, networks, keks, presented, tls: organisationTls(onVerdict) },
    closers,
  );
  const open = (index: number, tls: OrganisationTls, of: NetworkParts) =>
    openNetwork(
      {
        ...{ network: networks[index], tls, keks: keks[index], clock, startedAt, plan },
        ...{ random: of.random, applicationRandom: of.applicationRandom, onEvent: of.onEvent },
        answerTimeoutMs: ANSWER_TIMEOUT_MS,
        certificates: certificates.networks[index],
        presented: presented.networks[index],
        statesClientName: index > 0 || fault !== "no-client-identity",
        partner: roaming && { network: networks[1 - index], lifetimeSeconds: roaming.lifetimeSeconds },
        ...(index === 0 ? { listen: options.listen } : {}),
        onNotice: options.onNotice,
        onWarning: (message) =>
          options.onWarning(index > 0 ? "visited-network-server" : "network-server", message),
      },
      closers,
    );
  const home = await open(0, organisationTls(onVerdict), options);
  const judgedByVisited = (judge: Party, verdict: PeerVerdict) =>
    onVerdict(VISITED_PARTIES[judge] ?? judge, verdict);
  const visited = roaming && (await open(1, organisationTls(judgedByVisited), roaming));
  const trustControl = new TrustControl({
    foundation,
    present: async (party, credentials) => {
      if (party === "join-server") presented.joinServer = credentials;
      else home.presentToJoinServer(credentials);
    },
    forget: async () => {
      for (const { resolver } of judges) resolver.clearCache();
      await joinServer.joinServerControl.reconnect();
    },
  });
  closers.add("what DNS says", async () => trustControl.restoreZones());
  return { ...home, ...joinServer, trustControl, visited, judges };
}

/** What each network has of its own. */
type NetworkParts = Pick<OrganisationsOptions, "random" | "applicationRandom" | "onEvent">;

export function networksOf({
  chosenGateways: gateways,
  roaming,
}: Pick<OrganisationsOptions, "chosenGateways" | "roaming">): readonly Network[] {
  if (roaming === undefined) return [{ ...HOME_NETWORK, gateways }];
  return [
    { ...ROAMING_HOME_NETWORK, gateways },
    { ...VISITED_NETWORK, gateways: roaming.gateways },
  ];
}

/** Organisation C's servers and gateway, as the timeline tells them from A's. */
const VISITED_PARTIES: Readonly<Partial<Record<Party, Party>>> = {
  gateway: "visited-gateway",
  "network-server": "visited-network-server",
};

/** Keys under which the Join Server wraps session keys for a network. */
interface Keks {
  readonly networkServer: Kek;
  readonly applicationServer: Kek;
}

function keksOf({ netId, asId }: Network, secrets: SecretSource): Keks {
  const kek = (label: string): Kek => ({ label, key: Buffer.from(secrets(`KEK ${label}`, KEY_OCTETS)) });
  return { networkServer: kek(`ns/${netId}`), applicationServer: kek(`as/${asId}`) };
}

interface JoinServerOptions extends OrganisationsOptions {
  readonly networks: readonly Network[];
  readonly keks: readonly Keks[];
  /** What is presented when a server begins to listen. */
  readonly presented: CertificateSet;
  readonly tls: OrganisationTls;
}

async function openJoinServer(
  { networks, keks, presented, tls, clock, secrets, fault, ...options }: JoinServerOptions,
  closers: Closers,
): Promise<Pick<Organisations, "joinServer" | "joinServerControl">> {
  const startedMs = Date.now();
  const database = options.database ?? { path: ":memory:", kek: secrets("KEK of the database", KEY_OCTETS) };
  const storage = await JoinStorage.open(database);
  closers.add("the Join Server's database", () => storage.close());
  const roaming = networks.length > 1;
  const peers = networks.flatMap(({ netId, asId, names }, index) => {
    const { networkServer, applicationServer } = keks[index];
    return [
      { senderId: netId, clientName: names.networkServerAsClient, kek: networkServer, roaming },
      { senderId: asId, clientName: names.applicationServerAsClient, kek: applicationServer },
    ];
  });
  const joinServer = new JoinServer({
    joinEuis: [options.joinEui],
    storage,
    peers,
    nowMs: () => startedMs + clock.nowNs() / 1e6,
    randomBytes: numbered(secrets, "session key"),
    onEvent: options.onEvent,
  });
  const clients = peers.map(({ clientName }) => clientName);
  const { createServer, ...address } = tls.listenOptions(
    "join-server",
    PORTS.joinServer,
    () => presented.joinServer,
    clients,
  );
  const joinServerControl = new ServerControl({
    clock,
    createServer,
    listen: (controlled) => joinServer.listen({ ...address, createServer: controlled }),
  });
  if (fault !== "join-server-down") await joinServerControl.start();
  closers.add("the Join Server", () => joinServerControl.stop());
  return { joinServer, joinServerControl };
}

/** The certificates that the servers present: those that DNS names, unless the fault swaps one. */
async function presentedCertificates(
  foundation: Foundation,
  fault: Fault | undefined,
): Promise<{ -readonly [part in keyof CertificateSet]: CertificateSet[part] }> {
  const presented = { ...foundation.certificates.published };
  if (fault === "swapped-server-certificate") presented.joinServer = await foundation.swapped("join-server");
  if (fault === "swapped-client-certificate") {
    const [home, ...others] = presented.networks;
    const networkServerAsClient = await foundation.swapped("network-server");
    presented.networks = [{ ...home, networkServerAsClient }, ...others];
  }
  return presented;
}
