import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { seededSecrets } from "../../../hil/rig/secrets.ts";
import { joinEuiName } from "../../../hil/trust/dns/index.ts";
import {
  type Authority,
  type Credentials,
  createAuthority,
  type LeafRequest,
} from "../../../hil/trust/pki/index.ts";
import { runTool, ToolFolder } from "./dns-judges.ts";

const HOUR_MS = 3_600_000;
const CLIENT_NAME = "_ns-client.ns.net-a.example";
const SERVER_NAME = "js.join-b.example";
const JOIN_EUI_NAME = joinEuiName("70B3D57ED0000001");
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** RFC 5280 4.2.1.12, as GnuTLS wants it. */
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

describe("an organisation's certificates", () => {
  let folder: ToolFolder;
  let authority: Authority;
  let other: Authority;
  let client: Credentials;
  let server: Credentials;
  const notBefore = new Date(Date.now() - HOUR_MS);

  before(async () => {
    folder = new ToolFolder();
    authority = await createAuthority({ organisation: "Network A", notBefore, days: 30 });
    other = await createAuthority({ organisation: "Join B", notBefore, days: 30 });
    client = await authority.issue({
      commonName: "Network Server",
      dnsNames: [CLIENT_NAME],
      profile: "client",
    });
    server = await authority.issue({
      commonName: SERVER_NAME,
      dnsNames: [SERVER_NAME, JOIN_EUI_NAME],
      profile: "server",
    });
  });
  after(() => folder.remove());

  /** `openssl verify` with the chain as a peer would send it. */
  async function verify(
    credentials: Credentials,
    ...options: string[]
  ): Promise<{ code: number; output: string }> {
    const chain = folder.write("chain.pem", credentials.chainPem);
    const root = folder.write("root.pem", credentials.rootPem);
    return runTool("openssl", [
      "verify",
      "-x509_strict",
      "-CAfile",
      root,
      "-untrusted",
      chain,
      ...options,
      chain,
    ]);
  }

  async function text(pem: string): Promise<string> {
    return (await runTool("openssl", ["x509", "-noout", "-text", "-in", folder.write("one.pem", pem)]))
      .output;
  }

  const accepted: ReadonlyArray<readonly [string, () => Credentials, string[]]> = [
    ["the client profile as a TLS client", () => client, ["-purpose", "sslclient"]],
    ["the server profile as a TLS server", () => server, ["-purpose", "sslserver"]],
    ["a name with a leading underscore", () => client, ["-verify_hostname", CLIENT_NAME]],
    ["a JoinEUI's 16-label name", () => server, ["-verify_hostname", JOIN_EUI_NAME]],
  ];
  for (const [what, credentials, options] of accepted) {
    it(`openssl accepts ${what}`, async () => {
      const { code, output } = await verify(credentials(), ...options);
      assert.equal(code, 0, output);
    });
  }

  const refused: ReadonlyArray<readonly [string, () => Credentials, string[], RegExp]> = [
    ["the client profile as a TLS server", () => client, ["-purpose", "sslserver"], /certificate purpose/],
    ["the server profile as a TLS client", () => server, ["-purpose", "sslclient"], /certificate purpose/],
    ["another name", () => client, ["-verify_hostname", "ns.net-a.example"], /hostname mismatch/],
    [
      "another organisation's root",
      () => ({ ...client, rootPem: other.rootCertificate.toString() }),
      [],
      /unable to get (local )?issuer certificate/,
    ],
    [
      "a date after the last day",
      () => client,
      ["-attime", String(Math.floor(notBefore.getTime() / 1000) + 30 * 86_400 + 1)],
      /certificate has expired/,
    ],
    [
      "a date before the first",
      () => client,
      ["-attime", String(Math.floor(notBefore.getTime() / 1000) - 1)],
      /not yet valid/,
    ],
  ];
  for (const [what, credentials, options, reason] of refused) {
    it(`openssl refuses ${what}`, async () => {
      const { code, output } = await verify(credentials(), ...options);
      assert.notEqual(code, 0);
      assert.match(output, reason);
    });
  }

  it("GnuTLS accepts the server's chain for its name and purpose", async () => {
    const { code, output } = await runTool("certtool", [
      "--verify",
      `--load-ca-certificate=${folder.write("root.pem", server.rootPem)}`,
      `--infile=${folder.write("chain.pem", server.chainPem)}`,
      `--verify-purpose=${SERVER_AUTH}`,
      `--verify-hostname=${SERVER_NAME}`,
    ]);
    assert.equal(code, 0, output);
  });

  it("the combined chain is leaf, then intermediate, without the root", () => {
    const chain = client.chainPem.match(PEM_CERTIFICATE)!.map((pem) => new X509Certificate(pem));
    assert.equal(chain.length, 2);
    assert.deepEqual(chain[0].raw, Buffer.from(client.certificateDer));
    assert.deepEqual(chain[1].raw, authority.intermediateCertificate.raw);
    assert.ok(chain[0].verify(authority.intermediateCertificate.publicKey));
    assert.ok(chain[1].verify(authority.rootCertificate.publicKey));
    assert.deepEqual(new X509Certificate(client.rootPem).raw, authority.rootCertificate.raw);
  });

  it("the key is PKCS#8 and the leaf's own", () => {
    assert.match(client.privateKeyPem, /^-----BEGIN PRIVATE KEY-----\n/);
    assert.ok(
      new X509Certificate(client.certificateDer).checkPrivateKey(createPrivateKey(client.privateKeyPem)),
    );
  });

  it("the root may sign one level of authorities, the intermediate none, and a leaf nothing", async () => {
    const root = await text(authority.rootCertificate.toString());
    const intermediate = await text(authority.intermediateCertificate.toString());
    const leaf = await text(client.chainPem);
    assert.match(root, /Basic Constraints: critical\s+CA:TRUE, pathlen:1\n/);
    assert.match(intermediate, /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    assert.match(leaf, /Basic Constraints: critical\s+CA:FALSE\n/);
    for (const ca of [root, intermediate])
      assert.match(ca, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    assert.match(leaf, /Key Usage: critical\s+Digital Signature\n/);
    assert.match(leaf, /Extended Key Usage:\s+TLS Web Client Authentication\n/);
    assert.match(leaf, new RegExp(`Subject Alternative Name:\\s+DNS:${CLIENT_NAME}\\n`));
    for (const certificate of [root, intermediate, leaf]) {
      assert.match(certificate, /Signature Algorithm: ecdsa-with-SHA256/);
      assert.match(certificate, /ASN1 OID: prime256v1/);
    }
  });

  it("each certificate points at its issuer's key", async () => {
    const identifiers = async (pem: string) => {
      const shown = await text(pem);
      return ["Subject", "Authority"].map(
        (whose) => new RegExp(`X509v3 ${whose} Key Identifier:\\s+([0-9A-F:]+)`).exec(shown)?.[1],
      );
    };
    const [rootKey] = await identifiers(authority.rootCertificate.toString());
    const [intermediateKey, intermediateIssuer] = await identifiers(
      authority.intermediateCertificate.toString(),
    );
    const [, leafIssuer] = await identifiers(client.chainPem);
    assert.ok(rootKey && intermediateKey);
    assert.equal(intermediateIssuer, rootKey);
    assert.equal(leafIssuer, intermediateKey);
  });

  it("serial numbers are random, positive and of 16 octets", async () => {
    const leaves = [client, server].map((credentials) => new X509Certificate(credentials.certificateDer));
    const serials = [authority, other]
      .flatMap((one) => [one.rootCertificate, one.intermediateCertificate])
      .concat(leaves)
      .map((certificate) => certificate.serialNumber);
    assert.equal(new Set(serials).size, serials.length);
    // A leading zero octet is not written, hence now and then one octet less.
    for (const serial of serials) assert.match(serial, /^[0-9A-F]{28,32}$/);
  });

  it("the validity is the caller's, in whole seconds and beyond 2049", async () => {
    const start = new Date("2049-12-31T00:00:00.900Z");
    const late = await createAuthority({ organisation: "Late", notBefore: start, days: 10 });
    const leaf = await late.issue({
      commonName: "late",
      dnsNames: ["late.example"],
      profile: "server",
      validity: { notBefore: start, days: 0.5 },
    });
    const dates = (certificate: X509Certificate) => [
      new Date(certificate.validFrom).toISOString(),
      new Date(certificate.validTo).toISOString(),
    ];
    assert.deepEqual(dates(late.rootCertificate), ["2049-12-31T00:00:00.000Z", "2050-01-10T00:00:00.000Z"]);
    assert.deepEqual(dates(new X509Certificate(leaf.certificateDer)), [
      "2049-12-31T00:00:00.000Z",
      "2049-12-31T12:00:00.000Z",
    ]);
    // RFC 5280 4.1.2.5: UTCTime up to 2049, GeneralizedTime from 2050 on.
    const { output } = await runTool("openssl", [
      "asn1parse",
      "-in",
      folder.write("late.pem", late.rootCertificate.toString()),
    ]);
    assert.match(output, /UTCTIME +:491231000000Z/);
    assert.match(output, /GENERALIZEDTIME +:20500110000000Z/);
  });

  it("client and server of two organisations speak TLS 1.3 with each other's root", async () => {
    const joinServer = await other.issue({
      commonName: SERVER_NAME,
      dnsNames: [SERVER_NAME],
      profile: "server",
    });
    const listener = createServer({
      cert: joinServer.chainPem,
      key: joinServer.privateKeyPem,
      ca: client.rootPem,
      requestCert: true,
      minVersion: "TLSv1.3",
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const accepting = once(listener, "secureConnection") as Promise<[TLSSocket]>;
    const socket = connect({
      host: "127.0.0.1",
      port: (listener.address() as AddressInfo).port,
      servername: SERVER_NAME,
      cert: client.chainPem,
      key: client.privateKeyPem,
      ca: joinServer.rootPem,
    });
    await once(socket, "secureConnect");
    const [peer] = await accepting;
    assert.equal(socket.authorized, true);
    assert.equal(peer.authorized, true);
    assert.deepEqual(peer.getPeerCertificate().raw, Buffer.from(client.certificateDer));
    socket.destroy();
    peer.destroy();
    listener.close();
    await once(listener, "close");
  });

  const badRequests: ReadonlyArray<readonly [string, Partial<LeafRequest>, RegExp]> = [
    ["without a DNS name", { dnsNames: [] }, /at least one DNS name/],
    ["for a name that is none", { dnsNames: ["a..example"] }, /label is empty/],
    ["with a subject of 65 characters", { commonName: "x".repeat(65) }, /64 characters, has 65/],
    ["without a subject", { commonName: "" }, /1 to 64 characters/],
    ["that outlives its issuer", { validity: { notBefore, days: 31 } }, /would outlive its issuer/],
    ["for no time at all", { validity: { notBefore, days: 0 } }, /positive number of days/],
    ["from an invalid date on", { validity: { notBefore: new Date(Number.NaN), days: 1 } }, /valid start/],
  ];
  for (const [what, change, reason] of badRequests) {
    it(`issues no certificate ${what}`, async () => {
      const request = { commonName: "x", dnsNames: ["x.example"], profile: "server", ...change } as const;
      await assert.rejects(authority.issue(request), reason);
    });
  }

  it("that is issued again has another key and serial number, though both follow from a seed", async () => {
    const renewed = async () => {
      const seeded = await createAuthority({
        ...{ organisation: "Join B", notBefore, days: 30 },
        secrets: seededSecrets(1),
      });
      const request = { commonName: SERVER_NAME, dnsNames: [SERVER_NAME], profile: "server" } as const;
      const leaves = [await seeded.issue(request), await seeded.issue(request)];
      return leaves.map(({ certificateDer }) => {
        const { serialNumber, publicKey } = new X509Certificate(certificateDer);
        return { serialNumber, key: publicKey.export({ format: "der", type: "spki" }).toString("hex") };
      });
    };
    const [first, second] = await renewed();
    assert.notEqual(first.serialNumber, second.serialNumber);
    assert.notEqual(first.key, second.key);
    assert.deepEqual(await renewed(), [first, second]);
  });

  it("there is no authority for an organisation whose name does not fit", async () => {
    const organisation = "x".repeat(60);
    await assert.rejects(createAuthority({ organisation, notBefore, days: 1 }), /64 characters/);
  });
});
