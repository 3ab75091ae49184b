/**
 * Certificates that must not come through, in both directions: shown by a server to our agent, and by a client to our
 * server, over TLS and with records from signed zones. OpenSSL and GnuTLS judge the same certificates and records.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type Agent, type Server as HttpsServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import { type TlsaRecord, tlsaData } from "../../../hil/trust/dane/index.ts";
import { TestRoot, type ZoneRecord } from "../../../hil/trust/dns/index.ts";
import { Resolver } from "../../../hil/trust/resolver/index.ts";
import { createDaneAgent, createDaneServer, type PeerVerdict } from "../../../hil/trust/tls/index.ts";
import { KeyUsageFlags, type Made, makeCertificate, type Wanted } from "./certificates.ts";
import { runTool, ToolFolder } from "./dns-judges.ts";
import { compileGnutlsJudge, judgeByGnutls } from "./gnutls-dane.ts";
import { compileOpensslJudge, judgeByOpenssl } from "./openssl-dane.ts";

const NAMES = { server: "js.join-b.example", client: "_ns-client.ns.net-a.example" } as const;
const ZONES = { server: "join-b.example", client: "net-a.example" } as const;
const LATE_MS = 20_000;

type Role = keyof typeof NAMES;
type LeafWanted = Partial<Wanted>;

const past = { from: -9, to: -1 };
const future = { from: 1, to: 9 };

function record(
  parameters: string,
  certificate: Made,
  spoil = (data: Buffer): Uint8Array => data,
): TlsaRecord {
  const [usage, selector, matching] = parameters.split(" ").map(Number);
  const known = { usage: usage % 4, selector: selector % 2, matching: matching % 3 };
  return { usage, selector, matching, data: spoil(tlsaData(certificate.der, known)) };
}

interface Shown {
  /** Leaf first. */
  readonly chain: readonly Made[];
  readonly records: readonly TlsaRecord[];
}

interface Case {
  readonly title: string;
  readonly shown: (role: Role) => Promise<Shown>;
  /** Undefined: it is accepted. */
  readonly reason: RegExp | undefined;
  /** It is a matter of the records alone, which is all that GnuTLS looks at. */
  readonly ofRecords?: true;
}

const purposeOf = { server: "serverAuth", client: "clientAuth" } as const;
const otherRole = { server: "client", client: "server" } as const;

/** Leaf and authority, each as wanted. */
async function issue(role: Role, leaf: LeafWanted = {}, authority: LeafWanted = {}): Promise<[Made, Made]> {
  const issuer = await makeCertificate({ subject: "authority", authority: {}, ...authority });
  const usual = { subject: "leaf", dnsNames: [NAMES[role]], extendedKeyUsage: [purposeOf[role]] };
  return [await makeCertificate({ ...usual, issuer, ...leaf }), issuer];
}

/** A chain whose authority the records name. */
const byAuthority =
  (leaf: (role: Role) => LeafWanted, authority: LeafWanted = {}) =>
  async (role: Role): Promise<Shown> => {
    const chain = await issue(role, leaf(role), authority);
    return { chain, records: [record("2 1 1", chain[1])] };
  };

const byLeaf =
  (records: (leaf: Made, other: Made) => readonly TlsaRecord[]) =>
  async (role: Role): Promise<Shown> => {
    const chain = await issue(role);
    return { chain, records: records(...chain) };
  };

const short = (data: Buffer): Uint8Array => data.subarray(1);

const CASES: readonly Case[] = [
  { title: "a sound chain", shown: byAuthority(() => ({})), reason: undefined },
  {
    title: "a sound leaf",
    shown: byLeaf((leaf) => [record("3 1 1", leaf)]),
    reason: undefined,
    ofRecords: true,
  },
  {
    title: "an unusable record, a wrong one and the right one",
    shown: byLeaf((leaf, other) => [
      record("3 1 2", leaf, short),
      record("3 0 1", other),
      record("3 1 1", leaf),
    ]),
    reason: undefined,
    ofRecords: true,
  },
  { title: "expired", shown: byAuthority(() => past), reason: /CN=leaf expired on/ },
  { title: "not yet valid", shown: byAuthority(() => future), reason: /CN=leaf is not valid before/ },
  { title: "an expired authority", shown: byAuthority(() => ({}), past), reason: /CN=authority expired on/ },
  {
    title: "for another name",
    shown: byAuthority(() => ({ dnsNames: ["other.example"] })),
    reason: /the certificate is not for .* \(its dNSNames: other\.example\)/,
  },
  {
    title: "for the other role",
    shown: byAuthority((role) => ({ extendedKeyUsage: [purposeOf[otherRole[role]]] })),
    reason: /CN=leaf is not for (server|client) use \(extendedKeyUsage\)/,
  },
  {
    title: "an authority for the other role",
    shown: async (role) => byAuthority(() => ({}), { extendedKeyUsage: [purposeOf[otherRole[role]]] })(role),
    reason: /CN=authority is not for (server|client) use/,
  },
  {
    title: "self-signed, without a record",
    shown: async (role) => ({
      chain: [await makeCertificate({ subject: "alone", dnsNames: [NAMES[role]] })],
      records: [],
    }),
    reason: /TLSA of .*: the name does not exist \(proven\)|no TLSA record \(proven\)/,
  },
  {
    title: "self-signed, with the record of an authority",
    shown: async (role) => ({
      chain: [await makeCertificate({ subject: "alone", dnsNames: [NAMES[role]] })],
      records: [record("2 1 1", (await issue(role))[1])],
    }),
    reason: /no TLSA record \(2 1 1\) matches the certificate of CN=alone/,
  },
  {
    title: "a record for another key",
    shown: byLeaf((_, other) => [record("3 1 1", other)]),
    reason: /no TLSA record \(3 1 1\) matches/,
    ofRecords: true,
  },
  {
    title: "a digest of 31 octets",
    shown: byLeaf((leaf) => [record("3 1 1", leaf, short)]),
    reason: /no usable TLSA record \(3 1 1: digest of 31 octets instead of 32\)/,
    ofRecords: true,
  },
  {
    title: "unusable records only",
    shown: byLeaf((leaf) => [record("7 1 1", leaf), record("3 3 1", leaf), record("3 1 4", leaf)]),
    reason: /no usable TLSA record \(.*unknown usage 7.*\)/,
    ofRecords: true,
  },
  {
    title: "an unusable record and a wrong one",
    shown: byLeaf((leaf, other) => [record("3 1 1", leaf, short), record("3 0 1", other)]),
    reason: /no TLSA record \(3 0 1\) matches/,
    ofRecords: true,
  },
  {
    title: "PKIX usages without roots",
    shown: byLeaf((leaf, authority) => [record("1 1 1", leaf), record("0 1 1", authority)]),
    reason: /usage 1 needs PKIX roots, none are set/,
  },
  {
    title: "too many authorities",
    shown: async (role) => {
      const top = await makeCertificate({ subject: "top", authority: { pathLength: 0 } });
      const [leaf, low] = await issue(role, {}, { issuer: top });
      return { chain: [leaf, low, top], records: [record("2 1 1", top)] };
    },
    reason: /CN=top allows 0 authorities below it, there are 1 \(pathLenConstraint\)/,
  },
  {
    title: "a name that its authority may not issue for",
    shown: byAuthority(() => ({}), { constraints: { permitted: ["elsewhere.example"] } }),
    reason: /CN=authority may not issue for .* \(nameConstraints\)/,
  },
  {
    title: "an excluded name",
    shown: byAuthority(() => ({}), { constraints: { excluded: ["example"] } }),
    reason: /CN=authority may not issue for .* \(nameConstraints\)/,
  },
  {
    title: "an issuer that is no authority",
    shown: async (role) => {
      const top = await makeCertificate({ subject: "top", authority: {} });
      const [leaf, issuer] = await issue(role, {}, { issuer: top, authority: undefined });
      return { chain: [leaf, issuer, top], records: [record("2 1 1", top)] };
    },
    reason: /CN=authority issued a certificate but is no authority/,
  },
  {
    title: "an authority that may not sign",
    shown: byAuthority(() => ({}), { keyUsage: KeyUsageFlags.cRLSign }),
    reason: /no TLSA record \(2 1 1\) matches/,
  },
  {
    title: "an unknown critical extension",
    shown: byAuthority(() => ({ unknownCritical: true })),
    reason: /critical extension 1\.2\.3\.4\.5, unknown here/,
  },
];

describe("certificates that are refused", () => {
  const folder = new ToolFolder();
  let root: TestRoot;
  let resolver: Resolver;
  let sound: Record<Role, Made>;
  let openssl: string;
  let gnutls: string;
  /** Shows any certificate; how much it was told is counted. */
  let impostor: Server;
  let toldOctets = 0;
  /** s_client waits for the end of the connection. */
  let hangsUp = false;
  let gate: HttpsServer;
  const verdicts: PeerVerdict[] = [];
  let handled = 0;
  const agents: Agent[] = [];

  const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
  const listen = async (server: Server | HttpsServer): Promise<void> => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  };
  const zoneRecords = (name: string, records: readonly TlsaRecord[]): ZoneRecord[] =>
    records.map(({ usage, selector, matching, data }) => ({
      name,
      ttl: 300,
      type: "TLSA",
      data: { usage, selector, matchingType: matching, certificate: Buffer.from(data) },
    }));
  const publish = (role: Role, name: string, records: readonly TlsaRecord[]): void => {
    const address: ZoneRecord[] =
      role === "server" ? [{ name: NAMES.server, type: "A", data: "127.0.0.1" }] : [];
    root.replaceRecords(ZONES[role], [...address, ...zoneRecords(name, records)]);
    resolver.clearCache();
  };
  const serverOwner = (server: Server | HttpsServer): string => `_${portOf(server)}._tcp.${NAMES.server}`;

  before(async () => {
    [openssl, gnutls] = await Promise.all([compileOpensslJudge(folder), compileGnutlsJudge(folder)]);
    root = new TestRoot({
      zones: ["example", ZONES.server, ZONES.client].map((origin) => ({ origin, records: [] })),
    });
    const late = { attemptTimeoutMs: LATE_MS, lookupTimeoutMs: LATE_MS };
    resolver = new Resolver({ servers: [await root.listen()], anchors: [root.anchor], ...late });
    sound = { server: (await issue("server"))[0], client: (await issue("client"))[0] };
    impostor = createServer({ minVersion: "TLSv1.3" }, (socket) => {
      socket
        .on("error", () => {})
        .on("data", ({ length }) => {
          toldOctets += length;
          socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        });
      if (hangsUp) socket.end();
    });
    impostor.on("tlsClientError", () => {});
    await listen(impostor);
    gate = createDaneServer(
      {
        credentials: { privateKeyPem: sound.server.keyPem, chainPem: sound.server.pem },
        resolver,
        clientPolicy: { allow: (name) => name.endsWith(`.${ZONES.client}`) },
        onVerdict: (verdict) => verdicts.push(verdict),
      },
      (_, response) => {
        handled++;
        response.end();
      },
    );
    await listen(gate);
  });
  after(async () => {
    for (const agent of agents) agent.destroy();
    for (const server of [impostor, gate]) {
      server.close();
      if (server === gate) gate.closeAllConnections();
    }
    await root.close();
    folder.remove();
  });

  /** A request by our agent. @returns what it failed by */
  async function ask(port: number, shown: Shown, seen?: PeerVerdict[]): Promise<Error | undefined> {
    const agent = createDaneAgent({
      credentials: {
        privateKeyPem: shown.chain[0].keyPem,
        chainPem: shown.chain.map(({ pem }) => pem).join(""),
      },
      clientName: NAMES.client,
      resolver,
      connectTimeoutMs: LATE_MS,
      onVerdict: (verdict) => seen?.push(verdict),
    });
    agents.push(agent);
    const outgoing = request({ host: NAMES.server, port, agent });
    outgoing.end();
    return new Promise((settle) => {
      outgoing
        .on("error", settle)
        .on("response", (response) => response.resume().on("end", () => settle(undefined)));
    });
  }

  const questionOf = (role: Role, { chain, records }: Shown) => ({
    chain: chain.map(({ der }) => der),
    records,
    name: NAMES[role],
    purpose: role,
    now: new Date(),
  });

  function judgeByOthers(role: Role, one: Case, shown: Shown): void {
    const accepted = one.reason === undefined;
    const [verdict] = judgeByOpenssl(openssl, [questionOf(role, shown)]);
    assert.equal(verdict.startsWith("accepted"), accepted, `OpenSSL: ${verdict}`);
    if (one.ofRecords) assert.equal(judgeByGnutls(gnutls, shown), accepted, "GnuTLS");
  }

  for (const one of CASES) {
    const verb = one.reason ? "refuses" : "accepts";

    it(`of a server: our agent ${verb} ${one.title}`, async () => {
      const shown = await one.shown("server");
      impostor.setSecureContext({
        key: shown.chain[0].keyPem,
        cert: shown.chain.map(({ pem }) => pem).join(""),
      });
      publish("server", serverOwner(impostor), shown.records);
      toldOctets = 0;
      hangsUp = false;
      const seen: PeerVerdict[] = [];
      const asked = ask(portOf(impostor), { chain: [sound.client], records: [] }, seen);
      const error = await asked;
      if (one.reason) {
        assert.match(error?.message ?? "no error", one.reason);
        assert.equal(toldOctets, 0);
        assert.match(seen[0]?.reason ?? "", one.reason);
      } else assert.equal(error, undefined);
      assert.deepEqual(
        seen.map(({ role, name, accepted }) => [role, name, accepted]),
        [["server", NAMES.server, one.reason === undefined]],
      );
      judgeByOthers("server", one, shown);
      if (shown.records.length === 0) return; // s_client then asks for PKIX
      hangsUp = true;
      const { output } = await runTool("openssl", [
        ...["s_client", "-connect", `127.0.0.1:${portOf(impostor)}`, "-brief", "-verify_return_error"],
        ...["-dane_tlsa_domain", NAMES.server, "-dane_ee_no_namechecks", "-purpose", "sslserver"],
        ...shown.records.flatMap(({ usage, selector, matching, data }) => [
          ...["-dane_tlsa_rrdata", `${usage} ${selector} ${matching} ${Buffer.from(data).toString("hex")}`],
        ]),
      ]);
      // It does not start where one of the records is unusable.
      if (!/No usable|unusable/i.test(output) && !/Bad (DANE )?TLSA/i.test(output))
        assert.equal(/^Verification: OK$/m.test(output), one.reason === undefined, output);
    });

    it(`of a client: our server ${verb} ${one.title}, and tells it nothing`, async () => {
      const shown = await one.shown("client");
      publish("server", serverOwner(gate), [record("3 1 1", sound.server)]);
      publish("client", NAMES.client, shown.records);
      verdicts.length = 0;
      handled = 0;
      const error = await ask(portOf(gate), shown);
      assert.deepEqual(
        verdicts.map(({ role, name, accepted }) => [role, name, accepted]),
        [["client", NAMES.client, one.reason === undefined]],
      );
      assert.equal(handled, one.reason ? 0 : 1);
      if (one.reason) {
        assert.match(verdicts[0].reason ?? "", one.reason);
        // The words are our agent's own: all that it got is the end of the connection.
        assert.equal((error as NodeJS.ErrnoException)?.code, "ECONNRESET");
      } else assert.equal(error, undefined);
      judgeByOthers("client", one, shown);
    });
  }
});
