import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  connect,
  createSecureContext,
  createServer,
  type SecureContext,
  type Server,
  type TLSSocket,
} from "node:tls";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import {
  DEFAULT_EXTENSION_TYPE,
  offerClientName,
  requestClientName,
  takeClientName,
} from "../../../hil/trust/client-identity/index.ts";
import { type Credentials, createAuthority } from "../../../hil/trust/pki/index.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..", "..");
const folder = join(root, "hil", "trust", "client-identity");

describe("client-identity extension", () => {
  let credentials: Credentials;
  let server: Server;
  let port: number;
  let named: (name: string | undefined) => void;
  let refused: (code: string | undefined) => void;

  before(async () => {
    const authority = await createAuthority({
      organisation: "A",
      notBefore: new Date(Date.now() - 1000),
      days: 1,
    });
    credentials = await authority.issue({ commonName: "a", dnsNames: ["a.example"], profile: "client" });
    const { privateKeyPem: key, chainPem: cert } = credentials;
    server = createServer({ key, cert, requestCert: true, rejectUnauthorized: false, minVersion: "TLSv1.3" });
    requestClientName(server);
    server.on("secureConnection", (socket) => {
      socket.on("error", () => {});
      named(takeClientName(socket));
      assert.equal(takeClientName(socket), undefined, "a name is taken once");
      socket.end();
    });
    server.on("tlsClientError", (error: Error & { code?: string }) => refused(error.code));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());

  const clientContext = (): SecureContext =>
    createSecureContext({ key: credentials.privateKeyPem, cert: credentials.chainPem });

  /** Connects, and says what either side saw. */
  async function outcome(
    secureContext: SecureContext,
  ): Promise<{ name?: string; serverCode?: string; clientCode?: string }> {
    let socket: TLSSocket;
    const atServer = new Promise<{ name?: string; serverCode?: string }>((settle) => {
      named = (name) => settle({ name });
      refused = (serverCode) => settle({ serverCode });
    });
    const atClient = new Promise<string | undefined>((settle) => {
      socket = connect({ port, host: "127.0.0.1", secureContext, rejectUnauthorized: false });
      let code: string | undefined;
      socket.on("error", (error: Error & { code?: string }) => {
        code = error.code;
      });
      socket.on("close", () => settle(code));
      socket.resume();
    });
    const [seen, clientCode] = await Promise.all([atServer, atClient]);
    return { ...seen, clientCode };
  }

  for (const name of ["a", "_ns-client.ns.net-a.example", "n".repeat(255)]) {
    it(`carries a name of ${name.length} octets to the server`, async () => {
      const context = clientContext();
      offerClientName(context, name);
      assert.deepEqual(await outcome(context), { name, clientCode: undefined });
    });
  }

  it("ends the handshake with handshake_failure when the client states no name", async () => {
    const { serverCode, clientCode } = await outcome(clientContext());
    assert.equal(serverCode, "ERR_SSL_CERTIFICATE_VERIFY_FAILED");
    assert.match(clientCode!, /ALERT_HANDSHAKE_FAILURE/);
  });

  it("ends the handshake with handshake_failure when the name is empty", async () => {
    const context = clientContext();
    requestClientName({ _sharedCreds: context } as unknown as Server); // a server's wire form, sent by a client
    const { serverCode, clientCode } = await outcome(context);
    assert.equal(serverCode, "ERR_SSL_BAD_EXTENSION");
    assert.match(clientCode!, /ALERT_HANDSHAKE_FAILURE/);
  });

  it("does not take another extension's content for a name", async () => {
    const context = clientContext();
    offerClientName(context, "a.example", 0xff5e);
    assert.equal((await outcome(context)).serverCode, "ERR_SSL_CERTIFICATE_VERIFY_FAILED");
  });

  it("gives no name for a client without a certificate", async () => {
    const context = createSecureContext();
    offerClientName(context, "a.example");
    assert.deepEqual(await outcome(context), { name: undefined, clientCode: undefined });
  });

  it("refuses names that do not fit, a second name for a context, and OpenSSL's own extension types", () => {
    assert.throws(() => offerClientName(clientContext(), ""), /1\.\.255 octets/);
    assert.throws(() => offerClientName(clientContext(), "n".repeat(256)), /1\.\.255 octets/);
    const context = clientContext();
    offerClientName(context, "a.example");
    assert.throws(() => offerClientName(context, "b.example"), /has its identity/);
    assert.throws(() => offerClientName(clientContext(), "a.example", 43), /refused the extension type/);
  });

  it("keeps 60 connections at a time apart", async () => {
    const names = Array.from({ length: 60 }, (_, i) => `client-${i}.example`);
    const seen: string[] = [];
    named = (name) => seen.push(name!);
    await Promise.all(
      names.map((name) => {
        const secureContext = clientContext();
        offerClientName(secureContext, name);
        return new Promise((closed) => {
          const socket = connect({ port, host: "127.0.0.1", secureContext, rejectUnauthorized: false });
          socket.on("close", closed).resume();
        });
      }),
    );
    assert.deepEqual(seen.sort(), names.sort());
  });

  it("survives the end of a worker that loaded it", async () => {
    const binary = JSON.stringify(join(folder, "addon", "build", "client_identity.node"));
    const worker = new Worker(`require(${binary})`, { eval: true });
    await new Promise((exit) => worker.on("exit", exit));
    const context = clientContext();
    offerClientName(context, "a.example", DEFAULT_EXTENSION_TYPE);
    assert.equal((await outcome(context)).name, "a.example");
  });

  describe("without a binary", () => {
    let copy: string;
    before(() => {
      copy = mkdtempSync(join(tmpdir(), "client-identity-"));
      cpSync(folder, join(copy, "hil", "trust", "client-identity"), {
        recursive: true,
        filter: (path) => !path.startsWith(join(folder, "addon", "build")),
      });
      symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
      writeFileSync(join(copy, "package.json"), '{"type":"module"}');
    });
    after(() => rmSync(copy, { recursive: true }));

    it("says that the identity is unavailable and what to run", async () => {
      const script = `
        import { createSecureContext } from "node:tls";
        const { offerClientName } = await import(${JSON.stringify(join(copy, "hil/trust/client-identity/index.ts"))});
        offerClientName(createSecureContext(), "a.example");`;
      const args = ["--import", "tsx", "--input-type=module", "-e", script];
      await assert.rejects(
        run(process.execPath, args, { cwd: copy }),
        /DANE client identity unavailable: the addon is not built; run: node .*build\.mjs/,
      );
    });

    it("names the compiler's package when there is no compiler", async () => {
      const env = { ...process.env, CC: "no-such-compiler" };
      await assert.rejects(
        run(process.execPath, [join(copy, "hil/trust/client-identity/build.mjs")], { env }),
        /DANE client identity unavailable: no C compiler "no-such-compiler"; install one \(Debian: apt-get install gcc/,
      );
    });

    it("builds once, then finds the binary up to date", async () => {
      const build = () => run(process.execPath, [join(copy, "hil/trust/client-identity/build.mjs")]);
      assert.match((await build()).stdout, /built/);
      assert.match((await build()).stdout, /up-to-date/);
    });
  });
});
