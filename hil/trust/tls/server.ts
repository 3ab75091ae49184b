/**
 * An HTTPS server that serves only clients whose certificate their own TLSA records vouch for
 * (draft-ietf-dance-client-auth, RFC 7671).
 *
 * In TLS 1.3 a client may send before the server has judged it, so a connection is held back, paused, until the verdict
 * is there; only then HTTP gets to see it. A refused client learns no more than the alert handshake_failure, or, where
 * the verdict needed DNS, that the connection was closed.
 */
import { constants, X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Server } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { requestClientName, takeClientName } from "../client-identity/index.ts";
import { dnsNamesOf } from "../dane/index.ts";
import { canonicalName } from "../dnssec/index.ts";
import { JudgedConnection } from "./connection.ts";
import { type JudgeOptions, PeerJudge } from "./judge.ts";
import { connectionFault, type PeerInHandshake, presentedChain, type TlsCredentials } from "./policy.ts";
import { TrustError } from "./verdict.ts";

const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_PENDING = 256;
/**
 * A connection that was taken over has no requests to judge its client at: so often it is looked whether the records
 * still hold.
 */
const RENEWAL_INTERVAL_MS = 30_000;
/** Host names and the underscore labels of TLSA owners; A-labels only (RFC 5890), no trailing dot. */
const CLIENT_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** A client that was accepted. */
export interface AcceptedPeer {
  readonly name: string;
  /** Parameters of the TLSA record that matched; undefined under policy pkix. */
  readonly tlsa: string | undefined;
  readonly dnssec: "secure" | "unchecked";
}

export type PeerRequestListener = (
  request: IncomingMessage,
  response: ServerResponse,
  peer: AcceptedPeer,
) => void;

/** Takes a connection over for another protocol (WebSocket): `head` is what came behind the request. */
export type PeerUpgradeListener = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  peer: AcceptedPeer,
) => void;

export interface DaneServerOptions extends JudgeOptions {
  readonly credentials: TlsCredentials;
  /** Says which names may come at all, before DNS is asked anything. Names are in lower case. */
  readonly clientPolicy: { readonly allow: (clientName: string) => boolean };
  /** Code point of the client-identity extension; default DEFAULT_EXTENSION_TYPE. */
  readonly extensionType?: number;
  /**
   * Connections that may wait for a verdict at one time, default 256; more are refused: a flood must not become DNS
   * work.
   */
  readonly maxPending?: number;
}

/** What the handshake itself refused, in words. */
const HANDSHAKE_REFUSALS: Readonly<Record<string, string>> = {
  ERR_SSL_CERTIFICATE_VERIFY_FAILED: "its certificate came without a DANE client identity",
  ERR_SSL_BAD_EXTENSION: "its DANE client identity is empty or malformed",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "it does not speak TLS 1.3",
};

export class DaneServer extends Server {
  readonly #judge: PeerJudge;
  readonly #allow: (clientName: string) => boolean;
  readonly #extensionType: number | undefined;
  readonly #maxPending: number;
  readonly #serve: PeerRequestListener;
  readonly #admitted = new WeakMap<object, JudgedConnection>();
  readonly #pending = new Set<TLSSocket>();
  /** TCP connections whose handshake is under way. */
  readonly #shaking = new Set<Socket>();
  #onSettled: (() => void)[] = [];

  constructor(options: DaneServerOptions, listener: PeerRequestListener, onUpgrade?: PeerUpgradeListener) {
    const judge = new PeerJudge(options);
    super({
      ...contextOptions(options.credentials, judge),
      requestCert: true,
      rejectUnauthorized: false, // the verdict is ours, and needs more than OpenSSL knows
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#judge = judge;
    this.#extensionType = options.extensionType;
    this.#allow = options.clientPolicy.allow;
    this.#maxPending = options.maxPending ?? MAX_PENDING;
    this.#serve = listener;
    this.#requestNames();

    const toHttp = this.listeners("secureConnection") as ((socket: TLSSocket) => void)[];
    this.removeAllListeners("secureConnection");
    this.on("secureConnection", (socket: TLSSocket) => void this.#gate(socket, toHttp));
    this.on("connection", (socket: Socket) => {
      this.#shaking.add(socket);
      socket.once("close", () => this.#shaken(socket));
    });
    this.on("tlsClientError", (error: Error & { code?: string }) => {
      const code = error.code ?? error.message;
      judge.refuse(UNNAMED, HANDSHAKE_REFUSALS[code] ?? `the TLS handshake failed (${code})`);
    });
    this.on("request", (request, response) => void this.#request(request, response));
    if (onUpgrade === undefined) return;
    this.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      void this.#upgrade(request, socket, (peer) => onUpgrade(request, socket, head, peer));
    });
  }

  /** Presents another certificate from now on; connections that are open stay. */
  reload(credentials: TlsCredentials): void {
    this.setSecureContext(contextOptions(credentials, this.#judge));
    this.#requestNames();
  }

  /** In the TLS context that is new. */
  #requestNames(): void {
    if (this.#judge.policy.kind === "dane") requestClientName(this, this.#extensionType);
  }

  /** Also those that HTTP has not seen yet. */
  override closeAllConnections(): void {
    for (const socket of this.#pending) socket.destroy();
    super.closeAllConnections();
  }

  /** Whether there are clients that have connected, and have neither been judged nor gone. */
  get busy(): boolean {
    return this.#shaking.size > 0 || this.#pending.size > 0;
  }

  /** Resolves once there are no such clients. */
  async idle(): Promise<void> {
    if (this.busy) await new Promise<void>((resolve) => this.#onSettled.push(resolve));
  }

  #shaken(socket: Socket | undefined): void {
    if (socket !== undefined) this.#shaking.delete(socket);
    if (this.busy) return;
    for (const resolve of this.#onSettled.splice(0)) resolve();
  }

  /** Holds a connection back until its verdict, then hands it to HTTP. */
  async #gate(socket: TLSSocket, toHttp: readonly ((socket: TLSSocket) => void)[]): Promise<void> {
    socket.pause();
    const gone = (): void => {}; // the client gave up while it waited: "close" follows
    socket.on("error", gone);
    const shaking = [...this.#shaking].find(({ remotePort }) => remotePort === socket.remotePort);
    this.#pending.add(socket);
    try {
      const connection = await JudgedConnection.open(this.#judge, this.#claimedPeer(socket));
      if (socket.destroyed) return;
      this.#admitted.set(socket, connection);
      for (const listener of toHttp) listener.call(this, socket);
      socket.off("error", gone);
      socket.resume();
    } catch (error) {
      socket.destroy();
      if (!(error instanceof TrustError)) throw error;
    } finally {
      this.#pending.delete(socket);
      this.#shaken(shaking);
    }
  }

  /** Who the client says it is; everything about it that can be refused without DNS is refused here. */
  #claimedPeer(socket: TLSSocket): PeerInHandshake {
    const judge = this.#judge;
    const fault = connectionFault(socket);
    if (fault !== undefined) throw judge.refuse(UNNAMED, fault);
    const chain = presentedChain(socket);
    if (chain.length === 0) throw judge.refuse(UNNAMED, "it presented no certificate");
    const claim = judge.policy.kind === "dane" ? takeClientName(socket) : this.#nameInCertificate(chain[0]);
    if (claim === undefined) throw judge.refuse(UNNAMED, "it stated no name that may come here");
    if (!CLIENT_NAME.test(claim)) throw judge.refuse(UNNAMED, "the name that it stated is not a domain name");
    const name = canonicalName(claim);
    const peer = { role: "client", name } as const;
    if (!this.#allow(name)) throw judge.refuse(peer, "this name may not come here");
    if (this.#pending.size > this.#maxPending)
      throw judge.refuse(peer, `${this.#maxPending} connections wait for their verdict`);
    if (socket.authorized && chain.length === 1 && !isSelfIssued(chain[0]))
      throw judge.refuse(
        peer,
        `Node ${process.version} hides the chain of verified clients (nodejs/node#65579)`,
      );
    return { ...peer, tlsaOwners: [name], certificateNames: [name], chain, authorized: socket.authorized };
  }

  /** Under policy pkix a client is who its certificate says: the first of its names that may come. */
  #nameInCertificate(leaf: Uint8Array): string | undefined {
    let names: readonly string[];
    try {
      names = dnsNamesOf(leaf);
    } catch (error) {
      const reason = `its certificate cannot be read: ${(error as Error).message}`;
      throw this.#judge.refuse(UNNAMED, reason, { cause: error });
    }
    return names.find((name) => this.#allow(name));
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const peer = await this.#currentPeer(request.socket);
    if (peer !== undefined) this.#serve(request, response, peer);
  }

  async #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    takeOver: (peer: AcceptedPeer) => void,
  ): Promise<void> {
    const peer = await this.#currentPeer(request.socket);
    if (peer === undefined) return;
    const renewal = setInterval(() => void this.#currentPeer(request.socket), RENEWAL_INTERVAL_MS).unref();
    socket.once("close", () => clearInterval(renewal));
    takeOver(peer);
  }

  /**
   * The client of a connection. One that is kept may outlive the records by which its client was accepted: then it is
   * judged again, and undefined once it is closed.
   */
  async #currentPeer(socket: Duplex): Promise<AcceptedPeer | undefined> {
    const connection = this.#admitted.get(socket);
    try {
      if (!connection) throw this.#judge.refuse(UNNAMED, "its connection was not judged");
      if (!connection.isCurrent) await connection.renew();
    } catch (error) {
      socket.destroy();
      if (!(error instanceof TrustError)) throw error;
      return undefined;
    }
    if (socket.destroyed) return undefined;
    const { tlsa, dnssec } = connection.acceptance;
    return { name: connection.peer.name, tlsa, dnssec };
  }
}

const contextOptions = ({ privateKeyPem, chainPem }: TlsCredentials, judge: PeerJudge) =>
  ({
    key: privateKeyPem,
    cert: chainPem,
    ca: judge.rootsPem,
    minVersion: "TLSv1.3",
    secureOptions: constants.SSL_OP_NO_TICKET,
  }) as const;

/**
 * Some releases give a server only the leaf once OpenSSL has found a path to the roots: without the path, no verdict.
 */
const isSelfIssued = (der: Uint8Array): boolean => {
  const certificate = new X509Certificate(Buffer.from(der));
  return certificate.checkIssued(certificate);
};

const UNNAMED = { role: "client", name: undefined } as const;

/**
 * An HTTPS server for accepted clients only: TLS 1.3, no session resumption, no octet to `listener` before the verdict.
 * Under policy dane (the default) clients name themselves with the client-identity extension and need TLSA records at
 * that name; under policy pkix their certificate must lead to the given roots.
 * @throws Error "DANE client identity unavailable: ..." without the addon, or if the policy lacks what it needs
 */
export function createDaneServer(
  options: DaneServerOptions,
  listener: PeerRequestListener,
  onUpgrade?: PeerUpgradeListener,
): DaneServer {
  return new DaneServer(options, listener, onUpgrade);
}
