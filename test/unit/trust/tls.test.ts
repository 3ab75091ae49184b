import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:https";
import { type Agent, request } from "node:https";
import { type AddressInfo, connect as connectTcp } from "node:net";
import {
  connect,
  createSecureContext,
  createServer as createTlsServer,
  type SecureContext,
  type TLSSocket,
  type Server as TlsServer,
} from "node:tls";
import { offerClientName, requestClientName } from "../../../hil/trust/client-identity/index.ts";
import { tlsaData } from "../../../hil/trust/dane/index.ts";
import { TestRoot, type ZoneRecord } from "../../../hil/trust/dns/index.ts";
import { type Authority, type Credentials, createAuthority } from "../../../hil/trust/pki/index.ts";
import { DnsFailure, Resolver, type SecureAnswer } from "../../../hil/trust/resolver/index.ts";
import {
  type AcceptedPeer,
  createDaneAgent,
  createDaneServer,
  type DaneAgentOptions,
  type DaneServer,
  type DaneServerOptions,
  type PeerUpgradeListener,
  type PeerVerdict,
  TrustError,
} from "../../../hil/trust/tls/index.ts";
import { makeCertificate } from "./certificates.ts";
import { runTool, ToolFolder } from "./dns-judges.ts";
import { type Meddle, MeddlingServer } from "./meddling-server.ts";

const SERVER = "js.join-b.example";
const CLIENT = "_ns-client.ns.net-a.example";
const DAY_MS = 86_400_000;

/** A resolver that takes its time over TLSA records. */
class SlowResolver extends Resolver {
  delayMs = 0;
  override async resolve(name: string, type: string): Promise<SecureAnswer> {
    if (type === "TLSA") await new Promise((elapsed) => setTimeout(elapsed, this.delayMs));
    return super.resolve(name, type);
  }
}

interface Answer {
  readonly status?: number;
  readonly body?: { peer: AcceptedPeer; octets: number };
  readonly error?: Error & { code?: string };
}

describe("TLS gated by DANE", () => {
  let authorityA: Authority;
  let authorityB: Authority;
  let serverCredentials: Credentials;
  let clientCredentials: Credentials;
  let otherClientCredentials: Credentials;
  let root: TestRoot;
  let meddler: MeddlingServer;
  /** The name server itself, and the way to it on which answers can be changed. */
  let direct: { host: string; port: number };
  let dns: { host: string; port: number };
  const folder = new ToolFolder();

  before(async () => {
    const validity = { notBefore: new Date(Date.now() - DAY_MS), days: 30 };
    authorityA = await createAuthority({ organisation: "A", ...validity });
    authorityB = await createAuthority({ organisation: "B", ...validity });
    serverCredentials = await authorityB.issue({ commonName: "js", dnsNames: [SERVER], profile: "server" });
    clientCredentials = await authorityA.issue({ commonName: "ns", dnsNames: [CLIENT], profile: "client" });
    otherClientCredentials = await authorityA.issue({
      commonName: "ns",
      dnsNames: [CLIENT],
      profile: "client",
    });
    root = new TestRoot({
      zones: ["example", "net-a.example", "join-b.example"].map((origin) => ({ origin, records: [] })),
    });
    direct = await root.listen();
    meddler = new MeddlingServer(direct);
    dns = await meddler.listen();
  });
  after(async () => {
    meddler.close();
    await root.close();
    folder.remove();
  });

  const tlsa = (name: string, der: Uint8Array, parameters = "3 1 1", ttl = 300): ZoneRecord => {
    const [usage, selector, matching] = parameters.split(" ").map(Number);
    const certificate = tlsaData(der, { usage, selector, matching });
    return { name, ttl, type: "TLSA", data: { usage, selector, matchingType: matching, certificate } };
  };
  const resolver = (now?: () => Date): Resolver =>
    new Resolver({ servers: [dns], anchors: [root.anchor], now, attemptTimeoutMs: 300 });
  /** For many connections at a time: none waits for another so long that it counts as a failure. */
  const PATIENT_MS = 20_000;
  const patient = (): Resolver =>
    new Resolver({
      ...{ servers: [direct], anchors: [root.anchor] },
      ...{ attemptTimeoutMs: PATIENT_MS, lookupTimeoutMs: PATIENT_MS },
    });

  let servers: Server[];
  let agents: Agent[];
  /** What each side said of its peer. */
  let bySer: PeerVerdict[];
  let byCli: PeerVerdict[];
  let port: number;
  let handled: number;

  beforeEach(() => {
    servers = [];
    agents = [];
    bySer = [];
    byCli = [];
    handled = 0;
    meddler.meddle = () => true;
    meddler.asked.length = 0;
    root.replaceRecords("net-a.example", [tlsa(CLIENT, clientCredentials.certificateDer)]);
  });
  afterEach(async () => {
    for (const agent of agents) agent.destroy();
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    }
  });

  const publishServer = (records: readonly ZoneRecord[]): void =>
    root.replaceRecords("join-b.example", [{ name: SERVER, type: "A", data: "127.0.0.1" }, ...records]);
  const serverOwner = (): string => `_${port}._tcp.${SERVER}`;

  async function serve(
    options: Partial<DaneServerOptions> = {},
    onUpgrade?: PeerUpgradeListener,
  ): Promise<Server> {
    const verdicts = bySer; // of this test, however late they come
    const server = createDaneServer(
      {
        credentials: serverCredentials,
        resolver: resolver(),
        clientPolicy: { allow: (name) => name.endsWith(".net-a.example") },
        onVerdict: (verdict) => verdicts.push(verdict),
        ...options,
      },
      (incoming, response, peer) => {
        handled++;
        let octets = 0;
        incoming.on("data", (chunk) => {
          octets += chunk.length;
        });
        incoming.on("end", () => response.end(JSON.stringify({ peer, octets })));
      },
      onUpgrade,
    );
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    publishServer([tlsa(serverOwner(), serverCredentials.certificateDer)]);
    return server;
  }

  function agentOf(options: Partial<DaneAgentOptions> = {}): Agent {
    const verdicts = byCli;
    const agent = createDaneAgent({
      credentials: clientCredentials,
      clientName: CLIENT,
      resolver: resolver(),
      onVerdict: (verdict) => verdicts.push(verdict),
      ...options,
    });
    agents.push(agent);
    return agent;
  }

  const post = (agent: Agent, octets = 10, host = SERVER): Promise<Answer> =>
    new Promise((settle) => {
      const outgoing = request({ host, port, agent, method: "POST", path: "/" }, async (response) => {
        const chunks = await response.toArray();
        settle({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) });
      });
      outgoing.on("error", (error) => settle({ error }));
      outgoing.end(Buffer.alloc(octets));
    });

  /** For clients that are not made of our agent. */
  const clientContext = (): SecureContext => {
    const { privateKeyPem: key, chainPem: cert } = clientCredentials;
    const context = createSecureContext({ key, cert });
    offerClientName(context, CLIENT);
    return context;
  };

  /** Node 24.21 and 26.8 refuse PKIX clients for a fault of their own, and say so. */
  const nodeHidesChains = (): boolean => bySer.some(({ reason }) => reason?.includes("nodejs/node#65579"));

  const outcomes = (verdicts: readonly PeerVerdict[]) =>
    verdicts.map(({ evidence: _, ...outcome }) => outcome);
  const accepted = { accepted: true, tlsa: "3 1 1", dnssec: "secure" };

  it("connects a client and a server of different authorities", async () => {
    await serve();
    const { status, body } = await post(agentOf());
    assert.equal(status, 200);
    assert.deepEqual(body, { peer: { name: CLIENT, tlsa: "3 1 1", dnssec: "secure" }, octets: 10 });
    assert.deepEqual(outcomes(byCli), [{ role: "server", name: SERVER, ...accepted }]);
    assert.deepEqual(outcomes(bySer), [{ role: "client", name: CLIENT, ...accepted }]);
    const { certificate, tlsaOwner, tlsaRecords, signatures } = byCli[0].evidence!;
    assert.equal(certificate.subject, "O=B, CN=js");
    assert.deepEqual(certificate.dnsNames, [SERVER]);
    assert.match(tlsaOwner, new RegExp(`^_\\d+\\._tcp\\.${SERVER}$`));
    assert.deepEqual(tlsaRecords, [{ parameters: "3 1 1", data: certificate.publicKeySha256 }]);
    assert.deepEqual(
      signatures.map(({ type }) => type),
      ["TLSA", "DNSKEY", "DS", "DNSKEY", "DS", "DNSKEY"],
    );
  });

  it("judges a kept-alive connection once", async () => {
    await serve();
    const agent = agentOf();
    for (let i = 0; i < 3; i++) assert.equal((await post(agent)).status, 200);
    assert.deepEqual([byCli.length, bySer.length], [1, 1]);
  });

  it("presents a renewed certificate to who comes, and still asks for names", async () => {
    const server = (await serve()) as DaneServer;
    const agent = agentOf();
    await post(agent);
    const renewed = await authorityB.issue({ commonName: "js", dnsNames: [SERVER], profile: "server" });
    // The next key is published ahead.
    publishServer(
      [serverCredentials, renewed].map(({ certificateDer }) => tlsa(serverOwner(), certificateDer)),
    );
    server.reload(renewed);
    assert.equal((await post(agent)).status, 200);
    assert.equal(byCli.length, 1);
    assert.equal((await post(agentOf())).body?.peer.name, CLIENT);
    const [first, second] = byCli.map(({ evidence }) => evidence!.certificate.publicKeySha256);
    assert.notEqual(first, second);
    assert.ok((await post(agentOf({ clientName: undefined }))).error);
  });

  it("keeps 60 connections at a time apart, each by its own name", async () => {
    await serve({ resolver: patient() });
    const names = Array.from({ length: 60 }, (_, i) => `_client-${i}.net-a.example`);
    root.replaceRecords(
      "net-a.example",
      names.map((name) => tlsa(name, clientCredentials.certificateDer)),
    );
    const shared = patient();
    const answers = await Promise.all(
      names.map((clientName) =>
        post(agentOf({ clientName, resolver: shared, connectTimeoutMs: PATIENT_MS })),
      ),
    );
    assert.deepEqual(
      answers.map(({ body }) => body?.peer.name),
      names,
    );
  });

  describe("the gate", () => {
    it("holds back a large request until a slow verdict", async () => {
      const slow = new SlowResolver({ servers: [dns], anchors: [root.anchor] });
      slow.delayMs = 200;
      await serve({ resolver: slow });
      const answer = post(agentOf(), 100_000);
      await new Promise((elapsed) => setTimeout(elapsed, 120));
      assert.equal(handled, 0);
      const { body } = await answer;
      assert.equal(body?.octets, 100_000);
      assert.equal(handled, 1);
    });

    it("lets nothing of a large request through when the slow verdict is a refusal", async () => {
      const slow = new SlowResolver({ servers: [dns], anchors: [root.anchor] });
      slow.delayMs = 100;
      await serve({ resolver: slow });
      const { error } = await post(agentOf({ clientName: "_unknown.net-a.example" }), 100_000);
      assert.match(
        error!.message,
        /closed the connection before its first answer; it may have refused client _unknown/,
      );
      assert.equal(handled, 0);
    });

    it("sends no octet of a request to a server that is refused", async () => {
      let received = 0;
      const { privateKeyPem: key, chainPem: cert } = serverCredentials;
      const server = createTlsServer({ key, cert, minVersion: "TLSv1.3" }, (socket) => {
        socket
          .on("error", () => {})
          .on("data", (chunk) => {
            received += chunk.length;
          });
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      port = (server.address() as AddressInfo).port;
      publishServer([tlsa(serverOwner(), clientCredentials.certificateDer)]);
      const { error } = await post(agentOf());
      assert.ok(error instanceof TrustError);
      server.close();
      await once(server, "close");
      assert.equal(received, 0);
    });

    it("forgets a client that leaves before its verdict", async () => {
      const slow = new SlowResolver({ servers: [dns], anchors: [root.anchor] });
      slow.delayMs = 80;
      const server = await serve({ resolver: slow });
      const socket = connect({
        port,
        host: "127.0.0.1",
        secureContext: clientContext(),
        rejectUnauthorized: false,
      });
      await once(server, "secureConnection");
      socket.destroy();
      await new Promise((elapsed) => setTimeout(elapsed, 120));
      assert.equal(handled, 0);
    });
  });

  describe("refusals by the server", () => {
    interface Refusal {
      readonly title: string;
      readonly client?: () => Partial<DaneAgentOptions>;
      readonly zone?: () => ZoneRecord[];
      readonly meddle?: Meddle;
      readonly tamper?: boolean;
      readonly reason: RegExp;
      readonly dnssec: PeerVerdict["dnssec"];
      readonly name?: string;
      /** Without a single question to DNS. */
      readonly unasked?: boolean;
    }
    const refusals: Refusal[] = [
      {
        title: "no TLSA record",
        zone: () => [],
        reason: /TLSA of _ns-client\.ns\.net-a\.example: the name does not exist \(proven\)/,
        dnssec: "no-such-name",
      },
      {
        title: "a name with other records only",
        zone: () => [{ name: CLIENT, type: "TXT", data: ["x"] }],
        reason: /no TLSA record \(proven\)/,
        dnssec: "no-data",
      },
      {
        title: "a swapped certificate",
        client: () => ({ credentials: otherClientCredentials }),
        reason: /no TLSA record \(3 1 1\) matches the certificate of/,
        dnssec: "secure",
      },
      {
        title: "the server's certificate in a client's hand",
        zone: () => [tlsa(CLIENT, serverCredentials.certificateDer, "2 1 1")],
        reason: /no TLSA record/,
        dnssec: "secure",
      },
      {
        title: "usage 2 with a name that the certificate lacks",
        client: () => ({ clientName: "_other.net-a.example" }),
        zone: () => [tlsa("_other.net-a.example", authorityA.intermediateCertificate.raw, "2 0 1")],
        name: "_other.net-a.example",
        reason: /not for _other\.net-a\.example/,
        dnssec: "secure",
      },
      {
        title: "a bogus TLSA record",
        tamper: true,
        reason: /the signature by zone net-a\.example does not verify/,
        dnssec: "bogus",
      },
      {
        title: "a stripped signature",
        meddle: (message) => {
          if (message.questions[0].name === CLIENT)
            message.answers = message.answers.filter(({ type }) => type !== "RRSIG");
          return true;
        },
        reason: /no signature \(RRSIG\), although its zone is signed/,
        dnssec: "bogus",
      },
      {
        title: "silent name servers",
        meddle: ({ questions }) => questions[0].name !== CLIENT,
        reason: /no answer within 300 ms/,
        dnssec: "timeout",
      },
      {
        title: "a name that may not come here",
        client: () => ({ clientName: "stranger.example" }),
        name: "stranger.example",
        reason: /may not come here/,
        dnssec: "unchecked",
        unasked: true,
      },
      {
        title: "a name that is no domain name",
        client: () => ({ clientName: "a..net-a.example" }),
        name: undefined,
        reason: /not a domain name/,
        dnssec: "unchecked",
        unasked: true,
      },
      {
        title: "a name of 255 octets, which DNS has no room for",
        client: () => ({ clientName: `${"a.".repeat(121)}net-a.example` }),
        name: undefined,
        reason: /not a domain name/,
        dnssec: "unchecked",
        unasked: true,
      },
      {
        title: "a label of 64 octets",
        client: () => ({ clientName: `${"a".repeat(64)}.net-a.example` }),
        name: undefined,
        reason: /not a domain name/,
        dnssec: "unchecked",
        unasked: true,
      },
      {
        title: "a name with a final dot",
        client: () => ({ clientName: `${CLIENT}.` }),
        name: undefined,
        reason: /not a domain name/,
        dnssec: "unchecked",
        unasked: true,
      },
      {
        title: "a name that is not in A-labels",
        client: () => ({ clientName: "n\u00e9t.net-a.example" }),
        name: undefined,
        reason: /not a domain name/,
        dnssec: "unchecked",
        unasked: true,
      },
    ];
    for (const refusal of refusals)
      it(refusal.title, async () => {
        const name = "name" in refusal ? refusal.name : CLIENT;
        const server = await serve();
        if (refusal.zone) root.replaceRecords("net-a.example", refusal.zone());
        if (refusal.tamper) root.tamper("net-a.example", CLIENT, "TLSA");
        if (refusal.meddle) meddler.meddle = refusal.meddle;
        const agent = agentOf({
          ...refusal.client?.(),
          resolver: new Resolver({ servers: [direct], anchors: [root.anchor] }),
        });
        const { error } = await post(agent);
        assert.equal(error?.code, "ECONNRESET");
        assert.match(
          error!.message,
          /closed the connection before its first answer; it may have refused client/,
        );
        assert.equal(bySer.length, 1);
        const { reason, evidence: _, ...verdict } = bySer[0];
        assert.deepEqual(verdict, { role: "client", name, accepted: false, dnssec: refusal.dnssec });
        assert.match(reason!, refusal.reason);
        assert.equal(handled, 0);
        if (refusal.unasked) assert.deepEqual(meddler.asked, []);
        server.closeAllConnections();
      });

    it("a client that states no name: handshake_failure", async () => {
      await serve();
      const { error } = await post(agentOf({ clientName: undefined }));
      assert.match(error!.code!, /ALERT_HANDSHAKE_FAILURE/);
      assert.match(error!.message, /it may have refused this client, which states no name/);
      assert.deepEqual(
        bySer.map(({ accepted, reason }) => [accepted, reason]),
        [[false, "its certificate came without a DANE client identity"]],
      );
      assert.deepEqual(
        meddler.asked.filter((question) => !question.includes(SERVER) && question.endsWith("TLSA")),
        [],
      );
    });

    it("a client that states an empty name: handshake_failure", async () => {
      await serve();
      const { privateKeyPem: key, chainPem: cert } = clientCredentials;
      const secureContext = createSecureContext({ key, cert });
      requestClientName({ _sharedCreds: secureContext } as unknown as TlsServer); // a server's wire form
      const socket = connect({ port, host: "127.0.0.1", secureContext, rejectUnauthorized: false });
      const [error] = (await once(socket, "error")) as [Error & { code: string }];
      assert.match(error.code, /ALERT_HANDSHAKE_FAILURE/);
      assert.deepEqual(
        bySer.map(({ reason }) => reason),
        ["its DANE client identity is empty or malformed"],
      );
      assert.deepEqual(meddler.asked, []);
    });

    it("a client that is still looking up the server when the refusal comes", async () => {
      const slow = new SlowResolver({ servers: [dns], anchors: [root.anchor] });
      slow.delayMs = 100;
      await serve();
      const { error } = await post(agentOf({ clientName: undefined, resolver: slow }));
      assert.match(error!.message, /it may have refused this client, which states no name/);
    });

    it("a client without a certificate", async () => {
      await serve();
      const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
      socket.on("error", () => {}).resume();
      await once(socket, "close");
      assert.deepEqual(
        bySer.map(({ reason }) => reason),
        ["it presented no certificate"],
      );
    });

    it("a client that speaks TLS 1.2 only", async () => {
      await serve();
      const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, maxVersion: "TLSv1.2" });
      const [error] = (await once(socket, "error")) as [Error & { code: string }];
      assert.match(error.code, /ALERT_PROTOCOL_VERSION/);
      assert.deepEqual(
        bySer.map(({ reason }) => reason),
        ["it does not speak TLS 1.3"],
      );
    });

    it("a client that speaks something else", async () => {
      await serve();
      const socket = connectTcp(port, "127.0.0.1");
      socket.on("error", () => {}).resume();
      socket.write("GET / HTTP/1.1\r\n\r\n");
      await once(socket, "close");
      assert.match(bySer[0].reason!, /the TLS handshake failed \(ERR_SSL_/);
      assert.equal(handled, 0);
    });

    it("more connections than may wait for a verdict", async () => {
      const slow = new SlowResolver({ servers: [dns], anchors: [root.anchor] });
      slow.delayMs = 1000;
      const server = await serve({ resolver: slow, maxPending: 3 });
      const agent = agentOf();
      for (let i = 0; i < 3; i++) void post(agent);
      while (meddler.asked.length === 0 || (await connectionCount(server)) < 3)
        await new Promise((next) => setTimeout(next, 10));
      const { error } = await post(agent);
      assert.equal(error?.code, "ECONNRESET");
      assert.match(bySer[0].reason!, /3 connections wait for their verdict/);
    });
  });

  const connectionCount = (server: Server): Promise<number> =>
    new Promise((settle) => server.getConnections((_, count) => settle(count)));

  describe("refusals by the client", () => {
    const cases: {
      title: string;
      records: () => ZoneRecord[];
      reason: RegExp;
      dnssec: PeerVerdict["dnssec"];
      tamper?: boolean;
    }[] = [
      {
        title: "no TLSA record",
        records: () => [],
        reason: /TLSA of _\d+\._tcp\.js\.join-b\.example: the name does not exist \(proven\)/,
        dnssec: "no-such-name",
      },
      {
        title: "a swapped certificate",
        records: () => [tlsa(serverOwner(), clientCredentials.certificateDer)],
        reason: /no TLSA record \(3 1 1\) matches/,
        dnssec: "secure",
      },
      {
        title: "a digest of the root, which is not in the chain",
        records: () => [tlsa(serverOwner(), authorityB.rootCertificate.raw, "2 0 1")],
        reason: /no TLSA record/,
        dnssec: "secure",
      },
      {
        title: "records for PKIX usages only",
        records: () => [tlsa(serverOwner(), serverCredentials.certificateDer, "1 1 1")],
        reason: /needs PKIX roots/,
        dnssec: "secure",
      },
      {
        title: "a bogus record",
        records: () => [tlsa(serverOwner(), serverCredentials.certificateDer)],
        tamper: true,
        reason: /does not verify/,
        dnssec: "bogus",
      },
    ];
    for (const { title, records, reason, dnssec, tamper } of cases)
      it(title, async () => {
        await serve();
        publishServer(records());
        if (tamper) root.tamper("join-b.example", serverOwner(), "TLSA");
        const { error } = await post(agentOf());
        assert.ok(error instanceof TrustError);
        assert.match(error.reason, reason);
        assert.deepEqual([error.peer, error.dnssec], [{ role: "server", name: SERVER }, dnssec]);
        assert.equal(error.cause instanceof DnsFailure, dnssec !== "secure");
        assert.deepEqual(
          byCli.map((verdict) => [verdict.accepted, verdict.reason]),
          [[false, error.reason]],
        );
        assert.ok(
          !JSON.stringify({ ...error, message: error.message, stack: error.stack }).includes("PRIVATE KEY"),
        );
        assert.equal(handled, 0);
      });

    it("an expired signature", async () => {
      await serve();
      const { error } = await post(agentOf({ resolver: resolver(() => new Date(Date.now() + 60 * DAY_MS)) }));
      assert.ok(error instanceof TrustError);
      assert.match(error.reason, /signature expired/);
    });

    it("an address in place of a name", async () => {
      await serve();
      const { error } = await post(agentOf(), 10, "127.0.0.1");
      assert.match(error!.message, /an address cannot be judged by TLSA records/);
    });

    it("a server of TLS 1.2", async () => {
      const { privateKeyPem: key, chainPem: cert } = serverCredentials;
      const server = createTlsServer({ key, cert, maxVersion: "TLSv1.2" });
      server.on("tlsClientError", () => {});
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      port = (server.address() as AddressInfo).port;
      publishServer([tlsa(serverOwner(), serverCredentials.certificateDer)]);
      assert.match((await post(agentOf())).error!.code!, /PROTOCOL/);
      server.close();
    });

    it("a server that is not there: the connection's own error", async () => {
      const server = await serve();
      server.close();
      assert.equal((await post(agentOf())).error!.code, "ECONNREFUSED");
      assert.deepEqual(byCli, []);
    });
  });

  it("follows an alias to the TLSA records at its end (RFC 7671 section 7)", async () => {
    await serve();
    root.replaceRecords("example", [{ name: "js.example", type: "CNAME", data: SERVER }]);
    assert.equal((await post(agentOf(), 10, "js.example")).status, 200);
    assert.deepEqual(outcomes(byCli), [{ role: "server", name: "js.example", ...accepted }]);
  });

  for (const [parameters, of] of [
    ["2 0 1", "intermediate"],
    ["2 1 1", "intermediate"],
    ["2 0 0", "root"],
    ["3 0 2", "leaf"],
  ])
    it(`accepts ${parameters} of the ${of} on both sides`, async () => {
      await serve();
      const certificate = (authority: Authority, leaf: Credentials): Uint8Array =>
        of === "leaf"
          ? leaf.certificateDer
          : of === "root"
            ? authority.rootCertificate.raw
            : authority.intermediateCertificate.raw;
      publishServer([tlsa(serverOwner(), certificate(authorityB, serverCredentials), parameters)]);
      root.replaceRecords("net-a.example", [
        tlsa(CLIENT, certificate(authorityA, clientCredentials), parameters),
      ]);
      assert.equal((await post(agentOf())).status, 200);
      assert.deepEqual([byCli[0].tlsa, bySer[0].tlsa], [parameters, parameters]);
    });

  it("gives meaning to PKIX usages by the roots that are configured", async function () {
    const roots = (credentials: Credentials) => ({
      policy: { kind: "dane", pkixRoots: credentials.rootPem } as const,
    });
    await serve(roots(clientCredentials));
    publishServer([tlsa(serverOwner(), serverCredentials.certificateDer, "1 1 1")]);
    root.replaceRecords("net-a.example", [tlsa(CLIENT, authorityA.rootCertificate.raw, "0 0 1")]);
    const { status } = await post(agentOf(roots(serverCredentials)));
    if (nodeHidesChains()) this.skip();
    assert.equal(status, 200);
    assert.deepEqual([byCli[0].tlsa, bySer[0].tlsa], ["1 1 1", "0 0 1"]);
    const { error } = await post(agentOf(roots(clientCredentials)));
    assert.match(error!.message, /no TLSA record \(1 1 1\) matches/);
  });

  describe("verdicts that expire", () => {
    it("are renewed by the server before the next request, and refused when the record is gone", async () => {
      let now = new Date();
      await serve({ resolver: resolver(() => now) });
      const agent = agentOf();
      assert.equal((await post(agent)).status, 200);
      now = new Date(now.getTime() + 301_000);
      assert.equal((await post(agent)).status, 200);
      assert.equal(bySer.length, 2);
      root.replaceRecords("net-a.example", []);
      now = new Date(now.getTime() + 301_000);
      const { error } = await post(agent);
      assert.equal(error?.code, "ECONNRESET");
      assert.equal(handled, 2);
      assert.deepEqual(
        bySer.map(({ accepted }) => accepted),
        [true, true, false],
      );
    });

    it("are renewed before a connection is taken over, and the client may go meanwhile", async () => {
      let now = new Date();
      const slow = new SlowResolver({ servers: [dns], anchors: [root.anchor], now: () => now });
      let takenOver = 0;
      const server = await serve({ resolver: slow }, () => takenOver++);
      const agent = agentOf();
      assert.equal((await post(agent)).status, 200);
      now = new Date(now.getTime() + 301_000);
      slow.delayMs = 500;
      const headers = { Connection: "Upgrade", Upgrade: "websocket" };
      const outgoing = request({ host: SERVER, port, agent, path: "/", headers });
      const failed = once(outgoing, "error");
      const asked = once(server, "upgrade");
      outgoing.end();
      const [, socket] = await asked;
      // Not by "once", which listens to errors too: one that nobody listens to ends the process.
      const closed = new Promise((resolve) => socket.on("close", resolve));
      socket.destroy(new Error("read ECONNRESET"));
      await Promise.all([failed, closed]);
      await new Promise((elapsed) => setTimeout(elapsed, 600));
      assert.equal(takenOver, 0);
    });

    it("end the connection on the client's side: the next request opens one of its own", async () => {
      let now = new Date();
      await serve();
      const agent = agentOf({ resolver: resolver(() => now) });
      assert.equal((await post(agent)).status, 200);
      now = new Date(now.getTime() + 301_000);
      assert.equal((await post(agent)).status, 200);
      assert.deepEqual([byCli.length, bySer.length], [2, 2]);
      publishServer([]);
      now = new Date(now.getTime() + 301_000);
      const { error } = await post(agent);
      assert.ok(error instanceof TrustError);
      assert.equal(handled, 2);
    });
  });

  describe("a connection whose verdict has expired, on the client's side", () => {
    const LATER_MS = 301_000;

    it("gets no octet, even of a body that is written later than the request is made", async () => {
      let now = new Date();
      const slow = new SlowResolver({ servers: [dns], anchors: [root.anchor], now: () => now });
      await serve();
      const agent = agentOf({ resolver: slow });
      assert.equal((await post(agent)).status, 200);
      now = new Date(now.getTime() + LATER_MS);
      publishServer([]);
      slow.delayMs = 100;
      const outgoing = request({ host: SERVER, port, agent, method: "POST", path: "/" });
      const failed = once(outgoing, "error");
      await new Promise((elapsed) => setTimeout(elapsed, 40));
      outgoing.end(Buffer.alloc(10));
      const [error] = await Promise.race([failed, once(outgoing, "response")]);
      assert.ok(error instanceof TrustError);
      assert.equal(handled, 1);
    });

    it("is passed over for one that is still good", async () => {
      let now = new Date();
      const records = resolver(() => now);
      const server = await serve();
      const agent = agentOf({ resolver: records });
      const outgoing = request({ host: SERVER, port, agent, method: "POST", path: "/" });
      outgoing.flushHeaders();
      await once(server, "request");
      now = new Date(now.getTime() + LATER_MS / 2);
      records.clearCache();
      assert.equal((await post(agent)).status, 200);
      const answered = once(outgoing, "response");
      outgoing.end();
      const [response] = await answered;
      await response.toArray();
      now = new Date(now.getTime() + LATER_MS / 2 + 1000);
      assert.equal((await post(agent)).status, 200);
      assert.equal(bySer.length, 2);
    });

    it("is not given to a request that waited for it", async () => {
      let now = new Date();
      const slow = new SlowResolver({ servers: [dns], anchors: [root.anchor] });
      slow.delayMs = 900;
      await serve({ resolver: slow });
      const agent = agentOf({ resolver: resolver(() => now) });
      agent.maxSockets = 1;
      const first = post(agent);
      await new Promise((elapsed) => setTimeout(elapsed, 600)); // connected, and waiting for the server's verdict
      const second = post(agent);
      now = new Date(now.getTime() + LATER_MS);
      publishServer([]);
      assert.equal((await first).status, 200);
      assert.ok((await second).error instanceof TrustError);
      assert.equal(handled, 1);
    });
  });

  describe("session resumption", () => {
    const dial = async (): Promise<{ socket: TLSSocket; sessions: Buffer[] }> => {
      const sessions: Buffer[] = [];
      const socket = connect({
        port,
        host: "127.0.0.1",
        secureContext: clientContext(),
        rejectUnauthorized: false,
      });
      socket.on("session", (ticket) => sessions.push(ticket));
      socket.on("error", () => {});
      await once(socket, "secureConnect");
      socket.write(`GET / HTTP/1.1\r\nHost: ${SERVER}\r\n\r\n`);
      await Promise.race([once(socket, "data"), once(socket, "close")]);
      return { socket, sessions };
    };

    it("is never offered by the server", async () => {
      await serve();
      const { socket, sessions } = await dial();
      assert.equal(handled, 1);
      assert.deepEqual(sessions, []);
      socket.destroy();
    });

    it("is refused by the server when somebody manages it", async () => {
      const server = await serve();
      // What the gate must catch if tickets ever came back: a socket that says it was resumed.
      server.prependListener("secureConnection", (socket: TLSSocket) => {
        socket.isSessionReused = () => true;
      });
      const { error } = await post(agentOf());
      assert.equal(error?.code, "ECONNRESET");
      assert.deepEqual(
        bySer.map(({ reason }) => reason),
        ["the connection resumes a session"],
      );
    });

    it("by a ticket of somebody else with the same key is a handshake of its own", async () => {
      const { privateKeyPem: key, chainPem: cert } = serverCredentials;
      const lax = createTlsServer({ key, cert, minVersion: "TLSv1.3" }, (socket) => {
        socket.on("error", () => {}).end("x");
      });
      lax.listen(0, "127.0.0.1");
      await once(lax, "listening");
      const at = (lax.address() as AddressInfo).port;
      const first = connect({ port: at, host: "127.0.0.1", rejectUnauthorized: false }).resume();
      const [session] = (await once(first, "session")) as [Buffer];
      first.destroy();
      lax.close();
      await serve();
      const socket = connect({
        ...{ port, host: "127.0.0.1", rejectUnauthorized: false },
        ...{ secureContext: clientContext(), session },
      });
      socket.on("error", () => {});
      await once(socket, "secureConnect");
      socket.write(`GET / HTTP/1.1\r\nHost: ${SERVER}\r\n\r\n`);
      await once(socket, "data");
      assert.equal(socket.isSessionReused(), false);
      assert.deepEqual(outcomes(bySer), [{ role: "client", name: CLIENT, ...accepted }]);
      socket.destroy();
    });

    it("is not asked for by the client", async () => {
      const { privateKeyPem: key, chainPem: cert } = serverCredentials;
      const reused: boolean[] = [];
      const server = createTlsServer({ key, cert, minVersion: "TLSv1.3" }, (socket) => {
        reused.push(socket.isSessionReused());
        socket.on("error", () => {});
        socket.once("data", () =>
          socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"),
        );
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      port = (server.address() as AddressInfo).port;
      publishServer([tlsa(serverOwner(), serverCredentials.certificateDer)]);
      const agent = agentOf();
      for (let i = 0; i < 3; i++) assert.equal((await post(agent)).status, 200);
      assert.deepEqual(reused, [false, false, false]);
      server.close();
    });
  });

  describe("policy pkix", () => {
    const policy = (credentials: Credentials) => ({
      policy: { kind: "pkix", ca: credentials.rootPem } as const,
    });

    it("accepts certificates that lead to the given roots, without DNS records for them", async function () {
      await serve({ ...policy(clientCredentials), resolver: undefined });
      publishServer([]);
      root.replaceRecords("net-a.example", []);
      const { body } = await post(agentOf({ ...policy(serverCredentials), clientName: undefined }));
      if (nodeHidesChains()) this.skip();
      assert.deepEqual(body?.peer, { name: CLIENT, dnssec: "unchecked" });
      assert.deepEqual(byCli, [
        { role: "server", name: SERVER, accepted: true, tlsa: undefined, dnssec: "unchecked" },
      ]);
    });

    it("refuses a client whose root is another", async () => {
      await serve(policy(serverCredentials));
      const { error } = await post(agentOf({ ...policy(serverCredentials), clientName: undefined }));
      assert.equal(error?.code, "ECONNRESET");
      assert.match(bySer[0].reason!, /does not lead to a trusted root/);
    });

    it("refuses a server whose root is another", async () => {
      await serve(policy(clientCredentials));
      const { error } = await post(agentOf({ ...policy(clientCredentials), clientName: undefined }));
      assert.match((error as TrustError).reason, /does not lead to a trusted root/);
    });

    it("refuses a client whose certificate cannot be read", async () => {
      const odd = await makeCertificate({ subject: "odd", malformedNames: true });
      await serve(policy(serverCredentials));
      const credentials = { privateKeyPem: odd.keyPem, chainPem: odd.pem };
      await post(agentOf({ ...policy(serverCredentials), credentials, clientName: undefined }));
      assert.match(bySer[0].reason!, /certificate cannot be read/);
    });

    it("refuses a client without a name that may come", async () => {
      await serve({ ...policy(clientCredentials), clientPolicy: { allow: () => false } });
      await post(agentOf({ ...policy(serverCredentials), clientName: undefined }));
      assert.match(bySer[0].reason!, /stated no name that may come here/);
    });
  });

  it("cannot be set up without what its policy needs", () => {
    const clientPolicy = { allow: () => true };
    assert.throws(
      () => createDaneServer({ credentials: serverCredentials, clientPolicy }, () => {}),
      /give a resolver/,
    );
    assert.throws(() => createDaneAgent({ credentials: clientCredentials }), /give a resolver/);
    assert.throws(
      () => createDaneAgent({ credentials: clientCredentials, policy: { kind: "pkix", ca: "" } }),
      /no certificate in the PEM/,
    );
  });

  describe("on the wire, as openssl sees it", () => {
    it("is TLS 1.3, asks for the client's name, sends leaf and intermediate, and accepts no less", async () => {
      await serve();
      const client = folder.write("client.pem", clientCredentials.chainPem + clientCredentials.privateKeyPem);
      const common = ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", SERVER, "-cert", client];
      const { output } = await runTool("openssl", [...common, "-msg", "-showcerts"]);
      const intermediate = await runTool("openssl", [
        ...["x509", "-noout", "-subject", "-nameopt", "RFC2253", "-in"],
        folder.write("intermediate.pem", authorityB.intermediateCertificate.toString()),
      ]);
      assert.match(output, /Protocol *(version)?: TLSv1\.3|New, TLSv1\.3/);
      assert.match(output, /<<< TLS 1\.3, Handshake \[length [0-9a-f]+\], CertificateRequest/);
      const request = /CertificateRequest\n([0-9a-f\s]+)/.exec(output)![1].replace(/\s+/g, " ");
      assert.match(request, /ff 5d 00 01 00/, "extension 0xff5d with an empty ClientName");
      assert.equal(output.match(/-----BEGIN CERTIFICATE-----/g)!.length, 2, output);
      assert.match(intermediate.output, /Intermediate CA/);
      assert.match(output, / 1 s:.*Intermediate CA/);
      assert.doesNotMatch(output, /NewSessionTicket/);
      assert.match(output, /alert handshake failure/i, "openssl cannot state a name");
      const old = await runTool("openssl", [...common, "-tls1_2"]);
      assert.match(old.output, /alert protocol version/);
      assert.equal(handled, 0);
    });

    it("lets openssl verify the server by its TLSA record", async () => {
      await serve();
      const rrdata = `3 1 1 ${tlsaData(serverCredentials.certificateDer, { usage: 3, selector: 1, matching: 1 }).toString("hex")}`;
      const { output } = await runTool("openssl", [
        ...["s_client", "-connect", `127.0.0.1:${port}`, "-brief", "-verify_return_error"],
        ...["-dane_tlsa_domain", SERVER, "-dane_tlsa_rrdata", rrdata],
      ]);
      assert.match(output, /Verification: OK/);
      assert.match(output, /DANE TLSA 3 1 1 .* matched/);
    });
  });

  it("serves a client by a certificate with an odd chain: a self-signed leaf", async () => {
    const alone = await makeCertificate({ subject: "alone" });
    await serve();
    root.replaceRecords("net-a.example", [tlsa(CLIENT, alone.der)]);
    const credentials = { privateKeyPem: alone.keyPem, chainPem: alone.pem };
    assert.equal((await post(agentOf({ credentials }))).body?.peer.name, CLIENT);
  });
});
