/**
 * Between the gateways and the Network Server of a network: the Semtech UDP protocol, which has no protection, or
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
import type { ListenAddress } from "./listen-address.ts";
import type { NetworkCertificates } from "./name-space.ts";
import { gatewayClientName, type Network } from "./networks.ts";
import { openRealGateways } from "./real-gateways.ts";
import type { Party } from "./timeline.ts";

export const GATEWAY_PROTOCOLS = ["udp", "station"] as const;
export type GatewayProtocol = (typeof GATEWAY_PROTOCOLS)[number];

/** A gateway of the run as its server knows it. */
export interface LinkedGateway {
  /** Upper case. */
  readonly eui: string;
  readonly protocol: GatewayProtocol;
}

export interface GatewayLinkOptions {
  /** The certificate of each of its gateways is by its place there. */
  readonly network: Network;
  /** Gateways come here that are not the rig's, which then has none. */
  readonly listen?: ListenAddress;
  readonly clock: Clock;
  /** Wall-clock time at the clock's zero. */
  readonly startedAt: Date;
  readonly plan: NetworkPlan;
  /** The loopback address of the run. */
  readonly address: string;
  readonly certificates: NetworkCertificates;
  readonly resolver: Resolver;
  readonly answerTimeoutMs: number;
  readonly onVerdict: (judge: Party, verdict: PeerVerdict) => void;
  /** What the server does not serve, and what it warns of. */
  readonly onWarning: (message: string) => void;
  /** What is to be known, and is no fault. */
  readonly onNotice: (message: string) => void;
}

export interface GatewayLink {
  /** What virtual time waits for on the server's side. */
  readonly participant: Participant;
  readonly server: GatewayServer;
  /** The protocol side of one of the gateways. */
  readonly forwarder: (radio: GatewayRadio) => Forwarder;
  close(): Promise<void>;
}

/** Has the servers listen, one for each protocol that is spoken, and tells what the gateways need to reach them. */
export async function openGatewayLink(options: GatewayLinkOptions): Promise<GatewayLink> {
  if (options.listen !== undefined) return openRealGateways(options.listen, options);
  const protocolOf = new Map(options.network.gateways.map(({ eui, protocol }) => [eui, protocol]));
  const spoken = GATEWAY_PROTOCOLS.filter((protocol) => [...protocolOf.values()].includes(protocol));
  if (spoken.length === 1) return open(spoken[0], options);
  const udp = await open("udp", options);
  const station = await open("station", options).catch(async (error: unknown) => {
    await udp.close();
    throw error;
  });
  const of = (eui: string) => (protocolOf.get(eui) === "udp" ? udp : station);
  const links = [udp, station];
  return {
    participant: {
      get busy() {
        return links.some(({ participant }) => participant.busy);
      },
      idle: async () => {
        for (const { participant } of links) await participant.idle();
      },
    },
    server: {
      onUplink: (listener) => {
        for (const { server } of links) server.onUplink(listener);
      },
      onSent: (listener) => station.server.onSent?.(listener),
      sendDownlink: (eui, frame) => of(eui).server.sendDownlink(eui, frame),
    },
    forwarder: (radio) => of(radio.eui).forwarder(radio),
    close: async () => {
      for (const link of links) await link.close();
    },
  };
}

function open(protocol: GatewayProtocol, options: GatewayLinkOptions): Promise<GatewayLink> {
  return protocol === "udp" ? udpLink(options) : stationLink(options);
}

async function udpLink(options: GatewayLinkOptions): Promise<GatewayLink> {
  const { plan, network, address, answerTimeoutMs, onWarning } = options;
  const participant = new UdpGatewayServer({ answerTimeoutMs, onWarning });
  const server = await participant.listen(network.ports.gateways, address);
  const channels = plan.channels.map((channel) => ({ ...channel, frequencyHz: channel.uplinkHz }));
  return {
    participant,
    server: udpGateways(participant),
    forwarder: udpForwarder({ channels, transmitHz: plan.rangeHz, server, answerTimeoutMs }),
    close: () => participant.close(),
  };
}

async function stationLink(options: GatewayLinkOptions): Promise<GatewayLink> {
  const { plan, network, clock, startedAt, address, answerTimeoutMs, resolver, onVerdict } = options;
  const { certificates } = options;
  const { netId, names, ports, gateways } = network;
  const clientNames = new Map(gateways.map(({ eui }, index) => [eui, gatewayClientName(network, index + 1)]));
  const server = new StationGatewayServer({
    ...{ plan, netId, clock, startedAt, answerTimeoutMs },
    access: {
      kind: "client-certificate",
      tls: {
        credentials: certificates.stationServer,
        resolver,
        onVerdict: (verdict) => onVerdict("network-server", verdict),
      },
      euiOf: new Map([...clientNames].map(([eui, name]) => [name, eui])),
    },
    onRejected: ({ from, reason }) => options.onWarning(`${from}: ${reason}`),
  });
  await server.listen(ports.stations, address);
  const agents = new Map(
    gateways.map(({ eui }, index) => [
      eui,
      createDaneAgent({
        credentials: certificates.gateways[index],
        clientName: clientNames.get(eui),
        resolver,
        connectTimeoutMs: answerTimeoutMs,
        onVerdict: (verdict) => onVerdict("gateway", verdict),
      }),
    ]),
  );
  return {
    participant: server,
    server,
    forwarder: (radio) =>
      stationForwarder({
        uri: `wss://${names.stationServer}:${ports.stations}`,
        agent: agents.get(radio.eui),
        answerTimeoutMs,
      })(radio),
    close: async () => {
      for (const agent of agents.values()) agent.destroy();
      await server.close();
    },
  };
}
