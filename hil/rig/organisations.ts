/**
 * The two organisations of a run with their servers: organisation A has the Network and the Application
 * Server, organisation B the Join Server. They meet over real sockets on a loopback address of the run's
 * own, and know each other by DNS and DANE alone.
 */
import { randomBytes } from "node:crypto";
import type { Agent } from "node:https";
import {
  ApplicationServer,
  type EventSink,
  JoinServer,
  JoinStorage,
  type Kek,
  type ListenOptions,
  NetworkServer,
} from "../backend/index.ts";
import type { VirtualClock } from "../clock/index.ts";
import type { NetworkPlan } from "../lorawan/index.ts";
import {
  type Credentials,
  createDaneAgent,
  createDaneServer,
  type DaneServerOptions,
  discoverJoinServer,
  type PeerVerdict,
  Resolver,
  type TestRoot,
} from "../trust/index.ts";
import type { Closers } from "./closers.ts";
import type { Fault } from "./faults.ts";
import { type GatewayLink, type LinkedGateway, openGatewayLink } from "./gateway-link.ts";
import { JoinServerControl } from "./join-server-control.ts";
import type { ListenAddress } from "./listen-address.ts";
import { type CertificateSet, createNameSpace, issueCertificates, NAMES, PORTS } from "./name-space.ts";
import type { Party } from "./timeline.ts";

/** NetID of organisation A: one of the two that are free for private networks. */
export const NET_ID = "000001";
/** AS-ID of organisation A's Application Server. */
export const AS_ID = "as.net-a.example";
/**
 * Wall time for whatever one side of a run awaits of another: an exchange between servers, a look-up in DNS, a gateway's
 * answer. Virtual time stands while it is awaited, so that nothing comes too late by it; it must only end, on a busy
 * machine too, and no fault is told by it.
 */
export const ANSWER_TIMEOUT_MS = 60_000;
const KEK_OCTETS = 16;

interface OrganisationsOptions {
  readonly clock: VirtualClock;
  /** Wall-clock time at the clock's zero, for the Network Server. */
  readonly startedAt: Date;
  readonly chosenGateways: readonly LinkedGateway[];
  /** Where gateways come that are not the rig's. */
  readonly listen?: ListenAddress;
  /** The channel plan of organisation A's network. */
  readonly plan: NetworkPlan;
  readonly random: () => number;
  /** What the run's loopback address is drawn from: by itself, as it may take more than one draw. */
  readonly addressRandom: () => number;
  readonly joinEui: string;
  readonly databasePath: string;
  readonly joinServerKek: Uint8Array;
  readonly fault: Fault | undefined;
  readonly onEvent: EventSink;
  /** What `judge` found out about its peer. */
  readonly onVerdict: (judge: Party, verdict: PeerVerdict) => void;
  readonly onWarning: (message: string) => void;
  /** What is to be known, and is no fault. */
  readonly onNotice: (message: string) => void;
}

export interface Organisations {
  readonly networkServer: NetworkServer;
  readonly applicationServer: ApplicationServer;
  readonly joinServer: JoinServer;
  readonly joinServerControl: JoinServerControl;
  /** How the run's gateways and the Network Server meet. */
  readonly gateways: GatewayLink;
}

/** Starts DNS and all servers; what has been started by then is in `closers`, also where it throws. */
export async function openOrganisations(
  options: OrganisationsOptions,
  closers: Closers,
): Promise<Organisations> {
  const { clock, random, joinEui, fault, onEvent, onVerdict } = options;
  const startedMs = Date.now();
  const certificates = await issueCertificates(options.chosenGateways.length - 1);
  const { root, address } = await startNameServer({
    certificates,
    joinEui,
    fault,
    random: options.addressRandom,
  });
  closers.add("DNS", () => root.close());

  // A resolver for each organisation: neither believes the other's cache.
  const resolver = () =>
    new Resolver({
      servers: [{ host: address, port: PORTS.dns }],
      anchors: [root.anchor],
      lookupTimeoutMs: ANSWER_TIMEOUT_MS,
    });
  const [resolverA, resolverB] = [resolver(), resolver()];
  const agent = (party: Party, credentials: Credentials, clientName: string | undefined): Agent => {
    const made = createDaneAgent({
      credentials,
      clientName,
      resolver: resolverA,
      connectTimeoutMs: ANSWER_TIMEOUT_MS,
      onVerdict: (verdict) => onVerdict(party, verdict),
    });
    closers.add(`the connections of the ${party}`, () => made.destroy());
    return made;
  };
  const listenOptions = (
    party: "networkServer" | "applicationServer" | "joinServer",
    credentials: Credentials,
    clientNames: readonly string[],
  ): ListenOptions => {
    const server: DaneServerOptions = {
      credentials,
      resolver: party === "joinServer" ? resolverB : resolverA,
      clientPolicy: { allow: (name) => clientNames.includes(name) },
      onVerdict: (verdict) => onVerdict(PARTIES[party], verdict),
    };
    return {
      host: address,
      port: PORTS[party],
      createServer: (listener) => createDaneServer(server, listener),
    };
  };
  const presented = await presentedCertificates(certificates, fault);

  const networkServerKek = kek(`ns/${NET_ID}`);
  const applicationServerKek = kek(`as/${AS_ID}`);
  const storage = await JoinStorage.open({ path: options.databasePath, kek: options.joinServerKek });
  closers.add("the database of the join-server", () => storage.close());
  const joinServer = new JoinServer({
    joinEuis: [joinEui],
    storage,
    peers: [
      { senderId: NET_ID, clientName: NAMES.networkServerAsClient, kek: networkServerKek },
      { senderId: AS_ID, clientName: NAMES.applicationServerAsClient, kek: applicationServerKek },
    ],
    nowMs: () => startedMs + clock.nowNs() / 1e6,
    onEvent,
  });
  const { createServer, ...joinServerAddress } = listenOptions("joinServer", presented.joinServer, [
    NAMES.networkServerAsClient,
    NAMES.applicationServerAsClient,
  ]);
  const joinServerControl = new JoinServerControl({
    clock,
    createServer,
    listen: (controlled) => joinServer.listen({ ...joinServerAddress, createServer: controlled }),
  });
  closers.add("the join-server", () => joinServerControl.stop());
  if (fault !== "join-server-down") await joinServerControl.start();

  const networkServerAgent = agent(
    "network-server",
    presented.networkServerAsClient,
    fault === "no-client-identity" ? undefined : NAMES.networkServerAsClient,
  );
  const applicationServerAgent = agent(
    "application-server",
    presented.applicationServerAsClient,
    NAMES.applicationServerAsClient,
  );
  const joinServerLink = (client: Agent) => ({
    discover: (eui: string) => discoverJoinServer(resolverA, eui, undefined, random),
    agent: client,
    timeoutMs: ANSWER_TIMEOUT_MS,
  });

  const gateways = await openGatewayLink({
    ...{ clock, startedAt: options.startedAt, plan: options.plan, netId: NET_ID, address, certificates },
    gateways: options.chosenGateways,
    listen: options.listen,
    resolver: resolverA,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    onVerdict,
    onWarning: options.onWarning,
    onNotice: options.onNotice,
  });
  closers.add("the server of the gateways", () => gateways.close());
  const networkServer = new NetworkServer({
    plan: options.plan,
    netId: NET_ID,
    clock,
    startedAt: options.startedAt,
    gatewayServer: gateways.server,
    joinServer: joinServerLink(networkServerAgent),
    applicationServer: {
      id: AS_ID,
      url: `https://${NAMES.applicationServer}:${PORTS.applicationServer}/`,
      agent: networkServerAgent,
      clientName: NAMES.applicationServerAsClient,
      timeoutMs: ANSWER_TIMEOUT_MS,
    },
    keks: [networkServerKek],
    random,
    onEvent,
  });
  const networkListening = await networkServer.listen(
    listenOptions("networkServer", certificates.networkServer, [NAMES.applicationServerAsClient]),
  );
  closers.add("the network-server", () => networkListening.close());

  const applicationServer = new ApplicationServer({
    asId: AS_ID,
    networkServer: {
      id: NET_ID,
      url: `https://${NAMES.networkServer}:${PORTS.networkServer}/`,
      agent: applicationServerAgent,
      clientName: NAMES.networkServerAsClient,
      timeoutMs: ANSWER_TIMEOUT_MS,
    },
    joinServer: joinServerLink(applicationServerAgent),
    keks: [applicationServerKek],
    random,
    onEvent,
  });
  const applicationListening = await applicationServer.listen(
    listenOptions("applicationServer", certificates.applicationServer, [NAMES.networkServerAsClient]),
  );
  closers.add("the application-server", () => applicationListening.close());

  return { networkServer, applicationServer, joinServer, joinServerControl, gateways };
}

const PARTIES = {
  networkServer: "network-server",
  applicationServer: "application-server",
  joinServer: "join-server",
} as const;

function kek(label: string): Kek {
  return { label, key: randomBytes(KEK_OCTETS) };
}

/** The certificates that the servers present: those that DNS names, unless the fault swaps one. */
async function presentedCertificates(
  published: CertificateSet,
  fault: Fault | undefined,
): Promise<CertificateSet> {
  if (fault === "swapped-server-certificate") {
    return { ...published, joinServer: (await issueCertificates()).joinServer };
  }
  if (fault === "swapped-client-certificate") {
    return { ...published, networkServerAsClient: (await issueCertificates()).networkServerAsClient };
  }
  return published;
}

const ADDRESS_ATTEMPTS = 10;

/**
 * A name server on a loopback address that no other run uses: having its port there is having the address.
 * The address follows from the seed, since reasons may name it, unless another run has it already.
 */
async function startNameServer(options: {
  certificates: CertificateSet;
  joinEui: string;
  fault: Fault | undefined;
  random: () => number;
}): Promise<{ root: TestRoot; address: string }> {
  for (let attempt = 1; ; attempt++) {
    const octet = () => 1 + Math.floor(options.random() * 254);
    const address = `127.${octet()}.${octet()}.${octet()}`;
    const root = createNameSpace({ ...options, address });
    try {
      await root.server.listen({ host: address, port: PORTS.dns });
      return { root, address };
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!taken || attempt === ADDRESS_ATTEMPTS) throw error;
    }
  }
}
