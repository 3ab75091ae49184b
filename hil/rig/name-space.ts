/**
 * The names of the rig and the zones that publish them: organisation A runs the Network and the
 * Application Server, organisation B the Join Server. One test root above both; no certificate
 * authority in common.
 */
import {
  type Credentials,
  createAuthority,
  JOIN_EUI_SUFFIX,
  joinEuiName,
  TestRoot,
  tlsaData,
  tlsaOwner,
  type ZoneRecord,
} from "../trust/index.ts";
import type { Fault } from "./faults.ts";

const ZONE_A = "net-a.example";
const ZONE_B = "join-b.example";

/** Names of the servers, and of the servers where they are clients. */
export const NAMES = {
  networkServer: `ns.${ZONE_A}`,
  networkServerAsClient: `_ns-client.ns.${ZONE_A}`,
  applicationServer: `as.${ZONE_A}`,
  applicationServerAsClient: `_as-client.as.${ZONE_A}`,
  joinServer: `js.${ZONE_B}`,
  stationServer: `lns.${ZONE_A}`,
  gatewayAsClient: `_gateway-1.gw.${ZONE_A}`,
} as const;

/** The name of a gateway as a client: 1 is the first. */
export function gatewayClientName(number: number): string {
  return `_gateway-${number}.gw.${ZONE_A}`;
}

/**
 * Every run takes a loopback address of its own, so that ports, which stand in names and reasons, are the
 * same in all of them.
 */
export const PORTS = {
  networkServer: 8001,
  applicationServer: 8002,
  joinServer: 8003,
  gateways: 1700,
  stations: 8887,
  dns: 5300,
} as const;

/** The ports of those that have a name of their own. */
const SERVER_PORTS = {
  networkServer: "networkServer",
  applicationServer: "applicationServer",
  joinServer: "joinServer",
  stationServer: "stations",
} as const;

type ServerPart = keyof typeof SERVER_PORTS;

/** One certificate for each part that a server plays, and those of gateways after the first, in order. */
export type CertificateSet = Readonly<Record<keyof typeof NAMES, Credentials>> & {
  readonly furtherGateways: readonly Credentials[];
};

/** DANE-EE, SPKI, SHA-256: what RFC 7671 section 5.1 recommends. */
const TLSA_PARAMETERS = { usage: 3, selector: 1, matchingType: 1 } as const;
const VALIDITY_DAYS = 30;
const HOUR_MS = 3_600_000;

/** A root and an intermediate for each organisation, and the leaves below them. */
export async function issueCertificates(furtherGateways = 0): Promise<CertificateSet> {
  const validity = { notBefore: new Date(Date.now() - HOUR_MS), days: VALIDITY_DAYS };
  const [a, b] = await Promise.all([
    createAuthority({ organisation: "Network A", ...validity }),
    createAuthority({ organisation: "Join B", ...validity }),
  ]);
  const leaf = (authority: typeof a, name: string) =>
    authority.issue({
      commonName: name,
      dnsNames: [name],
      profile: name.startsWith("_") ? "client" : "server",
    });
  const parts = Object.keys(NAMES) as (keyof typeof NAMES)[];
  const leaves = parts.map(async (part) => [part, await leaf(part === "joinServer" ? b : a, NAMES[part])]);
  const further = Array.from({ length: furtherGateways }, (_, index) =>
    leaf(a, gatewayClientName(index + 2)),
  );
  const set = Object.fromEntries(await Promise.all(leaves)) as Record<keyof typeof NAMES, Credentials>;
  return { ...set, furtherGateways: await Promise.all(further) };
}

/** The signed zones of both organisations and of the JoinEUI, with what the fault damages in them. */
export function createNameSpace(options: {
  certificates: CertificateSet;
  joinEui: string;
  address: string;
  fault: Fault | undefined;
}): TestRoot {
  const { certificates, joinEui, address, fault } = options;
  const server = (part: ServerPart): ZoneRecord[] => [
    { name: NAMES[part], type: "A", data: address },
    tlsa(tlsaOwner(PORTS[SERVER_PORTS[part]], NAMES[part]), certificates[part]),
  ];
  const joinServerTlsa = tlsaOwner(PORTS.joinServer, NAMES.joinServer);
  const joinServer = server("joinServer").filter(
    (record) => fault !== "no-tlsa" || record.name !== joinServerTlsa,
  );
  const service = `_lwns._tcp.${ZONE_B}`;
  const root = new TestRoot({
    zones: [
      { origin: "example", records: [] },
      {
        origin: ZONE_A,
        records: [
          ...server("networkServer"),
          ...server("applicationServer"),
          ...server("stationServer"),
          tlsa(NAMES.networkServerAsClient, certificates.networkServerAsClient),
          tlsa(NAMES.applicationServerAsClient, certificates.applicationServerAsClient),
          tlsa(NAMES.gatewayAsClient, certificates.gatewayAsClient),
          ...certificates.furtherGateways.map((further, index) =>
            tlsa(gatewayClientName(index + 2), further),
          ),
        ],
      },
      {
        origin: ZONE_B,
        records: [
          ...joinServer,
          {
            name: service,
            type: "SRV",
            data: { priority: 0, weight: 0, port: PORTS.joinServer, target: NAMES.joinServer },
          },
        ],
      },
      {
        origin: JOIN_EUI_SUFFIX,
        records: [
          {
            name: joinEuiName(joinEui),
            type: "NAPTR",
            data: {
              order: 10,
              preference: 10,
              flags: "S",
              services: "LWNS",
              regexp: "",
              replacement: service,
            },
          },
        ],
      },
    ],
  });
  if (fault === "bogus-dnssec") root.tamper(ZONE_B, joinServerTlsa, "TLSA");
  return root;
}

function tlsa(owner: string, credentials: Credentials): ZoneRecord {
  const certificate = tlsaData(credentials.certificateDer, {
    ...TLSA_PARAMETERS,
    matching: TLSA_PARAMETERS.matchingType,
  });
  return { name: owner, type: "TLSA", data: { ...TLSA_PARAMETERS, certificate } };
}
