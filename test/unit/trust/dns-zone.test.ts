import assert from "node:assert/strict";
import {
  createZone,
  masterFile,
  TestRoot,
  type Zone,
  type ZoneRecord,
} from "../../../hil/trust/dns/index.ts";

const SOA: ZoneRecord = {
  name: "net-a.example",
  type: "SOA",
  data: {
    mname: "dns.net-a.example",
    rname: "hostmaster.net-a.example",
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86400,
    minimum: 60,
  },
};
const NS: ZoneRecord = { name: "net-a.example", type: "NS", data: "dns.net-a.example" };
const TLSA = { usage: 3, selector: 1, matchingType: 1, certificate: new Uint8Array(32) };

function zoneWith(...records: ZoneRecord[]): Zone {
  return createZone({ origin: "net-a.example", records: [SOA, NS, ...records] });
}

describe("a zone", () => {
  it("writes every record as a master file line with whole lower-case names", () => {
    const zone = zoneWith(
      { name: "NS.net-a.example.", type: "A", data: "127.0.0.1" },
      { name: "ns.net-a.example", type: "AAAA", data: "::1", ttl: 60 },
      { name: "www.net-a.example", type: "CNAME", data: "NS.Net-A.example." },
      { name: "m.net-a.example", type: "MX", data: { preference: 10, exchange: "." } },
      {
        name: "n.net-a.example",
        type: "NAPTR",
        data: { order: 1, preference: 2, flags: "S", services: "LWNS", regexp: "", replacement: "S.example" },
      },
      { name: "p.net-a.example", type: "PTR", data: "x.example" },
      {
        name: "s.net-a.example",
        type: "SRV",
        data: { priority: 1, weight: 2, port: 3, target: "T.example" },
      },
      {
        name: "_443._tcp.ns.net-a.example",
        type: "TLSA",
        data: { ...TLSA, certificate: Buffer.from("abcd", "hex") },
      },
      { name: "x.net-a.example", type: "TXT", data: ['say "é"', "back\\slash"] },
    );
    assert.equal(
      masterFile(zone),
      String.raw`net-a.example. 300 IN SOA dns.net-a.example. hostmaster.net-a.example. 1 3600 600 86400 60
net-a.example. 300 IN NS dns.net-a.example.
m.net-a.example. 300 IN MX 10 .
n.net-a.example. 300 IN NAPTR 1 2 "S" "LWNS" "" s.example.
ns.net-a.example. 300 IN A 127.0.0.1
ns.net-a.example. 60 IN AAAA ::1
_443._tcp.ns.net-a.example. 300 IN TLSA 3 1 1 ABCD
p.net-a.example. 300 IN PTR x.example.
s.net-a.example. 300 IN SRV 1 2 3 t.example.
www.net-a.example. 300 IN CNAME ns.net-a.example.
x.net-a.example. 300 IN TXT "say \"\195\169\"" "back\\slash"
`,
    );
  });

  const refused: ReadonlyArray<readonly [string, readonly ZoneRecord[], RegExp]> = [
    ["a relative name", [{ name: "ns", type: "A", data: "127.0.0.1" }], /record ns A lies outside/],
    ["another zone's name", [{ name: "net-a.example.org", type: "A", data: "127.0.0.1" }], /lies outside/],
    [
      "a 64-octet label",
      [{ name: `${"x".repeat(64)}.net-a.example`, type: "A", data: "127.0.0.1" }],
      /64 octets/,
    ],
    [
      "a 64-octet label in the data",
      [{ name: "a.net-a.example", type: "CNAME", data: `${"x".repeat(64)}.example` }],
      /record a\.net-a\.example CNAME: .*64 octets/,
    ],
    ["an escaped name", [{ name: "a\\.b.net-a.example", type: "A", data: "127.0.0.1" }], /escapes/],
    ["a bad IPv4 address", [{ name: "a.net-a.example", type: "A", data: "127.0.0.256" }], /IPv4/],
    ["a bad IPv6 address", [{ name: "a.net-a.example", type: "AAAA", data: "fe80::1%eth0" }], /IPv6/],
    [
      "a port out of range",
      [{ name: "a.net-a.example", type: "SRV", data: { priority: 0, weight: 0, port: 65536, target: "." } }],
      /record a\.net-a\.example SRV: .*65535/,
    ],
    [
      "a fraction",
      [{ name: "a.net-a.example", type: "SRV", data: { priority: 0, weight: 0, port: 1.5, target: "." } }],
      /port 1\.5 is not an integer/,
    ],
    [
      "a TLSA usage out of range",
      [{ name: "a.net-a.example", type: "TLSA", data: { ...TLSA, usage: 256 } }],
      /255/,
    ],
    [
      "a character string of 256 octets",
      [{ name: "a.net-a.example", type: "TXT", data: ["x".repeat(256)] }],
      /256/,
    ],
    ["a TXT without strings", [{ name: "a.net-a.example", type: "TXT", data: [] }], /at least one/],
    ["a negative TTL", [{ name: "a.net-a.example", type: "A", data: "127.0.0.1", ttl: -1 }], /TTL -1/],
    [
      "a doubled record",
      [
        { name: "a.net-a.example", type: "A", data: "127.0.0.1" },
        { name: "A.net-a.example.", type: "A", data: "127.0.0.1" },
      ],
      /is there twice/,
    ],
    [
      "two TTLs in one RRset",
      [
        { name: "a.net-a.example", type: "A", data: "127.0.0.1" },
        { name: "a.net-a.example", type: "A", data: "127.0.0.2", ttl: 60 },
      ],
      /TTLs/,
    ],
    [
      "a CNAME beside other data",
      [
        { name: "a.net-a.example", type: "CNAME", data: "ns.net-a.example" },
        { name: "a.net-a.example", type: "A", data: "127.0.0.1" },
      ],
      /CNAME and must have nothing else/,
    ],
    ["a second SOA", [{ ...SOA, data: { ...SOA.data, serial: 2 } } as ZoneRecord], /more than one SOA/],
    ["an SOA below the origin", [{ ...SOA, name: "a.net-a.example" } as ZoneRecord], /origin only/],
    [
      "a DS without a delegation",
      [
        {
          name: "a.net-a.example",
          type: "DS",
          data: { keyTag: 1, algorithm: 13, digestType: 2, digest: new Uint8Array(32) },
        },
      ],
      /is no delegation/,
    ],
    ["a wildcard delegation", [{ name: "*.net-a.example", type: "NS", data: "ns.example" }], /wildcard/],
    [
      "data below a delegation",
      [
        { name: "sub.net-a.example", type: "NS", data: "ns.sub.net-a.example" },
        { name: "ns.sub.net-a.example", type: "A", data: "127.0.0.1" },
        { name: "x.sub.net-a.example", type: "TLSA", data: TLSA },
      ],
      /x\.sub\.net-a\.example TLSA belongs into the zone delegated at sub/,
    ],
  ];
  for (const [what, records, reason] of refused) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => zoneWith(...records), reason);
    });
  }

  it("is refused without SOA or NS", () => {
    assert.throws(() => createZone({ origin: "net-a.example", records: [NS] }), /has no SOA/);
    assert.throws(() => createZone({ origin: "net-a.example", records: [SOA] }), /has no NS/);
  });
});

describe("a test root", () => {
  it("delegates each zone from the nearest zone above it, with the DS of a signed one", () => {
    const root = new TestRoot({
      zones: [
        { origin: "z", records: [] },
        { origin: "example.", records: [] },
        { origin: "a.example", records: [] },
        { origin: "b.a.example", records: [] },
        { origin: "c.deep.example", records: [], unsigned: true },
      ],
    });
    const delegations = (origin: string) =>
      root
        .zone(origin)
        .names.filter((name) => name !== origin && root.zone(origin).rrset(name, "NS") !== undefined)
        .map((name) => [name, root.zone(origin).rrset(name, "DS") !== undefined]);
    assert.deepEqual(delegations("."), [
      ["example", true],
      ["z", true],
    ]);
    assert.deepEqual(delegations("example"), [
      ["a.example", true],
      ["c.deep.example", false],
    ]);
    assert.deepEqual(delegations("a.example"), [["b.a.example", true]]);
  });

  it("serves replaced records under the same keys and the next serial number", () => {
    const root = new TestRoot({ zones: [{ origin: "example", records: [] }] });
    const keys = root.zone("example").rrset("example", "DNSKEY")?.records;
    root.replaceRecords("Example.", [{ name: "a.example", type: "A", data: "127.0.0.1" }]);
    const zone = root.zone("example");
    assert.deepEqual(zone.rrset("example", "DNSKEY")?.records, keys);
    assert.equal(zone.rrset("a.example", "A")?.signatures.length, 1);
    assert.match(masterFile(zone), /^example\. 300 IN SOA name-server\. hostmaster\.name-server\. 2 /);
    assert.deepEqual(root.records("example"), [{ name: "a.example", type: "A", data: "127.0.0.1" }]);
  });

  it("names the zones that it has when asked for another, and refuses a zone described twice", () => {
    const root = new TestRoot({ zones: [{ origin: "example", records: [] }] });
    assert.throws(
      () => root.replaceRecords("net-a.example", []),
      /no zone net-a\.example; it has example, \./,
    );
    assert.throws(() => root.tamper("example", "x.example", "TLSA"), /no x\.example TLSA/);
    const twice = { origin: "example", records: [] };
    assert.throws(() => new TestRoot({ zones: [twice, { ...twice, origin: "Example." }] }), /twice/);
  });
});
