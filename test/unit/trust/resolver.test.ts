import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Answer } from "dns-packet";
import { joinEuiName, TestRoot, type ZoneRecord } from "../../../hil/trust/dns/index.ts";
import {
  DnsFailure,
  discoverJoinServer,
  discoverNetworkServer,
  Resolver,
} from "../../../hil/trust/resolver/index.ts";
import { MeddlingServer, SERVFAIL } from "./meddling-server.ts";

const a = (name: string, data = "127.0.0.1"): ZoneRecord => ({ name, type: "A", data });
const cname = (name: string, data: string): ZoneRecord => ({ name, type: "CNAME", data });
const srv = (name: string, target: string, priority = 0, weight = 0, port = 8003): ZoneRecord => ({
  name,
  type: "SRV",
  data: { priority, weight, port, target },
});
const naptr = (
  name: string,
  flags: string,
  replacement: string,
  more: { services?: string; order?: number; preference?: number; regexp?: string } = {},
): ZoneRecord => ({
  name,
  type: "NAPTR",
  data: { order: 10, preference: 10, services: "LWNS", regexp: "", ...more, flags, replacement },
});

/** Answers nothing that could be used, and stays silent otherwise. */
async function strayServer(
  answer: (query: Buffer) => Buffer | undefined,
): Promise<{ port: number; close: () => void }> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const octets = answer(query);
    if (octets) socket.send(octets, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, close: () => socket.close() };
}

describe("resolver", () => {
  let root: TestRoot;
  let endpoint: { host: string; port: number };
  let meddler: MeddlingServer;
  let meddled: { host: string; port: number };

  before(async () => {
    const records: ZoneRecord[] = [
      a("js.b.example"),
      { name: "brief.b.example", type: "A", ttl: 5, data: "127.0.0.1" },
      { name: "long.b.example", type: "A", ttl: 86_400, data: "127.0.0.1" },
      { name: "big.b.example", type: "TXT", data: Array.from({ length: 10 }, (_, i) => `${i}`.repeat(200)) },
      ...Array.from({ length: 10 }, (_, i) => cname(`hop-${i}.b.example`, `hop-${i + 1}.b.example`)),
      a("hop-10.b.example"),
      cname("ring-a.b.example", "ring-b.b.example"),
      cname("ring-b.b.example", "ring-a.b.example"),
    ];
    root = new TestRoot({
      zones: [{ origin: "b.example", records }],
      validity: { inception: new Date("2030-01-01T00:00:00Z"), expiration: new Date("2030-01-02T00:00:00Z") },
    });
    endpoint = await root.listen();
    meddler = new MeddlingServer(endpoint);
    meddled = await meddler.listen();
  });
  after(async () => {
    meddler.close();
    await root.close();
  });
  afterEach(() => {
    meddler.meddle = () => true;
    meddler.asked.length = 0;
  });

  let now = new Date();
  beforeEach(() => {
    now = new Date("2030-01-01T12:00:00Z");
  });
  const resolverOf = (...servers: { host: string; port: number }[]): Resolver =>
    new Resolver({
      servers,
      anchors: [root.anchor],
      now: () => now,
      attemptTimeoutMs: 200,
      lookupTimeoutMs: 1000,
    });

  it("says where an answer was found, how long it holds and what it rests on", async () => {
    const answer = await resolverOf(endpoint).resolve("HOP-9.B.Example.", "A");
    assert.equal(answer.name, "hop-9.b.example");
    assert.equal(answer.canonicalName, "hop-10.b.example");
    assert.deepEqual(answer.records, ["127.0.0.1"]);
    assert.equal(answer.ttl, 300);
    assert.deepEqual(answer.expiresAt, new Date("2030-01-01T12:05:00Z"));
    assert.deepEqual(
      answer.chain.slice(0, 4).map(({ type, zone }) => `${type} by ${zone}`),
      ["CNAME by b.example", "DNSKEY by b.example", "DS by .", "DNSKEY by ."],
    );
  });

  it("asks again by TCP when the answer does not fit a datagram", async () => {
    const { records } = await resolverOf(endpoint).resolve("big.b.example", "TXT");
    assert.equal((records[0] as Buffer[]).length, 10);
  });

  it("goes on to the next server when one is silent, refuses, or is not there", async () => {
    const silent = await strayServer(() => undefined);
    const failing = await strayServer((query) => {
      const answer = Buffer.from(query);
      answer[2] |= 0x80;
      answer[3] = SERVFAIL;
      return answer;
    });
    for (const port of [silent.port, failing.port, 1])
      assert.equal(
        (await resolverOf({ host: "127.0.0.1", port }, endpoint).resolve("js.b.example", "A")).ttl,
        300,
      );
    silent.close();
    failing.close();
  });

  it("does not hear answers to other questions, and gives up in time", async () => {
    const strays = [
      (query: Buffer) => Buffer.concat([Buffer.of(query[0] ^ 1), query.subarray(1)]), // another id
      (query: Buffer) => query, // a query, not a response
      (query: Buffer) => {
        const answer = Buffer.from(query);
        answer[2] |= 0x80;
        answer[13] ^= 1; // another name
        return answer;
      },
    ];
    for (const stray of strays) {
      const server = await strayServer(stray);
      await assert.rejects(
        resolverOf({ host: "127.0.0.1", port: server.port }).resolve("js.b.example", "A"),
        {
          kind: "timeout",
          message: /DNSKEY of \.|A of js\.b\.example: no answer within 200 ms/,
        },
      );
      server.close();
    }
  });

  it("tells an answer that cannot be read from none", async () => {
    const server = await strayServer((query) =>
      Buffer.concat([query.subarray(0, 2), Buffer.of(0x84, 0, 0, 1, 0, 9, 0, 0, 0, 0), query.subarray(12)]),
    );
    await assert.rejects(resolverOf({ host: "127.0.0.1", port: server.port }).resolve("js.b.example", "A"), {
      kind: "malformed",
    });
    server.close();
  });

  it("ends a whole look-up in time, however many servers are silent", async () => {
    const silent = await strayServer(() => undefined);
    const servers = Array.from({ length: 9 }, () => ({ host: "127.0.0.1", port: silent.port }));
    const started = performance.now();
    await assert.rejects(resolverOf(...servers).resolve("js.b.example", "A"), { kind: "timeout" });
    assert.ok(performance.now() - started < 1500);
    silent.close();
  });

  it("follows eight aliases, and no loop", async () => {
    assert.equal(
      (await resolverOf(endpoint).resolve("hop-2.b.example", "A")).canonicalName,
      "hop-10.b.example",
    );
    for (const name of ["hop-1.b.example", "ring-a.b.example"])
      await assert.rejects(resolverOf(endpoint).resolve(name, "A"), { kind: "limit", message: /aliases/ });
  });

  it("refuses names that do not fit the wire without asking anybody", async () => {
    for (const name of ["a..b.example", `${"l".repeat(64)}.b.example`, `${"l.".repeat(127)}example`])
      await assert.rejects(resolverOf(meddled).resolve(name, "A"), { kind: "malformed" });
    assert.deepEqual(meddler.asked, []);
  });

  it("needs a server and a trust anchor", () => {
    assert.throws(() => new Resolver({ servers: [], anchors: [root.anchor] }), /name server/);
    assert.throws(() => new Resolver({ servers: [endpoint], anchors: [] }), /trust anchor/);
  });

  describe("cache", () => {
    const asked = (name: string): number =>
      meddler.asked.filter((question) => question === `${name} A`).length;

    it("keeps an answer for its TTL", async () => {
      const resolver = resolverOf(meddled);
      await resolver.resolve("brief.b.example", "A");
      now = new Date("2030-01-01T12:00:04.999Z");
      await resolver.resolve("brief.b.example", "A");
      assert.equal(asked("brief.b.example"), 1);
      now = new Date("2030-01-01T12:00:05Z");
      await resolver.resolve("brief.b.example", "A");
      assert.equal(asked("brief.b.example"), 2);
    });

    it("keeps no answer beyond its signature, whatever the TTL", async () => {
      const resolver = resolverOf(meddled);
      const answer = await resolver.resolve("long.b.example", "A");
      assert.deepEqual(answer.expiresAt, new Date("2030-01-02T00:00:00Z"));
      assert.equal(answer.ttl, 12 * 3600);
      now = new Date("2030-01-02T00:00:01Z");
      await assert.rejects(resolver.resolve("long.b.example", "A"), { kind: "bogus", message: /expired/ });
    });

    it("does not believe a TTL that was raised on the way", async () => {
      meddler.meddle = (message) => {
        message.answers = message.answers.map((one) => ({ ...one, ttl: 999_999 }) as Answer);
        return true;
      };
      assert.equal((await resolverOf(meddled).resolve("brief.b.example", "A")).ttl, 5);
    });

    it("keeps proven absence too, but no failure", async () => {
      const resolver = resolverOf(meddled);
      for (let i = 0; i < 2; i++)
        await assert.rejects(resolver.resolve("none.b.example", "A"), { kind: "no-such-name" });
      assert.equal(asked("none.b.example"), 1);
      meddler.meddle = (message) => {
        message.answers = message.answers.filter(({ type }) => type !== "RRSIG");
        return true;
      };
      await assert.rejects(resolver.resolve("js.b.example", "A"), { kind: "bogus" });
      meddler.meddle = () => true;
      assert.equal((await resolver.resolve("js.b.example", "A")).status, "secure");
    });

    it("asks once for what many want at the same time", async () => {
      const resolver = resolverOf(meddled);
      await Promise.all(Array.from({ length: 100 }, () => resolver.resolve("js.b.example", "A")));
      assert.equal(asked("js.b.example"), 1);
    });
  });
});

describe("discovery of Join Servers", () => {
  const SUFFIX = "joineuis.test";
  const JOIN_EUI = "70B3D57ED0000001";
  const name = joinEuiName(JOIN_EUI, SUFFIX);
  let root: TestRoot;
  let resolver: Resolver;

  const HOSTS: ZoneRecord[] = [
    a("js1.b.test", "127.0.0.1"),
    a("js2.b.test", "127.0.0.2"),
    { name: "js6.b.test", type: "AAAA", data: "::1" },
    { name: "dumb.b.test", type: "TXT", data: ["no address"] },
    srv("_js._tcp.b.test", "js1.b.test"),
    srv("_weighted._tcp.b.test", "js1.b.test", 1, 10),
    srv("_weighted._tcp.b.test", "js2.b.test", 1, 30),
    srv("_weighted._tcp.b.test", "js6.b.test", 0, 0),
    srv("_even._tcp.b.test", "js1.b.test", 1, 10),
    srv("_even._tcp.b.test", "js2.b.test", 1, 30),
    srv("_closed._tcp.b.test", "."),
    srv("_gone._tcp.b.test", "gone.b.test", 0),
    srv("_gone._tcp.b.test", "js2.b.test", 1),
    srv("_outside._tcp.b.test", "js.plain.test"),
    naptr("next.b.test", "S", "_js._tcp.b.test"),
    naptr("loop.b.test", "P", "loop.b.test"),
    ...Array.from({ length: 8 }, (_, i) => naptr(`far-${i}.b.test`, "", `far-${i + 1}.b.test`)),
  ];

  before(async () => {
    root = new TestRoot({
      zones: [
        { origin: "b.test", records: HOSTS },
        { origin: "plain.test", unsigned: true, records: [a("js.plain.test")] },
        { origin: SUFFIX, records: [] },
      ],
    });
    resolver = new Resolver({ servers: [await root.listen()], anchors: [root.anchor] });
  });
  after(() => root.close());

  const discover = (rules: readonly ZoneRecord[], random = 0): Promise<string> => {
    root.replaceRecords(SUFFIX, rules);
    resolver.clearCache();
    return discoverJoinServer(resolver, JOIN_EUI, SUFFIX, () => random).then(
      ({ target, port, path, host }) => `${target}:${port}${path} at ${host}`,
      (error: unknown) => {
        if (!(error instanceof DnsFailure)) throw error;
        return `${error.kind}: ${error.message}`;
      },
    );
  };

  const rule = (flags: string, replacement: string, more = {}) => naptr(name, flags, replacement, more);
  const uri = (regexp: string) => [rule("U", ".", { regexp })];
  const cases: { title: string; rules: ZoneRecord[]; random?: number; expected: string | RegExp }[] = [
    {
      title: "flag S leads to SRV",
      rules: [rule("S", "_js._tcp.b.test")],
      expected: "js1.b.test:8003/ at 127.0.0.1",
    },
    {
      title: "flag A leads to addresses, port 443",
      rules: [rule("A", "js2.b.test")],
      expected: "js2.b.test:443/ at 127.0.0.2",
    },
    { title: "an address may be IPv6", rules: [rule("a", "js6.b.test")], expected: "js6.b.test:443/ at ::1" },
    {
      title: "flag U holds the URI",
      rules: uri("!^.*$!https://js1.b.test:8003/ts002!"),
      expected: "js1.b.test:8003/ts002 at 127.0.0.1",
    },
    { title: "flag U without a port", rules: uri("/.*/https:\\/\\/js1.b.test/"), expected: /^malformed/ },
    {
      title: "flag U with another delimiter",
      rules: uri("#^.*$#https://js1.b.test#"),
      expected: "js1.b.test:443/ at 127.0.0.1",
    },
    {
      title: "flag U without TLS",
      rules: uri("!^.*$!http://js1.b.test!"),
      expected: /^malformed: .*no https URI/,
    },
    {
      title: "flag U with a pattern that would have to be run",
      rules: uri("!(a+)+$!https://js1.b.test!"),
      expected: /^malformed/,
    },
    {
      title: "flag P leads to further NAPTR",
      rules: [rule("P", "next.b.test")],
      expected: "js1.b.test:8003/ at 127.0.0.1",
    },
    {
      title: "no flag leads to further NAPTR",
      rules: [rule("", "next.b.test")],
      expected: "js1.b.test:8003/ at 127.0.0.1",
    },
    { title: "a loop", rules: [rule("P", "loop.b.test")], expected: /^limit: .*loop/ },
    { title: "a loop to the beginning", rules: [rule("P", name)], expected: /^limit/ },
    { title: "too many redirections", rules: [rule("P", "far-0.b.test")], expected: /^limit/ },
    {
      title: "LWN, without TLS, is not followed",
      rules: [rule("S", "_js._tcp.b.test", { services: "LWN" })],
      expected: /^no-data: .*no rule for service LWNS/,
    },
    {
      title: "other services are not followed",
      rules: [rule("S", "_js._tcp.b.test", { services: "SIP+D2T" })],
      expected: /^no-data/,
    },
    {
      title: "service names compare without case",
      rules: [rule("S", "_js._tcp.b.test", { services: "lwns" })],
      expected: "js1.b.test:8003/ at 127.0.0.1",
    },
    { title: "unknown flags are not followed", rules: [rule("X", "_js._tcp.b.test")], expected: /^no-data/ },
    {
      title: "the lowest order goes first",
      rules: [rule("A", "js2.b.test", { order: 2 }), rule("A", "js1.b.test", { order: 1, preference: 99 })],
      expected: "js1.b.test:443/ at 127.0.0.1",
    },
    {
      title: "then the lowest preference",
      rules: [rule("A", "js2.b.test", { preference: 2 }), rule("A", "js1.b.test", { preference: 1 })],
      expected: "js1.b.test:443/ at 127.0.0.1",
    },
    {
      title: "a rule that leads nowhere gives way to the next",
      rules: [rule("S", "_none._tcp.b.test", { order: 1 }), rule("A", "js2.b.test", { order: 2 })],
      expected: "js2.b.test:443/ at 127.0.0.2",
    },
    {
      title: "the lowest SRV priority goes first",
      rules: [rule("S", "_weighted._tcp.b.test")],
      expected: "js6.b.test:8003/ at ::1",
    },
    {
      title: "SRV weights: a low draw",
      rules: [rule("S", "_even._tcp.b.test")],
      random: 0.2,
      expected: "js1.b.test:8003/ at 127.0.0.1",
    },
    {
      title: "SRV weights: a high draw",
      rules: [rule("S", "_even._tcp.b.test")],
      random: 0.3,
      expected: "js2.b.test:8003/ at 127.0.0.2",
    },
    {
      title: "an SRV target that does not exist gives way to the next",
      rules: [rule("S", "_gone._tcp.b.test")],
      expected: "js2.b.test:8003/ at 127.0.0.2",
    },
    {
      title: "SRV target . says that there is no service",
      rules: [rule("S", "_closed._tcp.b.test")],
      expected: /^no-data: .*not to be available/,
    },
    { title: "a target without addresses", rules: [rule("A", "dumb.b.test")], expected: /^no-data/ },
    { title: "no NAPTR at all", rules: [{ name, type: "TXT", data: ["x"] }], expected: /^no-data/ },
    { title: "an unknown JoinEUI", rules: [], expected: /^no-such-name/ },
    {
      title: "a step outside the signed tree ends it, whatever else there is",
      rules: [rule("S", "_outside._tcp.b.test", { order: 1 }), rule("A", "js1.b.test", { order: 2 })],
      expected: /^insecure: A of js\.plain\.test/,
    },
  ];

  for (const { title, rules, random, expected } of cases)
    it(title, async () => {
      const outcome = await discover(rules, random);
      if (typeof expected === "string") assert.equal(outcome, expected);
      else assert.match(outcome, expected);
    });

  it("refuses a bogus step", async () => {
    root.replaceRecords(SUFFIX, [rule("S", "_js._tcp.b.test")]);
    root.tamper("b.test", "js1.b.test", "A");
    resolver.clearCache();
    await assert.rejects(discoverJoinServer(resolver, JOIN_EUI, SUFFIX), {
      kind: "bogus",
      domain: "js1.b.test",
    });
    root.replaceRecords("b.test", root.records("b.test"));
  });

  it("says when the first answer on the way expires", async () => {
    root.replaceRecords(SUFFIX, [{ ...rule("S", "_js._tcp.b.test"), ttl: 7 }]);
    resolver.clearCache();
    const { expiresAt, secure } = await discoverJoinServer(resolver, JOIN_EUI, SUFFIX);
    assert.ok(secure);
    assert.ok(expiresAt.getTime() - Date.now() <= 7000 && expiresAt.getTime() - Date.now() > 5000);
  });

  it("finds the Network Server of a NetID the same way", async () => {
    root.replaceRecords(SUFFIX, [naptr(`600c01.${SUFFIX}`, "S", "_js._tcp.b.test")]);
    resolver.clearCache();
    const { target, port } = await discoverNetworkServer(resolver, "600C01", SUFFIX);
    assert.deepEqual({ target, port }, { target: "js1.b.test", port: 8003 });
    await assert.rejects(discoverNetworkServer(resolver, "600C02", SUFFIX), { kind: "no-such-name" });
    await assert.rejects(discoverNetworkServer(resolver, "600C0", SUFFIX), /6 hexadecimal digits/);
  });

  it("refuses what is not a JoinEUI", async () => {
    await assert.rejects(discoverJoinServer(resolver, "70B3D57ED000000", SUFFIX), /16 hexadecimal digits/);
  });
});
