import assert from "node:assert/strict";
import {
  AuthoritativeServer,
  createZone,
  type DnsEndpoint,
  generateZoneKeys,
  signZone,
  type Zone,
  type ZoneRecord,
} from "../../../hil/trust/dns/index.ts";
import {
  askTcp,
  askUdp,
  framed,
  queryMessage,
  readResponse,
  type TestQuery,
  type TestResponse,
} from "./dns-judges.ts";

const HOUR_MS = 3_600_000;

function soa(name: string): ZoneRecord {
  return {
    name,
    type: "SOA",
    data: {
      mname: "dns.example",
      rname: "hostmaster.example",
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 86400,
      minimum: 60,
    },
  };
}

function signed(origin: string, records: readonly ZoneRecord[]): Zone {
  const zone = createZone({
    origin,
    records: [soa(origin), { name: origin, type: "NS", data: "dns.example" }, ...records],
  });
  const validity = { inception: new Date(Date.now() - HOUR_MS), expiration: new Date(Date.now() + HOUR_MS) };
  return signZone(zone, generateZoneKeys(), validity);
}

const BIG_TEXT = Array.from({ length: 8 }, (_, i) => String(i).repeat(200));
const DS = { keyTag: 1, algorithm: 13, digestType: 2, digest: new Uint8Array(32) };

const ZONES = [
  signed("example", [
    { name: "dns.example", type: "A", data: "127.0.0.1" },
    { name: "net-a.example", type: "NS", data: "dns.example" },
    { name: "net-a.example", type: "DS", data: DS },
    { name: "elsewhere.example", type: "NS", data: "ns.elsewhere.example" },
    { name: "elsewhere.example", type: "DS", data: DS },
    { name: "ns.elsewhere.example", type: "A", data: "127.0.0.7" },
    { name: "plain.example", type: "NS", data: "dns.example" },
  ]),
  signed("net-a.example", [
    { name: "ns.net-a.example", type: "A", data: "127.0.0.1" },
    { name: "big.net-a.example", type: "TXT", data: BIG_TEXT },
    { name: "middle.net-a.example", type: "TXT", data: BIG_TEXT.slice(0, 3) },
    { name: "loop-1.net-a.example", type: "CNAME", data: "loop-2.net-a.example" },
    { name: "loop-2.net-a.example", type: "CNAME", data: "loop-1.net-a.example" },
    { name: "out.net-a.example", type: "CNAME", data: "x.example.org" },
    { name: "x.*.wild.net-a.example", type: "A", data: "127.0.0.1" },
  ]),
];

/** Owner and type of each record. */
function summary(section: TestResponse["answers"]): string[] {
  return (section ?? [])
    .filter((record) => record.type !== "OPT")
    .map((record) => `${record.name} ${record.type}`);
}

describe("the authoritative server", () => {
  let server: AuthoritativeServer;
  let endpoint: DnsEndpoint;
  before(async () => {
    server = new AuthoritativeServer({ zones: ZONES });
    endpoint = await server.listen();
  });
  after(() => server.close());

  /** Asks over UDP with EDNS. */
  const ask = (name: string, type: TestQuery["type"], options: Partial<TestQuery> = {}) =>
    askUdp(endpoint, queryMessage({ name, type, udpPayloadSize: 4096, ...options }));
  const askDnssec = (name: string, type: TestQuery["type"]) => ask(name, type, { dnssecOk: true });

  it("answers with AA, repeats id, RD and the question's own letters, and offers no recursion", async () => {
    const response = await ask("nS.nEt-A.eXample", "A");
    assert.equal(response.id, 0x4a4f);
    assert.equal(response.rcode, "NOERROR");
    assert.deepEqual(
      [response.flag_qr, response.flag_aa, response.flag_rd, response.flag_ra],
      [true, true, true, false],
    );
    assert.equal(response.questions?.[0].name, "nS.nEt-A.eXample");
    assert.deepEqual(summary(response.answers), ["nS.nEt-A.eXample A"]);
  });

  it("sends signatures and proofs to those who set DO only", async () => {
    assert.deepEqual(summary((await ask("ns.net-a.example", "A")).answers), ["ns.net-a.example A"]);
    assert.deepEqual(summary((await askDnssec("ns.net-a.example", "A")).answers), [
      "ns.net-a.example A",
      "ns.net-a.example RRSIG",
    ]);
    assert.deepEqual(summary((await ask("nope.net-a.example", "A")).authorities), ["net-a.example SOA"]);
    assert.deepEqual(summary((await ask("elsewhere.example", "A")).authorities), ["elsewhere.example NS"]);
    const echo = await askDnssec("ns.net-a.example", "A");
    assert.deepEqual(
      echo.additionals?.map((record) => record.type === "OPT" && record.flag_do),
      [true],
    );
    assert.deepEqual((await ask("ns.net-a.example", "A", { udpPayloadSize: undefined })).additionals, []);
  });

  it("answers for the nearest of its zones, but for a DS from the zone above", async () => {
    assert.deepEqual(summary((await askDnssec("net-a.example", "SOA")).answers), [
      "net-a.example SOA",
      "net-a.example RRSIG",
    ]);
    const response = await askDnssec("net-a.example", "DS");
    assert.ok(response.flag_aa);
    const signature = response.answers?.find((record) => record.type === "RRSIG");
    assert.equal(signature?.data.signersName, "example");
  });

  it("has no DS for its topmost zone", async () => {
    const response = await askDnssec("example", "DS");
    assert.equal(response.rcode, "NOERROR");
    assert.deepEqual(response.answers, []);
    assert.ok(summary(response.authorities).includes("example NSEC"));
  });

  it("refuses names outside its zones", async () => {
    for (const name of ["example.org", ".", "net-a.example.org", "xexample"]) {
      const response = await ask(name, "A");
      assert.equal(response.rcode, "REFUSED", name);
      assert.equal(response.flag_aa, false);
    }
  });

  it("refers to the servers of a zone that it does not have, with DS and glue", async () => {
    for (const name of ["elsewhere.example", "a.b.elsewhere.example", "ns.elsewhere.example"]) {
      const response = await askDnssec(name, "A");
      assert.equal(response.rcode, "NOERROR");
      assert.equal(response.flag_aa, false);
      assert.deepEqual(response.answers, []);
      assert.deepEqual(summary(response.authorities), [
        "elsewhere.example NS",
        "elsewhere.example DS",
        "elsewhere.example RRSIG",
      ]);
      assert.deepEqual(summary(response.additionals), ["ns.elsewhere.example A"]);
    }
  });

  it("proves by NSEC that a delegation has no DS", async () => {
    const response = await askDnssec("a.plain.example", "A");
    assert.deepEqual(summary(response.authorities), [
      "plain.example NS",
      "plain.example NSEC",
      "plain.example RRSIG",
    ]);
    const proof = response.authorities?.find((record) => record.type === "NSEC");
    assert.deepEqual(proof?.data.rrtypes, ["NS", "RRSIG", "NSEC"]);
  });

  it("lets a negative answer live no longer than the SOA's minimum", async () => {
    const response = await askDnssec("nope.net-a.example", "A");
    assert.equal(response.rcode, "NXDOMAIN");
    for (const record of response.authorities ?? []) {
      assert.equal(record.type !== "OPT" && record.ttl, 60, `${record.name} ${record.type}`);
    }
  });

  it("does not run in the circle of a CNAME loop and does not follow a CNAME out of the zone", async () => {
    assert.deepEqual(summary((await ask("loop-1.net-a.example", "A")).answers), [
      "loop-1.net-a.example CNAME",
      "loop-2.net-a.example CNAME",
    ]);
    const out = await ask("out.net-a.example", "A");
    assert.equal(out.rcode, "NOERROR");
    assert.deepEqual(summary(out.answers), ["out.net-a.example CNAME"]);
  });

  it("takes a wildcard that is an empty non-terminal for NODATA (RFC 4592, 2.2.2)", async () => {
    const response = await askDnssec("y.wild.net-a.example", "A");
    assert.equal(response.rcode, "NOERROR");
    assert.deepEqual(response.answers, []);
  });

  it("answers ANY with one RRset (RFC 8482)", async () => {
    const message = queryMessage({ name: "net-a.example", type: "A" });
    message.writeUInt16BE(255, message.length - 4);
    const response = await askUdp(endpoint, message);
    assert.deepEqual(summary(response.answers), ["net-a.example SOA"]);
  });

  it("answers a query for RRSIG with signatures, DO or not", async () => {
    for (const dnssecOk of [false, true]) {
      const response = await ask("ns.net-a.example", "RRSIG", { dnssecOk });
      assert.deepEqual(summary(response.answers), ["ns.net-a.example RRSIG"]);
    }
  });

  describe("message sizes", () => {
    for (const [what, name, query] of [
      ["512 octets without EDNS", "middle.net-a.example", { udpPayloadSize: undefined }],
      ["the announced size", "middle.net-a.example", { udpPayloadSize: 600 }],
      ["512 octets though less was announced", "middle.net-a.example", { udpPayloadSize: 100 }],
      ["1232 octets though more was announced", "big.net-a.example", { udpPayloadSize: 65535 }],
    ] as const) {
      it(`an answer beyond ${what} is truncated over UDP`, async () => {
        const response = await ask(name, "TXT", query);
        assert.equal(response.flag_tc, true);
        assert.deepEqual(response.answers, []);
        assert.equal(response.rcode, "NOERROR");
      });
    }

    it("an answer within the announced size is whole", async () => {
      const response = await ask("middle.net-a.example", "TXT", { udpPayloadSize: 700 });
      assert.equal(response.flag_tc, false);
      assert.ok(response.octets.length > 600 && response.octets.length <= 700);
      assert.deepEqual(summary(response.answers), ["middle.net-a.example TXT"]);
    });

    it("over TCP nothing is truncated, whatever EDNS announces", async () => {
      for (const udpPayloadSize of [undefined, 512]) {
        const message = queryMessage({ name: "big.net-a.example", type: "TXT", udpPayloadSize });
        const [response] = await askTcp(endpoint, [framed(message)], 1);
        assert.equal(response.flag_tc, false);
        assert.ok(response.octets.length > 1600);
        assert.deepEqual(summary(response.answers), ["big.net-a.example TXT"]);
      }
    });

    it("several TCP queries in any pieces are answered in order", async () => {
      const stream = Buffer.concat(
        ["ns.net-a.example", "big.net-a.example", "nope.net-a.example"].map((name) =>
          framed(queryMessage({ name, type: "TXT" })),
        ),
      );
      const pieces = [stream.subarray(0, 1), stream.subarray(1, 40), stream.subarray(40)];
      const responses = await askTcp(endpoint, pieces, 3);
      assert.deepEqual(
        responses.map((response) => [response.questions?.[0].name, response.rcode]),
        [
          ["ns.net-a.example", "NOERROR"],
          ["big.net-a.example", "NOERROR"],
          ["nope.net-a.example", "NXDOMAIN"],
        ],
      );
    });
  });

  describe("bad messages", () => {
    const good = queryMessage({ name: "ns.net-a.example", type: "A", udpPayloadSize: 1232, dnssecOk: true });
    const optOffset = good.length - 11;
    /** The good query with some octets changed. */
    const patched = (...patches: ReadonlyArray<readonly [offset: number, octet: number]>): Buffer => {
      const message = Buffer.from(good);
      for (const [offset, octet] of patches) message[offset] = octet;
      return message;
    };
    const twoOpts = Buffer.concat([patched([11, 2]), good.subarray(optOffset)]);

    for (const [what, message, rcode] of [
      ["another opcode", patched([2, 0x21]), "NOTIMP"],
      ["no question", patched([5, 0]), "FORMERR"],
      ["two questions", patched([5, 2]), "FORMERR"],
      ["a compressed question", patched([12, 0xc0]), "FORMERR"],
      ["a label longer than the message", patched([12, 63]), "FORMERR"],
      ["two OPT records", twoOpts, "FORMERR"],
      ["an OPT that is not the root's", patched([7, 1], [11, 0]), "FORMERR"],
      ["another class", patched([optOffset - 1, 3]), "REFUSED"],
      ["a transfer", patched([optOffset - 3, 252]), "NOTIMP"],
    ] as const) {
      it(`${what}: ${rcode}`, () => {
        const response = readResponse(server.respond(message, "udp")!);
        assert.equal(response.rcode, rcode);
        assert.deepEqual(response.answers, []);
      });
    }

    it("an unknown EDNS version: BADVERS", () => {
      const response = readResponse(server.respond(patched([optOffset + 6, 1]), "udp")!);
      const [opt] = response.additionals!;
      assert.equal(response.rcode, "NOERROR");
      assert.equal(opt.type === "OPT" && opt.extendedRcode, 1);
      assert.deepEqual(response.answers, []);
    });

    it("a message cut short anywhere is a format error, or too short to answer", () => {
      for (let length = 0; length < good.length; length++) {
        const octets = server.respond(good.subarray(0, length), "udp");
        if (length < 12) assert.equal(octets, undefined);
        else assert.equal(readResponse(octets!).rcode, "FORMERR", `${length} octets`);
      }
    });

    it("a response is not answered", () => {
      assert.equal(server.respond(patched([2, 0x80]), "udp"), undefined);
    });

    it("any octets may stand in a label", () => {
      const message = queryMessage({
        name: "abc.net-a.example",
        type: "A",
        udpPayloadSize: 1232,
        dnssecOk: true,
      });
      for (const [i, octet] of [0x2e, 0x00, 0xff].entries()) message[13 + i] = octet;
      const response = server.respond(message, "udp")!;
      assert.equal(readResponse(response).rcode, "NXDOMAIN");
      assert.deepEqual(response.subarray(12, 34), message.subarray(12, 34));
    });
  });

  it("serves a replaced zone from the next query on", async () => {
    const replaced = new AuthoritativeServer({ zones: ZONES });
    const where = await replaced.listen();
    try {
      const message = queryMessage({ name: "new.net-a.example", type: "A" });
      assert.equal((await askUdp(where, message)).rcode, "NXDOMAIN");
      replaced.replaceZone(
        signed("net-a.example", [{ name: "new.net-a.example", type: "A", data: "127.0.0.9" }]),
      );
      assert.deepEqual(summary((await askUdp(where, message)).answers), ["new.net-a.example A"]);
      assert.throws(
        () => replaced.replaceZone(signed("net-b.example", [])),
        /has no zone net-b\.example; it has/,
      );
    } finally {
      await replaced.close();
    }
  });

  it("says that a port is taken, and listens once only", async () => {
    const second = new AuthoritativeServer({ zones: ZONES });
    await assert.rejects(second.listen({ port: endpoint.port }), { code: "EADDRINUSE" });
    await assert.rejects(server.listen(), /listens already/);
  });

  it("takes no two zones of one name", () => {
    assert.throws(
      () => new AuthoritativeServer({ zones: [ZONES[0], ZONES[0]] }),
      /zone example is given twice/,
    );
  });
});
