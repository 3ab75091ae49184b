/**
 * The zones that publish the rig's names: each network's with its Network and Application Server, and organisation B's with
 * the Join Server. One test root above all; no certificate authority in common.
 */
import {
  type Credentials,
  createAuthority,
  JOIN_EUI_SUFFIX,
  joinEuiName,
  type LeafRequest,
  NET_ID_SUFFIX,
  netIdName,
  type SecretSource,
  TestRoot,
  tlsaData,
  tlsaOwner,
  type ZoneRecord,
} from "../trust/index.ts";
import type { Fault } from "./faults.ts";
import {
  gatewayClientName,
  HOME_NETWORK,
  type Network,
  type NetworkIdentity,
  type NetworkNames,
  VISITED_NETWORK,
} from "./networks.ts";
import type { Party } from "./timeline.ts";

export const ZONE_B = "join-b.example";

/** Names of organisation A's servers, of the servers and the first gateway where they are clients, and of the Join Server. */
export const NAMES = {
  ...HOME_NETWORK.names,
  gatewayAsClient: gatewayClientName(HOME_NETWORK, 1),
  joinServer: `js.${ZONE_B}`,
} as const;

/** Who presents a certificate of which name. */
const PARTIES: ReadonlyMap<string, Party> = new Map([
  [NAMES.joinServer, "join-server"],
  ...partiesOf(HOME_NETWORK, "network-server"),
  ...partiesOf(VISITED_NETWORK, "visited-network-server"),
]);

function partiesOf({ names }: NetworkIdentity, networkServer: Party): [string, Party][] {
  return [
    [names.networkServer, networkServer],
    [names.networkServerAsClient, networkServer],
    [names.stationServer, networkServer],
    [names.applicationServer, "application-server"],
    [names.applicationServerAsClient, "application-server"],
  ];
}

/** Who a name is of; undefined for a name that is not of the rig. */
export function partyNamed(name = ""): Party | undefined {
  if (name.endsWith(`.gw.${HOME_NETWORK.zone}`)) return "gateway";
  if (name.endsWith(`.gw.${VISITED_NETWORK.zone}`)) return "visited-gateway";
  return PARTIES.get(name);
}

/**
 * Every run takes a loopback address of its own, so that ports, which stand in names and reasons, are the
 * same in all of them.
 */
export const PORTS = { joinServer: 8003, dns: 5300 } as const;

/** One certificate for each part that a server plays, and those of the gateways, in order. */
export type NetworkCertificates = Readonly<Record<keyof NetworkNames, Credentials>> & {
  readonly gateways: readonly Credentials[];
};

export interface CertificateSet {
  /** In the order of the networks. */
  readonly networks: readonly NetworkCertificates[];
  readonly joinServer: Credentials;
}

/** DANE-EE, SPKI, SHA-256: what RFC 7671 section 5.1 recommends. */
const TLSA_PARAMETERS = { usage: 3, selector: 1, matchingType: 1 } as const;
/** By the run's time: no run outlasts it. */
const VALIDITY_DAYS = 3650;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A day: what a run looks up it looks up once, unless it is long. */
const TTL_S = DAY_MS / 1000;

/** What certificates and zones are made from. */
export interface Issuing {
  /** When the run begins: from an hour earlier on they are valid. */
  readonly startedAt: Date;
  /** Keys and serial numbers follow from it. */
  readonly secrets: SecretSource;
}

/** What Join Server and Network Server, of the first network, know each other by. */
export type TrustedParty = "join-server" | "network-server";

export interface Certificates {
  /** Those that the zones name. */
  readonly published: CertificateSet;
  /** One for the name and the key of the published one, that has run out. */
  expired(party: TrustedParty): Promise<Credentials>;
}

/** The certificate that a party shows the other. */
export function certificateOf({ joinServer, networks }: CertificateSet, party: TrustedParty): Credentials {
  return party === "join-server" ? joinServer : networks[0].networkServerAsClient;
}

/** A root and an intermediate for each organisation, and the leaves below them. */
export async function issueCertificates(
  networks: readonly Network[],
  issuing: Issuing,
): Promise<Certificates> {
  const [issuerB, ...issuers] = await Promise.all(
    ["Join B", ...networks.map(({ organisation }) => organisation)].map((organisation) =>
      issuerOf(organisation, issuing),
    ),
  );
  const [joinServer, ...ofNetworks] = await Promise.all([
    issuerB(NAMES.joinServer),
    ...networks.map((network, index) => issueForNetwork(network, issuers[index])),
  ]);
  const published = { joinServer, networks: ofNetworks };
  const expired = (party: TrustedParty) => {
    const validity = {
      notBefore: new Date(issuing.startedAt.getTime() - HOUR_MS / 2),
      days: HOUR_MS / 4 / DAY_MS,
    };
    const more = { validity, renews: certificateOf(published, party) };
    return party === "join-server"
      ? issuerB(NAMES.joinServer, more)
      : issuers[0](networks[0].names.networkServerAsClient, more);
  };
  return { published, expired };
}

type Issuer = (name: string, more?: Partial<LeafRequest>) => Promise<Credentials>;

async function issueForNetwork(network: Network, issue: Issuer): Promise<NetworkCertificates> {
  const parts = Object.entries<string>({ ...network.names }).map(async ([part, name]) => [
    part,
    await issue(name),
  ]);
  const gateways = network.gateways.map((_, index) => issue(gatewayClientName(network, index + 1)));
  const servers = Object.fromEntries(await Promise.all(parts)) as Record<keyof NetworkNames, Credentials>;
  return { ...servers, gateways: await Promise.all(gateways) };
}

async function issuerOf(organisation: string, { startedAt, secrets }: Issuing): Promise<Issuer> {
  const notBefore = new Date(startedAt.getTime() - HOUR_MS);
  const authority = await createAuthority({ organisation, notBefore, days: VALIDITY_DAYS, secrets });
  return (name, more = {}) => {
    const profile = name.startsWith("_") ? "client" : "server";
    return authority.issue({ commonName: name, dnsNames: [name], profile, ...more });
  };
}

/**
 * The signed zones of all organisations and of the JoinEUI, with what the fault damages in them; of the NetIDs too, where
 * there is more than one network.
 */
export function createNameSpace({
  startedAt,
  secrets,
  ...options
}: Issuing & {
  networks: readonly Network[];
  certificates: CertificateSet;
  joinEui: string;
  address: string;
  fault?: Fault;
}): TestRoot {
  const { networks, certificates, joinEui, address, fault } = options;
  const joinServerTlsa = tlsaOwner(PORTS.joinServer, NAMES.joinServer);
  const joinServer = server(NAMES.joinServer, PORTS.joinServer, certificates.joinServer, address).filter(
    (record) => fault !== "no-tlsa" || record.name !== joinServerTlsa,
  );
  const netIds = networks.map(({ netId, zone }) => discovery(netIdName(netId), zone));
  const startedMs = startedAt.getTime();
  const root = new TestRoot({
    validity: {
      inception: new Date(startedMs - HOUR_MS),
      expiration: new Date(startedMs + VALIDITY_DAYS * DAY_MS),
    },
    ttl: TTL_S,
    secrets,
    zones: [
      { origin: "example", records: [] },
      ...networks.map((network, index) => ({
        origin: network.zone,
        records: recordsOf(network, certificates.networks[index], address),
      })),
      { origin: ZONE_B, records: [...joinServer, service(ZONE_B, PORTS.joinServer, NAMES.joinServer)] },
      { origin: JOIN_EUI_SUFFIX, records: [discovery(joinEuiName(joinEui), ZONE_B)] },
      ...(networks.length > 1 ? [{ origin: NET_ID_SUFFIX, records: netIds }] : []),
    ],
  });
  if (fault === "bogus-dnssec") root.tamper(ZONE_B, joinServerTlsa, "TLSA");
  return root;
}

function recordsOf(network: Network, certificates: NetworkCertificates, address: string): ZoneRecord[] {
  const { zone, names, ports } = network;
  return [
    ...server(names.networkServer, ports.networkServer, certificates.networkServer, address),
    ...server(names.applicationServer, ports.applicationServer, certificates.applicationServer, address),
    ...server(names.stationServer, ports.stations, certificates.stationServer, address),
    tlsa(names.networkServerAsClient, certificates.networkServerAsClient),
    tlsa(names.applicationServerAsClient, certificates.applicationServerAsClient),
    ...certificates.gateways.map((gateway, index) => tlsa(gatewayClientName(network, index + 1), gateway)),
    service(zone, ports.networkServer, names.networkServer),
  ];
}

function server(name: string, port: number, credentials: Credentials, address: string): ZoneRecord[] {
  return [{ name, type: "A", data: address }, tlsa(tlsaOwner(port, name), credentials)];
}

function service(zone: string, port: number, target: string): ZoneRecord {
  return { name: serviceName(zone), type: "SRV", data: { priority: 0, weight: 0, port, target } };
}

/** TS002-1.0, section 19. */
function discovery(name: string, zone: string): ZoneRecord {
  const rule = { order: 10, preference: 10, flags: "S", services: "LWNS", regexp: "" };
  return { name, type: "NAPTR", data: { ...rule, replacement: serviceName(zone) } };
}

function serviceName(zone: string): string {
  return `_lwns._tcp.${zone}`;
}

function tlsa(owner: string, credentials: Credentials): ZoneRecord {
  const certificate = tlsaData(credentials.certificateDer, {
    ...TLSA_PARAMETERS,
    matching: TLSA_PARAMETERS.matchingType,
  });
  return { name: owner, type: "TLSA", data: { ...TLSA_PARAMETERS, certificate } };
}
