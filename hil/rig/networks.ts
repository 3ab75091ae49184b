/**
 * The networks of a run: that of organisation A, and, where devices roam, that of organisation C, which is visited. Each has
 * names, ports, an AS-ID and gateways of its own.
 */
import type { LinkedGateway } from "./gateway-link.ts";

/** What the servers of a network are called, and the same where they are clients. */
export interface NetworkNames {
  readonly networkServer: string;
  readonly networkServerAsClient: string;
  readonly applicationServer: string;
  readonly applicationServerAsClient: string;
  readonly stationServer: string;
}

/** Who runs it, and where its servers are. */
export interface NetworkIdentity {
  /** As its certificates have it. */
  readonly organisation: string;
  readonly zone: string;
  readonly netId: string;
  readonly asId: string;
  readonly names: NetworkNames;
  /** All on the loopback address of the run. */
  readonly ports: {
    readonly networkServer: number;
    readonly applicationServer: number;
    readonly gateways: number;
    readonly stations: number;
  };
}

export interface Network extends NetworkIdentity {
  readonly gateways: readonly LinkedGateway[];
}

/** NetID of organisation A: one of the two that are free for private networks. */
export const NET_ID = "000001";
/** The same where devices roam: private networks do not. */
const ROAMING_NET_ID = "60010A";

export const HOME_NETWORK: NetworkIdentity = {
  organisation: "Network A",
  ...named("net-a.example"),
  netId: NET_ID,
  ports: { networkServer: 8001, applicationServer: 8002, gateways: 1700, stations: 8887 },
};

export const ROAMING_HOME_NETWORK: NetworkIdentity = { ...HOME_NETWORK, netId: ROAMING_NET_ID };

export const VISITED_NETWORK: NetworkIdentity = {
  organisation: "Network C",
  ...named("net-c.example"),
  netId: "60010C",
  ports: { networkServer: 8011, applicationServer: 8012, gateways: 1710, stations: 8897 },
};

export const VISITED_GATEWAY_EUI = "02000000FFFE000C";

/** The name of a network's gateway as a client: 1 is the first. */
export function gatewayClientName({ zone }: Pick<NetworkIdentity, "zone">, number: number): string {
  return `_gateway-${number}.gw.${zone}`;
}

function named(zone: string): Pick<NetworkIdentity, "zone" | "asId" | "names"> {
  return {
    zone,
    asId: `as.${zone}`,
    names: {
      networkServer: `ns.${zone}`,
      networkServerAsClient: `_ns-client.ns.${zone}`,
      applicationServer: `as.${zone}`,
      applicationServerAsClient: `_as-client.as.${zone}`,
      stationServer: `lns.${zone}`,
    },
  };
}
