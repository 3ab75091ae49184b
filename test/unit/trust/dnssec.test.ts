import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { type Answer, encode, type RecordType } from "dns-packet";
import {
  bindTrustAnchors,
  createZone,
  dsText,
  generateZoneKeys,
  joinEuiName,
  signZone,
  TestRoot,
  type ZoneRecord,
} from "../../../hil/trust/dns/index.ts";
import { dsMatches, keyTag, periodFault, signatureVerifies } from "../../../hil/trust/dnssec/keys.ts";
import { canonicalName, compareNames, nameToWire } from "../../../hil/trust/dnssec/names.ts";
import { DnsFailure, Resolver } from "../../../hil/trust/resolver/index.ts";
import { askUdp, queryMessage, readResponse, runTool, ToolFolder, Unbound } from "./dns-judges.ts";
import { MeddlingServer, type Message, NXDOMAIN, SERVFAIL } from "./meddling-server.ts";

const DAY_MS = 86_400_000;
const DO = { udpPayloadSize: 4096, dnssecOk: true };
const JOIN_EUI_NAME = joinEuiName("70B3D57ED0000001");
const TLSA = { usage: 3, selector: 1, matchingType: 1, certificate: new Uint8Array(32).fill(7) };
const naptr = {
  order: 1,
  preference: 1,
  flags: "S",
  services: "LWNS",
  regexp: "",
  replacement: "_js._tcp.good.example",
};

const a = (name: string): ZoneRecord => ({ name, type: "A", data: "127.0.0.1" });

/** Names in zones that a fault of their own befalls. */
const FAULTY = [
  "expired",
  "future",
  "mismatch",
  "stripped",
  "ds-servfail",
  "ds-stripped",
  "silent",
  "refused",
] as const;

const ZONES = [
  {
    origin: "example",
    records: [{ name: "hop.example", type: "CNAME", data: "www.good.example" } as ZoneRecord],
  },
  {
    origin: "good.example",
    records: [
      a("js.good.example"),
      { name: "_8003._tcp.js.good.example", type: "TLSA", data: TLSA },
      { name: "tampered.good.example", type: "TLSA", data: TLSA },
      {
        name: "_js._tcp.good.example",
        type: "SRV",
        data: { priority: 0, weight: 0, port: 8003, target: "JS.Good.Example" },
      },
      { name: "*._device.good.example", type: "TLSA", data: TLSA },
      { name: "real._device.good.example", type: "A", data: "127.0.0.1" },
      { name: "*.no-proof.good.example", type: "A", data: "127.0.0.1" },
      { name: "*.replayed.good.example", type: "A", data: "127.0.0.2" },
      a("real.replayed.good.example"),
      a("cut-off.good.example"),
      { name: "www.good.example", type: "CNAME", data: "js.good.example" },
      { name: "away.good.example", type: "CNAME", data: "a.plain.example" },
      { name: "*.alias.good.example", type: "CNAME", data: "js.good.example" },
      { name: "mail.good.example", type: "MX", data: { preference: 1, exchange: "JS.Good.Example" } },
      { name: "text.good.example", type: "TXT", data: ["some", "text"] },
      { name: "six.good.example", type: "AAAA", data: "::1" },
    ] satisfies ZoneRecord[],
  },
  {
    origin: "joineuis.lora-alliance.org",
    records: [{ name: JOIN_EUI_NAME, type: "NAPTR", data: naptr } as ZoneRecord],
  },
  { origin: "plain.example", unsigned: true, records: [a("a.plain.example")] },
  { origin: "deep.plain.example", records: [a("a.deep.plain.example")] },
  ...FAULTY.map((fault) => ({ origin: `${fault}.example`, records: [a(`a.${fault}.example`)] })),
];

const unsigned = (section: Answer[]): Answer[] => section.filter(({ type }) => type !== "RRSIG");
const without = (section: Answer[], type: string): Answer[] =>
  section.filter((one) => one.type !== type && !(one.type === "RRSIG" && one.data.typeCovered === type));

/** What happens to answers on their way. */
function attack(message: Message): boolean {
  const [{ name, type }] = message.questions;
  const question = `${canonicalName(name)} ${type}`;
  switch (question) {
    case "a.stripped.example A":
      message.answers = unsigned(message.answers);
      break;
    case "ds-servfail.example DS":
      message.answers = [];
      message.flags = (message.flags & ~15) | SERVFAIL;
      break;
    case "ds-stripped.example DS":
      message.answers = [];
      break;
    case "refused.example DNSKEY":
      message.answers = without(message.answers, "DNSKEY");
      break;
    case "silent.example DNSKEY":
      return false;
    case "x.no-proof.good.example A":
      message.authorities = without(message.authorities, "NSEC");
      break;
    case "cut-off.good.example A": // denied with an honest NSEC of another place
      message.answers = [];
      message.flags = (message.flags & ~15) | NXDOMAIN;
      break;
    case "unproven.good.example A":
      message.authorities = without(message.authorities, "NSEC");
      break;
    case "forged.good.example A": // appears where nothing is
      message.answers = [{ name, type: "A", ttl: 60, class: "IN", data: "127.0.0.1" }];
      message.authorities = [];
      message.flags &= ~15;
      break;
  }
  return true;
}

type Kind = "secure" | DnsFailure["kind"];
interface Case {
  readonly name: string;
  readonly type: RecordType;
  readonly kind: Kind;
  readonly reason?: RegExp;
  /** Left out of the comparison, for the reason given. */
  readonly notJudged?: string;
}

const CASES: readonly Case[] = [
  { name: "js.good.example", type: "A", kind: "secure" },
  { name: "six.good.example", type: "AAAA", kind: "secure" },
  { name: "_8003._TCP.js.Good.example", type: "TLSA", kind: "secure" },
  { name: "_js._tcp.good.example", type: "SRV", kind: "secure" },
  { name: JOIN_EUI_NAME, type: "NAPTR", kind: "secure" },
  { name: "mail.good.example", type: "MX", kind: "secure" },
  { name: "text.good.example", type: "TXT", kind: "secure" },
  { name: "good.example", type: "DNSKEY", kind: "secure" },
  { name: "good.example", type: "DS", kind: "secure" },
  { name: "good.example", type: "SOA", kind: "secure" },
  { name: "good.example", type: "NS", kind: "secure" },
  { name: ".", type: "DNSKEY", kind: "secure" },
  { name: "sensor._device.good.example", type: "TLSA", kind: "secure" },
  { name: "a.b._device.good.example", type: "TLSA", kind: "secure" },
  { name: "*._device.good.example", type: "TLSA", kind: "secure" },
  { name: "www.good.example", type: "A", kind: "secure" },
  { name: "hop.example", type: "A", kind: "secure" },
  { name: "x.alias.good.example", type: "A", kind: "secure" },
  { name: "www.good.example", type: "CNAME", kind: "secure" },

  { name: "js.good.example", type: "AAAA", kind: "no-data" },
  {
    name: "www.good.example",
    type: "AAAA",
    kind: "no-data",
    reason: /js\.good\.example: no AAAA record \(proven\)/,
  },
  { name: "_tcp.good.example", type: "A", kind: "no-data" },
  { name: "sensor._device.good.example", type: "A", kind: "no-data" },
  { name: "real._device.good.example", type: "TLSA", kind: "no-data", reason: /no TLSA record \(proven\)/ },
  { name: "plain.example", type: "DS", kind: "no-data" },
  { name: "js.good.example", type: "DS", kind: "no-data" },
  { name: ".", type: "DS", kind: "no-data", notJudged: "nobody asks above the root" },
  { name: "nope.good.example", type: "A", kind: "no-such-name" },
  { name: "x.js.good.example", type: "A", kind: "no-such-name" },
  { name: "zzz.good.example", type: "A", kind: "no-such-name" },
  { name: "nope", type: "A", kind: "no-such-name" },

  { name: "a.plain.example", type: "A", kind: "insecure", reason: /zone plain\.example is not signed/ },
  { name: "nope.plain.example", type: "A", kind: "insecure", reason: /zone plain\.example is not signed/ },
  { name: "away.good.example", type: "A", kind: "insecure" },
  { name: "a.deep.plain.example", type: "A", kind: "insecure" },

  {
    name: "tampered.good.example",
    type: "TLSA",
    kind: "bogus",
    reason: /signature by zone good\.example does not verify/,
  },
  {
    name: "a.expired.example",
    type: "A",
    kind: "bogus",
    reason: /signature expired on 2020-02-01T00:00:00Z/,
  },
  { name: "nope.expired.example", type: "A", kind: "bogus", reason: /signature expired/ },
  { name: "a.future.example", type: "A", kind: "bogus", reason: /signature is not valid before 20/ },
  {
    name: "a.mismatch.example",
    type: "A",
    kind: "bogus",
    reason: /DNSKEY of mismatch\.example: DS mismatch/,
  },
  {
    name: "a.stripped.example",
    type: "A",
    kind: "bogus",
    reason: /no signature \(RRSIG\), although its zone is signed/,
  },
  {
    name: "a.ds-servfail.example",
    type: "A",
    kind: "server-failure",
    reason: /DS of ds-servfail\.example: the name server answered SERVFAIL/,
  },
  {
    name: "a.ds-stripped.example",
    type: "A",
    kind: "bogus",
    reason: /DS of ds-stripped\.example: no record, and no proof/,
  },
  { name: "a.refused.example", type: "A", kind: "bogus", reason: /its keys are not in the answer/ },
  {
    name: "a.silent.example",
    type: "A",
    kind: "timeout",
    reason: /DNSKEY of silent\.example: no answer within/,
    notJudged: "they wait too long",
  },
  {
    name: "x.no-proof.good.example",
    type: "A",
    kind: "bogus",
    reason: /from a wildcard, but nothing proves/,
  },
  {
    name: "cut-off.good.example",
    type: "A",
    kind: "bogus",
    reason: /no record, and (no proof|the NSEC or NSEC3 records are no proof)/,
  },
  {
    name: "unproven.good.example",
    type: "A",
    kind: "bogus",
    reason: /no record, and no proof \(NSEC or NSEC3\) of its absence/,
  },
  { name: "forged.good.example", type: "A", kind: "bogus", reason: /no signature/ },
];

describe("DNSSEC validator", () => {
  const folder = new ToolFolder();
  let root: TestRoot;
  let meddler: MeddlingServer;
  let resolver: Resolver;
  let unbound: Unbound;
  let endpoint: { host: string; port: number };

  before(async () => {
    root = new TestRoot({ zones: ZONES });
    root.tamper("good.example", "tampered.good.example", "TLSA");
    root.replaceRecords("expired.example", root.records("expired.example"), {
      inception: new Date("2020-01-01T00:00:00Z"),
      expiration: new Date("2020-02-01T00:00:00Z"),
    });
    root.replaceRecords("future.example", root.records("future.example"), {
      inception: new Date(Date.now() + 2 * DAY_MS),
      expiration: new Date(Date.now() + 9 * DAY_MS),
    });
    const mismatch = root.zone("mismatch.example");
    const records = ["SOA", "NS", "A"].flatMap((type) =>
      ["mismatch.example", "a.mismatch.example"].flatMap(
        (name) => mismatch.rrset(name, type as "A")?.records ?? [],
      ),
    );
    const validity = { inception: new Date(Date.now() - DAY_MS), expiration: new Date(Date.now() + DAY_MS) };
    const impostor = createZone({ origin: "mismatch.example", records: records as ZoneRecord[] });
    root.server.replaceZone(signZone(impostor, generateZoneKeys(), validity));

    meddler = new MeddlingServer(await root.listen(), attack);
    endpoint = await meddler.listen();
    resolver = new Resolver({ servers: [endpoint], anchors: [root.anchor], attemptTimeoutMs: 200 });
    unbound = await Unbound.start(folder, endpoint, dsText(root.anchor));
  });
  after(async () => {
    await unbound.stop();
    meddler.close();
    await root.close();
    folder.remove();
  });

  async function verdict(name: string, type: string): Promise<{ kind: Kind; message: string }> {
    try {
      return { kind: (await resolver.resolve(name, type)).status, message: "" };
    } catch (error) {
      if (!(error instanceof DnsFailure)) throw error;
      return { kind: error.kind, message: error.message };
    }
  }

  for (const { name, type, kind, reason } of CASES)
    it(`${type} of ${name}: ${kind}`, async () => {
      for (const pass of ["fresh", "cached"]) {
        const { kind: actual, message } = await verdict(name, type);
        assert.equal(actual, kind, `${pass}: ${message}`);
        if (reason) assert.match(message, reason);
      }
    });

  /** What the judges distinguish: an absence that is proven is secure for them, and everything refused bogus. */
  const coarse = (kind: Kind): string =>
    ["secure", "no-data", "no-such-name"].includes(kind)
      ? "secure"
      : kind === "insecure"
        ? "insecure"
        : "bogus";

  it("agrees with unbound", async () => {
    const judged = CASES.filter(({ notJudged }) => notJudged === undefined);
    const { output } = await runTool("dig", [
      ...["@127.0.0.1", "-p", String(unbound.endpoint.port), "+dnssec", "+noall", "+comments", "+tries=1"],
      ...judged.flatMap(({ name, type }) => [name, type]),
    ]);
    const headers = [...output.matchAll(/status: (\w+),[^;]*;; flags: ([a-z ]+);/g)];
    assert.equal(headers.length, judged.length, output);
    for (const [i, { name, type, kind }] of judged.entries()) {
      const [, status, flags] = headers[i];
      const theirs =
        status === "SERVFAIL" ? "bogus" : flags.split(" ").includes("ad") ? "secure" : "insecure";
      assert.equal(theirs, coarse(kind), `${type} of ${name}: ${status} ${flags}`);
    }
  });

  it("agrees with delv", async () => {
    const anchors = folder.write("anchor.bind", bindTrustAnchors(root.anchor));
    const judged = CASES.filter(({ notJudged, name }) => notJudged === undefined && name !== ".");
    const judge = async ({ name, type, kind }: Case): Promise<void> => {
      const place = [`@${endpoint.host}`, "-p", String(endpoint.port), "-a", anchors, "+root=."];
      const { output } = await runTool("delv", [...place, name, type]);
      const theirs = /resolution failed: (?!ncache)/.test(output)
        ? "bogus"
        : /fully validated/.test(output)
          ? /unsigned answer/.test(output)
            ? "insecure"
            : "secure"
          : "insecure";
      assert.equal(theirs, coarse(kind), `${type} of ${name}: ${output}`);
    };
    const left = [...judged];
    const worker = async (): Promise<void> => {
      for (let one = left.shift(); one; one = left.shift()) await judge(one);
    };
    await Promise.all([worker(), worker(), worker()]);
  });

  it("does not take a wildcard's answer for a name that exists", async () => {
    const wildcard = new Resolver({ servers: [endpoint], anchors: [root.anchor] });
    assert.equal((await wildcard.resolve("x.replayed.good.example", "A")).records[0], "127.0.0.2");
    let replay: Message | undefined;
    meddler.meddle = (message) => {
      const name = message.questions[0].name;
      if (name === "x.replayed.good.example") replay = message;
      if (name === "real.replayed.good.example") {
        message.answers = replay!.answers.map((one) => ({ ...one, name })) as Answer[];
        message.authorities = replay!.authorities;
      }
      return attack(message);
    };
    try {
      wildcard.clearCache();
      await wildcard.resolve("x.replayed.good.example", "A");
      await assert.rejects(wildcard.resolve("real.replayed.good.example", "A"), { kind: "bogus" });
    } finally {
      meddler.meddle = attack;
    }
  });

  it("does not take the end of an NSEC's gap, spelt with a dot inside a label, for a name in the gap", async () => {
    const label = Buffer.from(".cut-off"); // what the codec strips where it writes, but not where it reads
    const next = Buffer.concat([Buffer.of(label.length), label, nameToWire("good.example")]);
    const types = Buffer.from("0006040000000003", "hex"); // CNAME RRSIG NSEC, as the true NSEC of away.good.example
    let authorities: Answer[] = [];
    meddler.meddle = (message) => {
      const [{ name }] = message.questions;
      if (name === "b.good.example") authorities = message.authorities;
      if (name !== "cut-off.good.example") return attack(message);
      message.answers = [];
      message.authorities = authorities.map((one) =>
        one.type === "NSEC" && one.name === "away.good.example"
          ? ({ ...one, type: "UNKNOWN_47", data: Buffer.concat([next, types]) } as unknown as Answer)
          : one,
      );
      return true;
    };
    try {
      resolver.clearCache();
      await assert.rejects(resolver.resolve("b.good.example", "A"), { kind: "no-such-name" });
      await assert.rejects(resolver.resolve("cut-off.good.example", "A"), { kind: "bogus" });
    } finally {
      meddler.meddle = attack;
    }
  });

  it("refuses a denial by NSEC3 that nobody signed", async () => {
    meddler.meddle = (message) => {
      if (message.questions[0].type !== "TLSA") return attack(message);
      const data = {
        ...{ algorithm: 1, flags: 1, iterations: 0, salt: Buffer.alloc(0), nextDomain: Buffer.alloc(20) },
        rrtypes: ["A"],
      };
      message.authorities = [{ name: "0123.good.example", type: "NSEC3", ttl: 60, class: "IN", data }];
      return true;
    };
    try {
      await assert.rejects(resolver.resolve("nsec3.good.example", "TLSA"), {
        kind: "bogus",
        message: /no record, and no proof \(NSEC or NSEC3\)/,
      });
    } finally {
      meddler.meddle = attack;
    }
  });

  it("finds no keys where no zone begins, and no zone where a signature names one", async () => {
    await assert.rejects(resolver.resolve("js.good.example", "DNSKEY"), { kind: "no-data" });
    await assert.rejects(resolver.resolve("plain.example", "DNSKEY"), { kind: "insecure" });
    meddler.meddle = (message) => {
      for (const answer of message.answers)
        if (answer.type === "RRSIG" && answer.name === "six.good.example")
          answer.data.signersName = "six.good.example";
      return attack(message);
    };
    try {
      resolver.clearCache();
      await assert.rejects(resolver.resolve("six.good.example", "AAAA"), {
        kind: "bogus",
        message: /DS of six\.good\.example: proven absent, and there is no zone of that name/,
      });
    } finally {
      meddler.meddle = attack;
    }
  });

  it("is not led in a circle by a zone that denies its own DS", async () => {
    meddler.meddle = (message) => {
      if (message.questions[0].type !== "DS" || message.questions[0].name !== "good.example")
        return attack(message);
      message.answers = [];
      return copyOf("good.example", "NSEC", message);
    };
    const copyOf = async (name: string, type: RecordType, message: Message): Promise<boolean> => {
      const own = readResponse((await askUdp(endpoint, queryMessage({ name, type, ...DO }))).octets);
      message.authorities = own.answers ?? [];
      return true;
    };
    try {
      resolver.clearCache();
      await assert.rejects(resolver.resolve("js.good.example", "A"), {
        kind: "bogus",
        message: /DS of good\.example: .*vouches/,
      });
    } finally {
      meddler.meddle = attack;
    }
  });

  it("starts from an anchor anywhere in the tree, as DS or DNSKEY, and trusts nothing outside", async () => {
    const ds = await resolver.resolve("good.example", "DS");
    const keys = (await resolver.resolve("good.example", "DNSKEY")).records as { flags: number }[];
    const entry = keys.find(({ flags }) => flags === 257);
    for (const anchor of [{ ds: ds.records[0] }, { dnskey: entry }]) {
      const below = new Resolver({
        servers: [endpoint],
        anchors: [{ origin: "Good.Example.", ...anchor } as never],
      });
      assert.equal((await below.resolve("js.good.example", "A")).status, "secure");
      await assert.rejects(below.resolve("good.example", "DS"), {
        kind: "insecure",
        message: /no trust anchor covers/,
      });
      await assert.rejects(below.resolve("nope", "A"), { kind: "insecure" });
    }
  });

  it("refuses everything when the anchor is another's", async () => {
    const { anchor } = new TestRoot({ zones: [] });
    const misled = new Resolver({ servers: [endpoint], anchors: [anchor] });
    await assert.rejects(misled.resolve("js.good.example", "A"), {
      kind: "bogus",
      message: /no key fits the trust anchor/,
    });
  });

  it("bounds what a crowd of signatures can cost", async () => {
    meddler.meddle = (message) => {
      if (message.questions[0].name !== "js.good.example") return attack(message);
      const signature = message.answers.find(({ type }) => type === "RRSIG") as Extract<
        Answer,
        { type: "RRSIG" }
      >;
      const spoilt = Array.from({ length: 8 }, (_, i): Answer => {
        const octets = Buffer.from(signature.data.signature);
        octets[i] ^= 1;
        return { ...signature, data: { ...signature.data, signature: octets } };
      });
      message.answers = [...spoilt, ...message.answers];
      return true;
    };
    try {
      resolver.clearCache();
      await assert.rejects(resolver.resolve("js.good.example", "A"), {
        kind: "bogus",
        message: /does not verify/,
      });
    } finally {
      meddler.meddle = attack;
    }
  });
});

describe("DNSSEC arithmetic", () => {
  interface Vector {
    readonly source: string;
    readonly zone: string;
    readonly key: { flags: number; algorithm: number; key: string };
    readonly ds?: { keyTag: number; digestType: number; digest: string };
    readonly set: { name: string; type: string; ttl: number; records: unknown[] };
    readonly rrsig: {
      labels: number;
      expiration: number;
      inception: number;
      keyTag: number;
      signature: string;
    };
  }
  const at = (text: string): number => Date.parse(text) / 1000;
  const www = (address: string) => ({ name: "www.example.net", type: "A", ttl: 3600, records: [address] });
  const mx = {
    name: "example.com",
    type: "MX",
    ttl: 3600,
    records: [{ preference: 10, exchange: "mail.example.com" }],
  };
  const eddsa = { expiration: 1440021600, inception: 1438207200 };

  const VECTORS: Vector[] = [
    {
      source: "RFC 5702 section 6.2, RSA/SHA-512",
      zone: "example.net",
      key: {
        flags: 256,
        algorithm: 10,
        key: "AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL",
      },
      set: www("192.0.2.91"),
      rrsig: {
        labels: 3,
        expiration: at("2030-01-01T00:00:00Z"),
        inception: at("2000-01-01T00:00:00Z"),
        keyTag: 3740,
        signature:
          "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=",
      },
    },
    {
      source: "RFC 6605 section 6.1, ECDSA P-256",
      zone: "example.net",
      key: {
        flags: 257,
        algorithm: 13,
        key: "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
      },
      ds: {
        keyTag: 55648,
        digestType: 2,
        digest: "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
      },
      set: www("192.0.2.1"),
      rrsig: {
        labels: 3,
        expiration: at("2010-09-09T10:04:39Z"),
        inception: at("2010-08-12T10:04:39Z"),
        keyTag: 55648,
        signature: "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
      },
    },
    {
      source: "RFC 6605 section 6.2, ECDSA P-384",
      zone: "example.net",
      key: {
        flags: 257,
        algorithm: 14,
        key: "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
      },
      ds: {
        keyTag: 10771,
        digestType: 4,
        digest:
          "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6",
      },
      set: www("192.0.2.1"),
      rrsig: {
        labels: 3,
        expiration: at("2010-09-09T10:20:25Z"),
        inception: at("2010-08-12T10:20:25Z"),
        keyTag: 10771,
        signature:
          "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
      },
    },
    {
      source: "RFC 8080 section 6.1, Ed25519",
      zone: "example.com",
      key: { flags: 257, algorithm: 15, key: "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=" },
      ds: {
        keyTag: 3613,
        digestType: 2,
        digest: "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b",
      },
      set: mx,
      rrsig: {
        labels: 2,
        ...eddsa,
        keyTag: 3613,
        signature: "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
      },
    },
    {
      source: "RFC 8080 section 6.2, Ed448",
      zone: "example.com",
      key: {
        flags: 257,
        algorithm: 16,
        key: "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA",
      },
      ds: {
        keyTag: 9713,
        digestType: 2,
        digest: "6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7",
      },
      set: mx,
      rrsig: {
        labels: 2,
        ...eddsa,
        keyTag: 9713,
        signature:
          "3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+Gj7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA",
      },
    },
  ];

  for (const { source, zone, key, ds, set, rrsig } of VECTORS)
    it(`verifies the example of ${source}`, () => {
      const dnskey = { ...key, key: Buffer.from(key.key, "base64") };
      const data = {
        ...{ typeCovered: set.type, algorithm: key.algorithm, originalTTL: 3600, signersName: zone },
        ...rrsig,
        signature: Buffer.from(rrsig.signature, "base64"),
      };
      const rrset = { ...set, signatures: [] };
      assert.equal(keyTag(dnskey), rrsig.keyTag);
      if (ds) {
        const digest = Buffer.from(ds.digest, "hex");
        assert.ok(dsMatches({ ...ds, algorithm: key.algorithm, digest }, zone, dnskey));
        digest[0] ^= 1;
        assert.ok(!dsMatches({ ...ds, algorithm: key.algorithm, digest }, zone, dnskey));
      }
      assert.ok(signatureVerifies(rrset, data, dnskey));
      assert.ok(
        !signatureVerifies({ ...rrset, name: `x.${set.name}` }, { ...data, labels: data.labels + 1 }, dnskey),
      );
      assert.ok(!signatureVerifies(rrset, { ...data, originalTTL: 3601 }, dnskey));
      assert.ok(!signatureVerifies(rrset, data, { ...dnskey, key: dnskey.key.subarray(1) }));
    });

  it("verifies RSA/SHA-256 over octets laid out by hand, and refuses keys that can be factored", () => {
    const made = (bits: number) => {
      const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
      const modulus = Buffer.from(publicKey.export({ format: "jwk" }).n!, "base64url");
      const key = Buffer.concat([Buffer.of(3, 1, 0, 1), modulus]);
      const rrsigRdata = Buffer.from("0001080200000e1070000000600000001234076578616d706c6500", "hex");
      const owner = Buffer.from("0161076578616d706c6500", "hex");
      const record = Buffer.from("0001000100000e1000047f000001", "hex");
      const signature = sign("sha256", Buffer.concat([rrsigRdata, owner, record]), privateKey);
      const rrsig = {
        ...{
          typeCovered: "A",
          algorithm: 8,
          labels: 2,
          originalTTL: 3600,
          keyTag: 0x1234,
          signersName: "Example.",
        },
        ...{ expiration: 0x70000000, inception: 0x60000000, signature },
      };
      const rrset = { name: "a.example", type: "A", ttl: 60, records: ["127.0.0.1"], signatures: [] };
      return signatureVerifies(rrset, rrsig, { flags: 256, algorithm: 8, key });
    };
    assert.ok(made(1024));
    assert.ok(!made(768));
  });

  it("judges signature periods by serial arithmetic, both ends included", () => {
    const period = (inception: number, expiration: number) => ({ inception, expiration }) as never;
    assert.equal(periodFault(period(1000, 2000), 1_000_000), undefined);
    assert.equal(periodFault(period(1000, 2000), 2_000_999), undefined);
    assert.match(periodFault(period(1000, 2000), 2_001_000)!, /expired/);
    assert.match(periodFault(period(1000, 2000), 999_000)!, /not valid before/);
    // 2106-02-07: the 32-bit seconds begin again
    const wrapMs = 2 ** 32 * 1000;
    assert.equal(periodFault(period(2 ** 32 - 100, 100), wrapMs), undefined);
    assert.match(
      periodFault(period(2 ** 32 - 100, 100), wrapMs + 101_000)!,
      /expired on 2106-02-07T06:29:56Z/,
    );
  });

  it("orders names as RFC 4034 section 6.1 does", () => {
    const sorted = [
      "example",
      "a.example",
      "yljkjljk.a.example",
      "z.a.example",
      "zabc.a.example",
      "z.example",
      "\u0001.z.example",
      "*.z.example",
    ];
    assert.deepEqual([...sorted].reverse().sort(compareNames), sorted);
  });

  it("writes names to the wire within their limits", () => {
    assert.deepEqual([...nameToWire("a.bc")], [1, 97, 2, 98, 99, 0]);
    assert.deepEqual([...nameToWire(canonicalName("."))], [0]);
    assert.equal(canonicalName("JS.Example."), "js.example");
    assert.throws(() => nameToWire("a..b"), RangeError);
    assert.throws(() => nameToWire("a".repeat(64)), RangeError);
    assert.throws(() => nameToWire(Array.from({ length: 128 }, () => "a").join(".")), RangeError);
    assert.ok(encode({ questions: [{ name: "a.bc", type: "A" }] }).includes(nameToWire("a.bc")));
  });
});
