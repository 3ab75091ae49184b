import assert from "node:assert/strict";
import {
  ALGORITHM,
  createZone,
  dsText,
  generateZoneKeys,
  masterFile,
  signZone,
  TestRoot,
  trustAnchor,
  type ZoneRecord,
} from "../../../hil/trust/dns/index.ts";
import { delegationSigner } from "../../../hil/trust/dns/zone-key.ts";
import { runTool, ToolFolder } from "./dns-judges.ts";

const TLSA = { usage: 3, selector: 1, matchingType: 1, certificate: new Uint8Array(32).fill(7) };

/** Everything a zone may hold at once: wildcards, empty non-terminals, delegations with and without DS, glue. */
const RECORDS: readonly ZoneRecord[] = [
  {
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
  },
  { name: "net-a.example", type: "NS", data: "dns.net-a.example" },
  { name: "dns.net-a.example", type: "A", data: "127.0.0.1" },
  { name: "NS.Net-A.example", type: "A", data: "127.0.0.2" },
  { name: "NS.Net-A.example", type: "A", data: "127.0.0.1" },
  { name: "ns.net-a.example", type: "AAAA", data: "::ffff:127.0.0.1" },
  { name: "_443._tcp.ns.net-a.example", type: "TLSA", data: TLSA },
  { name: "_ns-client.ns.net-a.example", type: "TLSA", data: TLSA },
  { name: "*._device.net-a.example", type: "TLSA", data: TLSA },
  { name: "www.net-a.example", type: "CNAME", data: "Ns.Net-A.Example" },
  { name: "m.net-a.example", type: "MX", data: { preference: 10, exchange: "NS.net-a.example" } },
  {
    name: "n.net-a.example",
    type: "NAPTR",
    data: {
      order: 1,
      preference: 2,
      flags: "S",
      services: "LWNS",
      regexp: "",
      replacement: "S.Net-A.example",
    },
  },
  {
    name: "s.net-a.example",
    type: "SRV",
    data: { priority: 1, weight: 2, port: 3, target: "NS.net-a.example" },
  },
  { name: "t.net-a.example", type: "TXT", data: ['quote " and \\ and é', ""] },
  { name: "plain.net-a.example", type: "NS", data: "ns.plain.net-a.example" },
  { name: "ns.plain.net-a.example", type: "A", data: "127.0.0.3" },
  { name: "secure.net-a.example", type: "NS", data: "secure.net-a.example" },
  { name: "secure.net-a.example", type: "A", data: "127.0.0.4" },
  {
    name: "secure.net-a.example",
    type: "DS",
    data: { keyTag: 1, algorithm: 13, digestType: 2, digest: new Uint8Array(32).fill(9) },
  },
];

const HOUR_MS = 3_600_000;
const validity = {
  inception: new Date(Date.now() - HOUR_MS),
  expiration: new Date(Date.now() + 24 * HOUR_MS),
};

describe("zone signing", () => {
  let folder: ToolFolder;
  before(() => {
    folder = new ToolFolder();
  });
  after(() => folder.remove());

  for (const [name, algorithm] of Object.entries(ALGORITHM)) {
    describe(`with ${name}`, () => {
      const keys = generateZoneKeys(algorithm);
      const zone = signZone(createZone({ origin: "Net-A.example.", records: RECORDS }), keys, validity);
      const judges: ReadonlyArray<readonly [string, (file: string) => string[]]> = [
        ["ldns-verify-zone", (file) => [file]],
        ["dnssec-verify", (file) => ["-o", "net-a.example", file]],
      ];
      for (const [judge, args] of judges) {
        it(`${judge} finds the zone complete`, async () => {
          const file = folder.write(`${name}.zone`, masterFile(zone));
          const { code, output } = await runTool(judge, args(file));
          assert.equal(code, 0, output);
        });

        it(`${judge} refuses the zone with one signature of another key`, async () => {
          const other = signZone(
            createZone({ origin: "net-a.example", records: RECORDS }),
            generateZoneKeys(algorithm),
            validity,
          );
          const lines = masterFile(zone).split("\n");
          const otherLines = masterFile(other).split("\n");
          const swapped = lines.findIndex(
            (line) => line.startsWith("_ns-client.") && line.includes("RRSIG TLSA"),
          );
          lines[swapped] = otherLines[swapped];
          const { code } = await runTool(judge, args(folder.write(`${name}-swapped.zone`, lines.join("\n"))));
          assert.notEqual(code, 0);
        });
      }

      it("ldns-verify-zone accepts it until its expiration only", async () => {
        const file = folder.write(`${name}.zone`, masterFile(zone));
        const at = (offsetMs: number) =>
          new Date(validity.expiration.getTime() + offsetMs).toISOString().slice(0, 19).replace(/\D/g, "");
        assert.equal((await runTool("ldns-verify-zone", ["-t", at(-HOUR_MS), file])).code, 0);
        assert.notEqual((await runTool("ldns-verify-zone", ["-t", at(HOUR_MS), file])).code, 0);
      });

      it("signs neither delegations nor glue", () => {
        for (const [owner, type] of [
          ["plain.net-a.example", "NS"],
          ["ns.plain.net-a.example", "A"],
          ["secure.net-a.example", "NS"],
          ["secure.net-a.example", "A"],
        ] as const) {
          assert.deepEqual(zone.rrset(owner, type)?.signatures, [], `${owner} ${type}`);
        }
        assert.equal(zone.rrset("secure.net-a.example", "DS")?.signatures.length, 1);
        assert.equal(zone.rrset("ns.plain.net-a.example", "NSEC"), undefined);
      });
    });
  }

  it("digests the keys of RFC 6605 (6.1) and RFC 8080 (6.1) to the DS records given there", () => {
    const key13 = "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==";
    const ds13 = delegationSigner("example.net", {
      flags: 257,
      algorithm: 13,
      key: Buffer.from(key13, "base64"),
    });
    assert.equal(ds13.keyTag, 55648);
    assert.equal(
      Buffer.from(ds13.digest).toString("hex"),
      "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
    );
    const key15 = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";
    const ds15 = delegationSigner("example.com", {
      flags: 257,
      algorithm: 15,
      key: Buffer.from(key15, "base64"),
    });
    assert.equal(ds15.keyTag, 3613);
    assert.equal(
      Buffer.from(ds15.digest).toString("hex"),
      "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b",
    );
  });

  it("every zone under a test root is complete", async () => {
    const root = new TestRoot({ zones: [{ origin: "example", records: [] }] });
    for (const origin of [".", "example"]) {
      const { code, output } = await runTool("ldns-verify-zone", [
        folder.write("root.zone", masterFile(root.zone(origin))),
      ]);
      assert.equal(code, 0, output);
    }
  });

  it("the anchor's text is a DS record of the key-signing key", () => {
    const { anchor } = new TestRoot({ zones: [] });
    assert.match(dsText(anchor), new RegExp(`^\\. 3600 IN DS ${anchor.ds.keyTag} 13 2 [0-9A-F]{64}\\n$`));
    assert.equal(anchor.dnskey.flags, 257);
  });

  it("an unsigned zone has no anchor, and a signed one is not signed again", () => {
    const unsigned = createZone({ origin: "net-a.example", records: RECORDS });
    assert.throws(() => trustAnchor(unsigned), /is not signed/);
    const keys = generateZoneKeys();
    assert.throws(() => signZone(signZone(unsigned, keys, validity), keys, validity), /signed already/);
  });

  it("a validity that an RRSIG cannot hold is refused", () => {
    const unsigned = createZone({ origin: "net-a.example", records: RECORDS });
    for (const expiration of [new Date("2107-01-01"), new Date(Number.NaN)]) {
      assert.throws(() => signZone(unsigned, generateZoneKeys(), { ...validity, expiration }), /expiration/);
    }
  });
});
