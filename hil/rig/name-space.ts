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
} as const;

/**
 * Every run takes a loopback address of its own, so that ports, which stand in names and reasons, are the
 * same in all of them.
 */
export const PORTS = {
  networkServer: 8001,
  applicationServer: 8002,
  joinServer: 8003,
  gateways: 1700,
  dns: 5300,
} as const;

/** One certificate for each part that a server plays. */
export type CertificateSet = Readonly<Record<keyof typeof NAMES, Credentials>>;

/** DANE-EE, SPKI, SHA-256: what RFC 7671 section 5.1 recommends. */
const TLSA_PARAMETERS = { usage: 3, selector: 1, matchingType: 1 } as const;
const VALIDITY_DAYS = 30;
const HOUR_MS = 3_600_000;

/** A root and an intermediate for each organisation, and the leaves below them. */
export async function issueCertificates(): Promise<CertificateSet> {
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
  const [networkServer, networkServerAsClient, applicationServer, applicationServerAsClient, joinServer] =
    await Promise.all([
      leaf(a, NAMES.networkServer),
      leaf(a, NAMES.networkServerAsClient),
      leaf(a, NAMES.applicationServer),
      leaf(a, NAMES.applicationServerAsClient),
      leaf(b, NAMES.joinServer),
    ]);
  return { networkServer, networkServerAsClient, applicationServer, applicationServerAsClient, joinServer };
}

/** The signed zones of both organisations and of the JoinEUI, with what the fault damages in them. */
export function createNameSpace(options: {
  certificates: CertificateSet;
  joinEui: string;
  address: string;
  fault: Fault | undefined;
}): TestRoot {
  const { certificates, joinEui, address, fault } = options;
  const server = (part: "networkServer" | "applicationServer" | "joinServer"): ZoneRecord[] => [
    { name: NAMES[part], type: "A", data: address },
    tlsa(tlsaOwner(PORTS[part], NAMES[part]), certificates[part]),
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
          tlsa(NAMES.networkServerAsClient, certificates.networkServerAsClient),
          tlsa(NAMES.applicationServerAsClient, certificates.applicationServerAsClient),
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
