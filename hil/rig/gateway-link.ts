/**
 * Between the gateway of a run and the Network Server of organisation A: the Semtech UDP protocol, which has no protection, or
 * LoRa Basics Station over DANE mutual TLS. Both ends.
 */
import type { Clock, Participant } from "../clock/index.ts";
import {
  type Forwarder,
  type GatewayRadio,
  type GatewayServer,
  StationGatewayServer,
  stationForwarder,
  UdpGatewayServer,
  udpForwarder,
  udpGateways,
} from "../gateway/index.ts";
import type { NetworkPlan } from "../lorawan/index.ts";
import { createDaneAgent, type PeerVerdict, type Resolver } from "../trust/index.ts";
import { type CertificateSet, NAMES, PORTS } from "./name-space.ts";
import type { Party } from "./timeline.ts";

export const GATEWAY_PROTOCOLS = ["udp", "station"] as const;
export type GatewayProtocol = (typeof GATEWAY_PROTOCOLS)[number];

export const GATEWAY_EUI = "02000000FFFE0001";

export interface GatewayLinkOptions {
  readonly protocol: GatewayProtocol;
  readonly clock: Clock;
  /** Wall-clock time at the clock's zero. */
  readonly startedAt: Date;
  readonly plan: NetworkPlan;
  readonly netId: string;
  /** The loopback address of the run. */
  readonly address: string;
  readonly certificates: CertificateSet;
  readonly resolver: Resolver;
  readonly answerTimeoutMs: number;
  readonly onVerdict: (judge: Party, verdict: PeerVerdict) => void;
  /** What the server does not serve, and what it warns of. */
  readonly onWarning: (message: string) => void;
}

export interface GatewayLink {
  /** What virtual time waits for on the server's side. */
  readonly participant: Participant;
  readonly server: GatewayServer;
  /** The protocol side of the run's gateway. */
  readonly forwarder: (radio: GatewayRadio) => Forwarder;
  close(): Promise<void>;
}

/** Has the server listen, and tells what the gateway needs to reach it. */
export function openGatewayLink(options: GatewayLinkOptions): Promise<GatewayLink> {
  return options.protocol === "udp" ? udpLink(options) : stationLink(options);
}

async function udpLink(options: GatewayLinkOptions): Promise<GatewayLink> {
  const { plan, address, answerTimeoutMs, onWarning } = options;
  const participant = new UdpGatewayServer({ answerTimeoutMs, onWarning });
  const server = await participant.listen(PORTS.gateways, address);
  const channels = plan.channels.map((channel) => ({ ...channel, frequencyHz: channel.uplinkHz }));
  return {
    participant,
    server: udpGateways(participant),
    forwarder: udpForwarder({ channels, transmitHz: plan.rangeHz, server, answerTimeoutMs }),
    close: () => participant.close(),
  };
}

async function stationLink(options: GatewayLinkOptions): Promise<GatewayLink> {
  const { plan, netId, clock, startedAt, address, answerTimeoutMs, resolver, onVerdict } = options;
  const { certificates } = options;
  const server = new StationGatewayServer({
    ...{ plan, netId, clock, startedAt, answerTimeoutMs },
    access: {
      kind: "client-certificate",
      tls: {
        credentials: certificates.stationServer,
        resolver,
        onVerdict: (verdict) => onVerdict("network-server", verdict),
      },
      euiOf: new Map([[NAMES.gatewayAsClient, GATEWAY_EUI]]),
    },
    onRejected: ({ from, reason }) => options.onWarning(`${from}: ${reason}`),
  });
  await server.listen(PORTS.stations, address);
  const agent = createDaneAgent({
    credentials: certificates.gatewayAsClient,
    clientName: NAMES.gatewayAsClient,
    resolver,
    connectTimeoutMs: answerTimeoutMs,
    onVerdict: (verdict) => onVerdict("gateway", verdict),
  });
  return {
    participant: server,
    server,
    forwarder: stationForwarder({
      uri: `wss://${NAMES.stationServer}:${PORTS.stations}`,
      agent,
      answerTimeoutMs,
    }),
    close: async () => {
      agent.destroy();
      await server.close();
    },
  };
}
