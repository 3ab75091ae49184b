import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import {
  type TlsaRecord,
  tlsaData,
  tlsaOwner,
  verifyPkix,
  verifyTlsa,
} from "../../../hil/trust/dane/index.ts";
import { KeyUsageFlags, type Made, makeCertificate, rsa } from "./certificates.ts";
import { runTool, ToolFolder } from "./dns-judges.ts";

const HOST = "js.join-b.example";

function record(parameters: string, certificate: Made): TlsaRecord {
  const [usage, selector, matching] = parameters.split(" ").map(Number);
  return { usage, selector, matching, data: tlsaData(certificate.der, { usage, selector, matching }) };
}

const withData = (parameters: string, data: Uint8Array): TlsaRecord => {
  const [usage, selector, matching] = parameters.split(" ").map(Number);
  return { usage, selector, matching, data };
};

const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");
const text = ({ usage, selector, matching, data }: TlsaRecord): string =>
  `${usage} ${selector} ${matching} ${hex(data)}`;

describe("TLSA records and certificates", () => {
  let root: Made;
  let intermediate: Made;
  let leaf: Made;
  let stranger: Made;
  let expired: Made;
  let misnamed: Made;
  const tools = new ToolFolder();
  after(() => tools.remove());

  before(async () => {
    root = await makeCertificate({ subject: "Root B", authority: { pathLength: 1 } });
    intermediate = await makeCertificate({
      subject: "Intermediate B",
      issuer: root,
      authority: { pathLength: 0 },
    });
    const usual = { issuer: intermediate, dnsNames: [HOST], extendedKeyUsage: ["serverAuth"] as const };
    leaf = await makeCertificate({ subject: "leaf", ...usual });
    stranger = await makeCertificate({ subject: "stranger", dnsNames: [HOST] });
    expired = await makeCertificate({ subject: "expired", ...usual, from: -9, to: -1 });
    misnamed = await makeCertificate({ subject: "misnamed", ...usual, dnsNames: ["other.example"] });
  });

  it("names the owner of a service's records", () => {
    assert.equal(tlsaOwner(8003, "JS.Join-B.example."), "_8003._tcp.js.join-b.example");
    assert.throws(() => tlsaOwner(0, HOST), /no such port/);
    assert.throws(() => tlsaOwner(65536, HOST), /no such port/);
  });

  it("refuses parameters that RFC 6698 does not define", () => {
    for (const [usage, selector, matching] of [
      [4, 0, 0],
      [0, 2, 0],
      [0, 0, 3],
      [255, 255, 255],
    ])
      assert.throws(() => tlsaData(leaf.der, { usage, selector, matching }), /usage is 0\.\.3/);
    assert.throws(() => tlsaData(Buffer.from("no certificate"), { usage: 3, selector: 1, matching: 1 }));
  });

  it("makes the data that danetool and ldns-dane make", async () => {
    const file = tools.write("leaf.pem", leaf.pem);
    for (const selector of [0, 1])
      for (const matching of [0, 1, 2]) {
        const data = hex(tlsaData(leaf.der, { usage: 3, selector, matching }));
        const ldns = await runTool("ldns-dane", [
          "-n",
          "-c",
          file,
          "create",
          HOST,
          "8003",
          "3",
          `${selector}`,
          `${matching}`,
        ]);
        assert.match(ldns.output, new RegExp(`TLSA\\s+3 ${selector} ${matching} ${data}`, "i"));
        if (matching === 0) continue; // danetool writes digests only
        const hash = matching === 1 ? "sha256" : "sha512";
        const form = selector === 0 ? ["--x509"] : [];
        const danetool = await runTool("danetool", [
          ...["--tlsa-rr", "--host", HOST, "--port", "8003", "--proto", "tcp", "--domain"],
          ...["--load-certificate", file, "--hash", hash, ...form],
        ]);
        assert.match(danetool.output, new RegExp(`\\( 03 0${selector} 0${matching} ${data} \\)`));
      }
  });

  describe("verification", () => {
    interface Case {
      readonly title: string;
      readonly chain: () => readonly Made[];
      readonly records: () => readonly TlsaRecord[];
      /** The record that matches, or why there is none. */
      readonly expected: string | RegExp;
      /** Roots for usages 0 and 1. */
      readonly roots?: () => readonly Made[];
      /** OpenSSL is no judge here: it is laxer or stricter by its own choice, for the reason given. */
      readonly notJudged?: string;
    }
    const full = () => [leaf, intermediate];
    const digest = (octets: number) => Buffer.alloc(octets, 0xaa);

    const cases: Case[] = [
      ...["3 0 0", "3 0 1", "3 0 2", "3 1 0", "3 1 1", "3 1 2"].map((parameters) => ({
        title: `${parameters} of the leaf`,
        chain: full,
        records: () => [record(parameters, leaf)],
        expected: parameters,
      })),
      ...["2 0 0", "2 0 1", "2 0 2", "2 1 0", "2 1 1", "2 1 2"].map((parameters) => ({
        title: `${parameters} of the intermediate`,
        chain: full,
        records: () => [record(parameters, intermediate)],
        expected: parameters,
      })),
      ...["0 0 0", "0 0 1", "0 1 1", "0 1 2"].flatMap((parameters) =>
        [() => intermediate, () => root].map((authority, i) => ({
          title: `${parameters} of the ${i === 0 ? "intermediate" : "root"}, with PKIX roots`,
          chain: full,
          records: () => [record(parameters, authority())],
          roots: () => [root],
          expected: parameters,
        })),
      ),
      ...["1 0 0", "1 0 1", "1 1 1", "1 1 2"].map((parameters) => ({
        title: `${parameters} of the leaf, with PKIX roots`,
        chain: full,
        records: () => [record(parameters, leaf)],
        roots: () => [root],
        expected: parameters,
      })),
      {
        title: "2 0 1 of the root when the root is sent",
        chain: () => [leaf, intermediate, root],
        records: () => [record("2 0 1", root)],
        expected: "2 0 1",
      },
      {
        title: "2 0 0 of the root, which is not sent",
        chain: full,
        records: () => [record("2 0 0", root)],
        expected: "2 0 0",
      },
      {
        title: "2 1 0 of the root, which is not sent: a bare key",
        chain: full,
        records: () => [record("2 1 0", root)],
        expected: "2 1 0",
      },
      {
        title: "2 0 0 of the intermediate, which is not sent",
        chain: () => [leaf],
        records: () => [record("2 0 0", intermediate)],
        expected: "2 0 0",
      },
      {
        title: "3 1 1 of an expired leaf: dates play no part",
        chain: () => [expired, intermediate],
        records: () => [record("3 1 1", expired)],
        expected: "3 1 1",
      },
      {
        title: "3 1 1 of a leaf for another name: names play no part",
        chain: () => [misnamed],
        records: () => [record("3 1 1", misnamed)],
        expected: "3 1 1",
      },
      {
        title: "3 1 1 of a self-signed leaf",
        chain: () => [stranger],
        records: () => [record("3 1 1", stranger)],
        expected: "3 1 1",
      },
      {
        title: "one good record among wrong ones",
        chain: full,
        records: () => [withData("3 1 1", digest(32)), record("2 1 1", stranger), record("3 0 1", leaf)],
        expected: "3 0 1",
      },
      {
        title: "roll-over: records of the old and the new leaf",
        chain: full,
        records: () => [record("3 1 1", stranger), record("3 1 1", leaf)],
        expected: "3 1 1",
      },
      {
        title: "an unknown usage beside a good record",
        chain: full,
        records: () => [withData("255 1 1", digest(32)), record("3 1 1", leaf)],
        expected: "3 1 1",
        notJudged: "s_client stops at a record that it cannot use",
      },
      {
        title: "digest agility: SHA-256 of another leaf beside SHA-512 of this one",
        chain: full,
        records: () => [record("3 1 1", stranger), record("3 1 2", leaf)],
        expected: "3 1 2",
      },
      {
        title: "full data counts beside a stronger digest",
        chain: full,
        records: () => [withData("3 1 2", digest(64)), record("3 1 0", leaf)],
        expected: "3 1 0",
      },
      {
        title: "agility is by usage and selector",
        chain: full,
        records: () => [withData("3 0 2", digest(64)), record("3 1 1", leaf)],
        expected: "3 1 1",
      },
      {
        title: "a digest of wrong length does not outrank a usable one",
        chain: full,
        records: () => [withData("3 1 2", digest(63)), record("3 1 1", leaf)],
        expected: "3 1 1",
        notJudged: "s_client stops at a record that it cannot use",
      },

      {
        title: "no record at all",
        chain: full,
        records: () => [],
        expected: /^no usable TLSA record$/,
        notJudged: "s_client without records does PKIX",
      },
      {
        title: "3 1 1 of another leaf: a swapped certificate",
        chain: full,
        records: () => [record("3 1 1", stranger)],
        expected: /^no TLSA record \(3 1 1\) matches the certificate of CN=leaf$/,
      },
      {
        title: "3 1 1 of the intermediate",
        chain: full,
        records: () => [record("3 1 1", intermediate)],
        expected: /no TLSA record/,
      },
      {
        title: "2 1 1 of the leaf",
        chain: full,
        records: () => [record("2 1 1", leaf)],
        expected: /no TLSA record/,
      },
      {
        title: "2 0 1 of the root, which a combined chain does not hold",
        chain: full,
        records: () => [record("2 0 1", root)],
        expected: /no TLSA record/,
      },
      {
        title: "2 0 1 of the intermediate without the intermediate",
        chain: () => [leaf],
        records: () => [record("2 0 1", intermediate)],
        expected: /no TLSA record/,
      },
      {
        title: "2 0 1 of an authority that is sent along but issued nothing",
        chain: () => [leaf, stranger],
        records: () => [record("2 0 1", stranger)],
        expected: /no TLSA record/,
      },
      {
        title: "digest agility: SHA-256 of this leaf beside SHA-512 of another",
        chain: full,
        records: () => [record("3 1 1", leaf), record("3 1 2", stranger)],
        expected: /no TLSA record \(3 1 2\)/,
      },
      {
        title: "2 1 1 above an expired leaf",
        chain: () => [expired, intermediate],
        records: () => [record("2 1 1", intermediate)],
        expected: /TLSA 2 1 1 matches, but CN=expired expired on/,
      },
      {
        title: "2 1 1 above a leaf for another name",
        chain: () => [misnamed, intermediate],
        records: () => [record("2 1 1", intermediate)],
        expected:
          /matches, but the certificate is not for js\.join-b\.example \(its dNSNames: other\.example\)/,
      },
      {
        title: "0 1 1 without roots",
        chain: full,
        records: () => [record("0 1 1", intermediate)],
        expected: /0 1 1: usage 0 needs PKIX roots/,
      },
      {
        title: "1 1 1 without roots",
        chain: full,
        records: () => [record("1 1 1", leaf)],
        expected: /1 1 1: usage 1 needs PKIX roots/,
      },
      {
        title: "1 1 1 with the roots of others",
        chain: full,
        records: () => [record("1 1 1", leaf)],
        roots: () => [stranger],
        expected: /no TLSA record/,
      },
      {
        title: "1 1 1 of another leaf, with roots",
        chain: full,
        records: () => [record("1 1 1", stranger)],
        roots: () => [root],
        expected: /no TLSA record/,
      },
      {
        title: "1 1 1 of an expired leaf, with roots",
        chain: () => [expired, intermediate],
        records: () => [record("1 1 1", expired)],
        roots: () => [root],
        expected: /expired on/,
      },
      {
        title: "0 1 1 of a stranger, with roots",
        chain: full,
        records: () => [record("0 1 1", stranger)],
        roots: () => [root],
        expected: /no TLSA record/,
      },
      {
        title: "a SHA-256 of 31 octets",
        chain: full,
        records: () => [withData("3 1 1", digest(31))],
        expected: /digest of 31 octets instead of 32/,
        notJudged: "s_client refuses to start",
      },
      {
        title: "a SHA-512 of 32 octets",
        chain: full,
        records: () => [withData("3 1 2", digest(32))],
        expected: /digest of 32 octets instead of 64/,
        notJudged: "s_client refuses to start",
      },
      {
        title: "unknown numbers only",
        chain: full,
        records: () => [
          withData("4 0 1", digest(32)),
          withData("3 2 1", digest(32)),
          withData("3 1 3", digest(32)),
        ],
        expected: /unknown usage 4; 3 2 1: unknown selector 2; 3 1 3: unknown matching type 3/,
        notJudged: "s_client refuses to start",
      },
      {
        title: "full data that is no certificate",
        chain: full,
        records: () => [withData("3 0 0", digest(50))],
        expected: /data is not a certificate/,
        notJudged: "s_client refuses to start",
      },
      {
        title: "a certificate with an octet behind it",
        chain: full,
        records: () => [withData("2 0 0", Buffer.concat([intermediate.der, Buffer.of(0)]))],
        expected: /octets behind the certificate/,
        notJudged: "s_client refuses to start",
      },
      {
        title: "a key with an octet behind it",
        chain: full,
        records: () => [withData("2 1 0", Buffer.concat([record("2 1 0", intermediate).data, Buffer.of(0)]))],
        expected: /octets behind the public key/,
        notJudged: "s_client refuses to start",
      },
      {
        title: "full data that is no key",
        chain: full,
        records: () => [withData("2 1 0", digest(50))],
        expected: /data is not a public key/,
        notJudged: "s_client refuses to start",
      },
    ];

    const question = (one: Case) => ({
      chain: one.chain().map(({ der }) => der),
      records: one.records(),
      name: HOST,
      purpose: "server" as const,
      now: new Date(),
      pkixRoots: (one.roots?.() ?? []).map(({ der }) => der),
    });

    for (const one of cases)
      it(`${typeof one.expected === "string" ? "accepts" : "refuses"} ${one.title}`, () => {
        const verdict = verifyTlsa(question(one));
        if (typeof one.expected === "string")
          assert.equal(verdict.ok ? verdict.matched : verdict.reason, one.expected);
        else assert.match(verdict.ok ? `accepted by ${verdict.matched}` : verdict.reason, one.expected);
      });

    it("agrees with openssl s_client", async () => {
      let served: { key: string; cert: string };
      const server = createServer({ SNICallback: undefined, minVersion: "TLSv1.3" }, (socket) => {
        socket.on("error", () => {});
        socket.end();
      });
      server.on("tlsClientError", () => {});
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      const { port } = server.address() as AddressInfo;
      let judged = 0;
      for (const one of cases.filter(({ notJudged }) => notJudged === undefined)) {
        const chain = one.chain();
        served = { key: chain[0].keyPem, cert: chain.map(({ pem }) => pem).join("") };
        server.setSecureContext(served);
        const roots = one.roots?.();
        const { output } = await runTool("openssl", [
          ...[
            "s_client",
            "-connect",
            `127.0.0.1:${port}`,
            "-servername",
            HOST,
            "-brief",
            "-verify_return_error",
          ],
          ...["-dane_tlsa_domain", HOST, "-dane_ee_no_namechecks", "-purpose", "sslserver"],
          ...one.records().flatMap((tlsa) => ["-dane_tlsa_rrdata", text(tlsa)]),
          ...(roots
            ? ["-CAfile", tools.write("roots.pem", roots.map(({ pem }) => pem).join(""))]
            : ["-no-CAfile", "-no-CApath", "-no-CAstore"]),
        ]);
        assert.equal(
          /^Verification: OK$/m.test(output),
          typeof one.expected === "string",
          `${one.title}: ${output}`,
        );
        judged++;
      }
      server.close();
      assert.ok(judged >= 40);
    });
  });

  describe("certification paths", () => {
    interface PathCase {
      readonly title: string;
      readonly authority?: object;
      readonly leaf?: object;
      readonly purpose?: "server" | "client";
      readonly name?: string;
      readonly expected: RegExp | undefined;
    }
    const sign = KeyUsageFlags.keyCertSign;
    const cases: PathCase[] = [
      { title: "a plain chain", expected: undefined },
      { title: "a wildcard for one label", leaf: { dnsNames: ["*.join-b.example"] }, expected: undefined },
      { title: "a wildcard for two labels", leaf: { dnsNames: ["*.example"] }, expected: /is not for js/ },
      {
        title: "a wildcard for a top-level domain",
        name: "js.example",
        leaf: { dnsNames: ["*.example"] },
        expected: /is not for js/,
      },
      {
        title: "a part of a label as wildcard",
        leaf: { dnsNames: ["j*.join-b.example"] },
        expected: /is not for js/,
      },
      {
        title: "names in other case",
        leaf: { dnsNames: ["JS.Join-B.Example"] },
        name: "js.JOIN-b.example.",
        expected: undefined,
      },
      {
        title: "no dNSName, only a common name",
        leaf: { subject: HOST, dnsNames: undefined },
        expected: /its dNSNames: none/,
      },
      {
        title: "a client's name with underscores",
        leaf: { dnsNames: ["_ns-client.ns.net-a.example"], extendedKeyUsage: ["clientAuth"] },
        purpose: "client",
        name: "_ns-client.ns.net-a.example",
        expected: undefined,
      },
      {
        title: "a wildcard in a client's certificate",
        leaf: { dnsNames: ["*.ns.net-a.example"], extendedKeyUsage: ["clientAuth"] },
        purpose: "client",
        name: "_ns-client.ns.net-a.example",
        expected: /is not for _ns-client/,
      },
      {
        title: "a client's certificate on a server",
        leaf: { extendedKeyUsage: ["clientAuth"] },
        expected: /not for server use/,
      },
      { title: "a server's certificate on a client", purpose: "client", expected: /not for client use/ },
      {
        title: "no extendedKeyUsage",
        leaf: { extendedKeyUsage: undefined },
        purpose: "client",
        expected: undefined,
      },
      {
        title: "any purpose in place of the wanted one",
        leaf: { extendedKeyUsage: ["any"] },
        expected: /not for server use/,
      },
      {
        title: "an authority for clients above a server",
        authority: { extendedKeyUsage: ["clientAuth"] },
        expected: /CN=authority is not for server use/,
      },
      {
        title: "a leaf that may sign",
        leaf: { keyUsage: KeyUsageFlags.digitalSignature },
        expected: undefined,
      },
      {
        title: "a leaf that may only agree on keys",
        leaf: { keyUsage: KeyUsageFlags.keyAgreement },
        expected: /lacks digitalSignature/,
      },
      { title: "an expired authority", authority: { from: -9, to: -1 }, expected: /CN=authority expired/ },
      {
        title: "an authority of tomorrow",
        authority: { from: 1 },
        expected: /CN=authority is not valid before/,
      },
      { title: "a leaf of tomorrow", leaf: { from: 1 }, expected: /CN=leaf is not valid before/ },
      {
        title: "an issuer without basicConstraints",
        authority: { authority: undefined },
        expected: /is no authority/,
      },
      { title: "an authority with keyCertSign", authority: { keyUsage: sign }, expected: undefined },
      {
        title: "an authority without keyCertSign",
        authority: { keyUsage: KeyUsageFlags.cRLSign },
        expected: /no TLSA record .* matches|does not lead to a trusted root/,
      },
      {
        title: "a name within the permitted subtree",
        authority: { constraints: { permitted: ["join-b.example"] } },
        expected: undefined,
      },
      {
        title: "a name outside the permitted subtree",
        authority: { constraints: { permitted: ["net-a.example"] } },
        expected: /may not issue for js\.join-b\.example/,
      },
      {
        title: "a name in an excluded subtree",
        authority: { constraints: { excluded: ["example"] } },
        expected: /may not issue for/,
      },
      {
        title: "a wildcard that covers an excluded name",
        authority: { constraints: { excluded: [HOST] } },
        leaf: { dnsNames: ["*.join-b.example"] },
        expected: /may not issue for js\.join-b\.example/,
      },
      {
        title: "a limit for addresses, which the leaf has none of",
        authority: { constraints: { otherForm: "address" } },
        expected: undefined,
      },
      {
        title: "a limit for addresses above a leaf with one",
        authority: { constraints: { otherForm: "address" } },
        leaf: { addresses: ["192.0.2.1"] },
        expected: /names of the form iPAddress, which is not evaluated/,
      },
      {
        title: "an authority with a weak key",
        authority: { algorithm: rsa(1024) },
        expected: /CN=authority is too weak: rsa key of 1024 bits/,
      },
      {
        title: "a signature with SHA-1",
        leaf: { hash: "SHA-1" },
        expected: /CN=leaf is too weak: signature by ECDSA with SHA-1/,
      },
      {
        title: "a neighbour that only ends alike",
        authority: { constraints: { permitted: ["n-b.example"] } },
        expected: /may not issue for/,
      },
      {
        title: "an unknown critical extension in the leaf",
        leaf: { unknownCritical: true },
        expected: /critical extension 1\.2\.3\.4\.5/,
      },
      {
        title: "an unknown critical extension in the authority",
        authority: { unknownCritical: true },
        expected: /critical extension/,
      },
    ];

    for (const { title, expected, purpose = "server", name = HOST, ...wanted } of cases)
      it(`${expected ? "refuses" : "accepts"} ${title}`, async () => {
        const authority = await makeCertificate({ subject: "authority", authority: {}, ...wanted.authority });
        const below = await makeCertificate({
          ...{ subject: "leaf", issuer: authority, dnsNames: [HOST], extendedKeyUsage: ["serverAuth"] },
          ...wanted.leaf,
        });
        const common = { chain: [below.der, authority.der], name, purpose, now: new Date() };
        const byTlsa = verifyTlsa({ ...common, records: [record("2 0 1", authority)] });
        const byRoots = verifyPkix({ ...common, roots: [authority.der] });
        for (const verdict of [byTlsa, byRoots])
          if (expected) assert.match(verdict.ok ? "accepted" : verdict.reason, expected);
          else assert.deepEqual(verdict.ok || verdict.reason, true);
        assert.ok(
          verifyTlsa({ ...common, records: [record("3 1 1", below)] }).ok,
          "DANE-EE asks for none of this",
        );
      });

    it("takes no leaf with a weak key, by whatever record", async () => {
      const weak = await makeCertificate({ subject: "weak", dnsNames: [HOST], algorithm: rsa(1024) });
      const common = { chain: [weak.der], name: HOST, purpose: "server" as const, now: new Date() };
      const verdict = verifyTlsa({ ...common, records: [record("3 1 1", weak)] });
      assert.match(verdict.ok ? "accepted" : verdict.reason, /CN=weak is too weak: rsa key of 1024 bits/);
    });

    it("asks for a strong signature below a bare key", async () => {
      const authority = await makeCertificate({ subject: "authority", authority: {} });
      const sha1 = await makeCertificate({
        ...{ subject: "leaf", issuer: authority, dnsNames: [HOST], hash: "SHA-1" },
      });
      const common = { chain: [sha1.der], name: HOST, purpose: "server" as const, now: new Date() };
      const verdict = verifyTlsa({ ...common, records: [record("2 1 0", authority)] });
      assert.match(verdict.ok ? "accepted" : verdict.reason, /too weak: signature by ECDSA with SHA-1/);
    });

    it("heeds the certificate of a bare key where it was sent", async () => {
      const authority = await makeCertificate({ subject: "authority", authority: {}, from: -9, to: -1 });
      const below = await makeCertificate({ subject: "leaf", issuer: authority, dnsNames: [HOST] });
      const common = { name: HOST, purpose: "server" as const, now: new Date() };
      const verdict = verifyTlsa({
        ...{ ...common, chain: [below.der, authority.der], records: [record("2 1 0", authority)] },
      });
      assert.match(verdict.ok ? "accepted" : verdict.reason, /CN=authority expired/);
    });

    it("gives PKIX roots no say in usage 2", () => {
      const common = { name: HOST, purpose: "server" as const, now: new Date(), pkixRoots: [root.der] };
      const verdict = verifyTlsa({
        ...{ ...common, chain: [leaf.der, intermediate.der], records: [record("2 0 1", root)] },
      });
      assert.match(verdict.ok ? "accepted" : verdict.reason, /no TLSA record/);
    });

    it("counts authorities below a pathLenConstraint", async () => {
      const low = await makeCertificate({ subject: "low", issuer: intermediate, authority: {} });
      const deep = await makeCertificate({ subject: "deep", issuer: low, dnsNames: [HOST] });
      const common = { name: HOST, purpose: "server" as const, now: new Date() };
      const chain = [deep.der, low.der, intermediate.der];
      const verdict = verifyTlsa({ ...common, chain, records: [record("2 1 1", intermediate)] });
      assert.match(verdict.ok ? "accepted" : verdict.reason, /allows 0 authorities below it, there are 1/);
      assert.ok(
        verifyTlsa({ ...common, chain, records: [record("2 1 1", low)] }).ok,
        "nothing above the anchor counts",
      );
    });

    it("does not take an issuer by its name alone", async () => {
      const namesake = await makeCertificate({ subject: "Intermediate B", authority: {} });
      const verdict = verifyTlsa({
        ...{ chain: [leaf.der, namesake.der], records: [record("2 0 1", namesake)] },
        ...{ name: HOST, purpose: "server", now: new Date() },
      });
      assert.match(verdict.ok ? "accepted" : verdict.reason, /no TLSA record/);
    });

    it("refuses an empty chain and octets that are no certificate", () => {
      const common = {
        records: [record("3 1 1", leaf)],
        name: HOST,
        purpose: "server" as const,
        now: new Date(),
      };
      assert.deepEqual(verifyTlsa({ ...common, chain: [] }), {
        ok: false,
        reason: "the peer presented no certificate",
      });
      assert.equal(verifyTlsa({ ...common, chain: [Buffer.of(1, 2, 3)] }).ok, false);
    });
  });
});
