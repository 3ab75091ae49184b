/** Starts a network of a run: the gateways' side, the Network and the Application Server. */
import {
  ApplicationServer,
  type EventSink,
  type JoinServerLink,
  type Kek,
  NetworkServer,
} from "../backend/index.ts";
import type { VirtualClock } from "../clock/index.ts";
import type { NetworkPlan } from "../lorawan/index.ts";
import { type Credentials, discoverJoinServer, discoverNetworkServer } from "../trust/index.ts";
import type { Closers } from "./closers.ts";
import { type GatewayLink, openGatewayLink } from "./gateway-link.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { NetworkCertificates } from "./name-space.ts";
import type { Network, NetworkIdentity } from "./networks.ts";
import type { OrganisationTls } from "./organisation-tls.ts";
import { ServerControl } from "./server-control.ts";

interface NetworkOptions {
  readonly network: Network;
  readonly tls: OrganisationTls;
  readonly certificates: NetworkCertificates;
  /** What the servers present: `certificates`, but for a fault. */
  readonly presented: NetworkCertificates;
  /** The Network Server, as a client, says who it is. */
  readonly statesClientName: boolean;
  readonly keks: { readonly networkServer: Kek; readonly applicationServer: Kek };
  readonly clock: VirtualClock;
  /** Wall-clock time at the clock's zero, for the Network Server. */
  readonly startedAt: Date;
  readonly plan: NetworkPlan;
  /** The Network Server's DevAddrs and more, in [0, 1). */
  readonly random: () => number;
  /** The Application Server's own: the two work at the same time. */
  readonly applicationRandom: () => number;
  readonly answerTimeoutMs: number;
  /** Where its devices may roam, and how long without being asked for anew. */
  readonly partner?: { readonly network: NetworkIdentity; readonly lifetimeSeconds: number };
  readonly onEvent: EventSink;
  readonly onWarning: (message: string) => void;
  /** Where gateways come that are not the rig's. */
  readonly listen?: ListenAddress;
  /** What is to be known of them, and is no fault. */
  readonly onNotice: (message: string) => void;
}

export interface OpenedNetwork {
  readonly netId: string;
  readonly asId: string;
  readonly networkServer: NetworkServer;
  readonly applicationServer: ApplicationServer;
  readonly applicationServerControl: ServerControl;
  /** How its gateways and the Network Server meet. */
  readonly gateways: GatewayLink;
  /** From now on the Network Server shows those that it asks another certificate. */
  readonly presentToJoinServer: (credentials: Credentials) => void;
}

/** What has been started by then is in `closers`, also where it throws. */
export async function openNetwork(options: NetworkOptions, closers: Closers): Promise<OpenedNetwork> {
  const { network, tls, certificates, presented, keks, clock, startedAt, plan, random, onEvent } = options;
  const { applicationRandom } = options;
  const { organisation, netId, asId, names, ports } = network;
  const { answerTimeoutMs: timeoutMs } = options;
  const networkAgent = tls.agent(
    "network-server",
    presented.networkServerAsClient,
    options.statesClientName ? names.networkServerAsClient : undefined,
  );
  const applicationAgent = tls.agent(
    "application-server",
    presented.applicationServerAsClient,
    names.applicationServerAsClient,
  );
  const joinServer = (agent: JoinServerLink["agent"], draw: () => number): JoinServerLink => ({
    discover: (eui) => discoverJoinServer(tls.resolver, eui, undefined, draw),
    agent,
    timeoutMs,
  });
  const gateways = await openGatewayLink({
    ...{ clock, startedAt, plan, network, certificates, answerTimeoutMs: timeoutMs },
    ...{ address: tls.address, resolver: tls.resolver, onVerdict: tls.onVerdict },
    ...{ listen: options.listen, onWarning: options.onWarning, onNotice: options.onNotice },
  });
  closers.add(`the gateways' side of ${organisation}`, () => gateways.close());

  const { partner } = options;
  const networkServer = new NetworkServer({
    ...{ plan, netId, clock, startedAt, random, onEvent },
    gatewayServer: gateways.server,
    joinServer: joinServer(networkAgent, random),
    applicationServer: {
      id: asId,
      url: `https://${names.applicationServer}:${ports.applicationServer}/`,
      agent: networkAgent,
      clientName: names.applicationServerAsClient,
      timeoutMs,
    },
    keks: [keks.networkServer],
    roaming: partner && {
      partners: [
        {
          netId: partner.network.netId,
          clientName: partner.network.names.networkServerAsClient,
          lifetimeSeconds: partner.lifetimeSeconds,
        },
      ],
      discover: (wanted) => discoverNetworkServer(tls.resolver, wanted, undefined, random),
      agent: networkAgent,
      timeoutMs,
    },
  });
  const clients = [
    names.applicationServerAsClient,
    ...(partner ? [partner.network.names.networkServerAsClient] : []),
  ];
  const networkListening = await networkServer.listen(
    tls.listenOptions("network-server", ports.networkServer, () => certificates.networkServer, clients),
  );
  closers.add(`the Network Server of ${organisation}`, () => networkListening.close());

  const applicationServer = new ApplicationServer({
    ...{ asId, random: applicationRandom, onEvent },
    networkServer: {
      id: netId,
      url: `https://${names.networkServer}:${ports.networkServer}/`,
      agent: applicationAgent,
      clientName: names.networkServerAsClient,
      timeoutMs,
    },
    joinServer: joinServer(applicationAgent, applicationRandom),
    keks: [keks.applicationServer],
  });
  const { createServer, ...address } = tls.listenOptions(
    "application-server",
    ports.applicationServer,
    () => certificates.applicationServer,
    [names.networkServerAsClient],
  );
  const applicationServerControl = new ServerControl({
    clock,
    createServer,
    listen: (controlled) => applicationServer.listen({ ...address, createServer: controlled }),
  });
  closers.add(`the Application Server of ${organisation}`, () => applicationServerControl.stop());
  await applicationServerControl.start();
  return {
    ...{ netId, asId, networkServer, applicationServer, applicationServerControl, gateways },
    presentToJoinServer: (credentials) => networkAgent.reload(credentials),
  };
}
