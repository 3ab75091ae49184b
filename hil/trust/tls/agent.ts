/**
 * An HTTPS agent that speaks only to servers whose TLSA records vouch for their certificate (RFC 6698, RFC 7671), and
 * that can name itself with the DANE client-identity extension.
 *
 * A connection is handed to HTTP when the server has been judged, so no octet of a request leaves before. Connections
 * are kept alive as long as the records by which their server was accepted; then the next request opens a new one.
 */
import type { ClientRequest } from "node:http";
import { Agent, type RequestOptions } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { offerClientName } from "../client-identity/index.ts";
import { tlsaOwner } from "../dane/index.ts";
import { canonicalName, DnsFailure } from "../dnssec/index.ts";
import type { Resolver, SecureAnswer } from "../resolver/index.ts";
import { type JudgeOptions, PeerJudge } from "./judge.ts";
import {
  type Acceptance,
  connectionFault,
  type PeerInHandshake,
  presentedChain,
  type TlsCredentials,
  tlsaRecords,
} from "./policy.ts";
import { TrustError } from "./verdict.ts";

const HTTPS_PORT = 443;
const CONNECT_TIMEOUT_MS = 5000;

export interface DaneAgentOptions extends JudgeOptions {
  readonly credentials: TlsCredentials;
  /** Owner name of this client's TLSA records; undefined: the client does not name itself. */
  readonly clientName?: string;
  /** Code point of the client-identity extension; default DEFAULT_EXTENSION_TYPE. */
  readonly extensionType?: number;
  /** For one TLS handshake. Default 5000 ms. */
  readonly connectTimeoutMs?: number;
}

/** Where a server is to be found and by which names it is known. */
interface Destination {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** Host name and, before it, the end of its aliases (RFC 7671 section 7). */
  readonly names: readonly string[];
}

declare module "node:http" {
  interface Agent {
    /**
     * Left out of the types of Node. Called for each request: takes a kept-alive connection, opens one, or waits for
     * one.
     */
    addRequest(request: ClientRequest, options: RequestOptions): void;
  }
}

type ConnectionCallback = (error: Error | null, socket: Duplex) => void;

/** An agent whose certificate can be renewed. */
export interface ReloadingAgent extends Agent {
  /** Presents another certificate from now on: connections are closed, and what was under way on them fails. */
  reload(credentials: TlsCredentials): void;
}

class DaneAgent extends Agent implements ReloadingAgent {
  readonly #judge: PeerJudge;
  readonly #resolver: Resolver | undefined;
  #context: SecureContext;
  readonly #clientName: string | undefined;
  readonly #extensionType: number | undefined;
  readonly #connectTimeoutMs: number;
  readonly #acceptances = new WeakMap<Duplex, Acceptance>();

  constructor(options: DaneAgentOptions) {
    // First in, first out: in that order http passes over connections that were closed.
    super({ keepAlive: true, maxCachedSessions: 0, scheduling: "fifo" });
    this.#judge = new PeerJudge(options);
    this.#resolver = options.resolver;
    this.#clientName = options.clientName;
    this.#extensionType = options.extensionType;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    this.#context = this.#contextOf(options.credentials);
    // Before http gives the connection to a request that waits for one.
    this.prependListener("free", (socket: Duplex) => this.#closeExpired([socket]));
  }

  reload(credentials: TlsCredentials): void {
    this.#context = this.#contextOf(credentials);
    this.destroy();
  }

  #contextOf(credentials: TlsCredentials): SecureContext {
    const context = createSecureContext({
      key: credentials.privateKeyPem,
      cert: credentials.chainPem,
      ca: this.#judge.rootsPem,
      minVersion: "TLSv1.3",
    });
    if (this.#clientName !== undefined) offerClientName(context, this.#clientName, this.#extensionType);
    return context;
  }

  /** Called by http for each new connection; the socket is given back when its server has been accepted. */
  override createConnection(options: RequestOptions, callback?: ConnectionCallback): undefined {
    this.#open(options).then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never), // as http itself calls it
    );
  }

  override addRequest(request: ClientRequest, options: RequestOptions): void {
    for (const idle of Object.values(this.freeSockets)) this.#closeExpired(idle ?? []);
    super.addRequest(request, options);
  }

  /** A connection cannot be held back once a request has it: `end` of a request undoes every cork. */
  #closeExpired(sockets: readonly Duplex[]): void {
    for (const socket of sockets) {
      const acceptance = this.#acceptances.get(socket);
      if (!acceptance || !this.#judge.isCurrent(acceptance)) socket.destroy();
    }
  }

  async #open(options: RequestOptions): Promise<TLSSocket> {
    const destination = await this.#destination(options);
    const socket = await this.#connectToOne(destination);
    try {
      this.#acceptances.set(socket, await this.#judge.judge(this.#presentedPeer(socket, destination)));
    } catch (error) {
      socket.destroy();
      throw error;
    }
    if (socket.destroyed) throw socket.errored ?? new Error(this.#refusalText(destination));
    return socket;
  }

  /** Address and, under policy dane, TLSA records: all DNS work comes before the first octet to the server. */
  async #destination({ host, port, socketPath }: RequestOptions): Promise<Destination> {
    const name = canonicalName(host ?? "");
    const server = { role: "server", name } as const;
    const destination = { host: name, port: Number(port ?? HTTPS_PORT) };
    if (socketPath) throw this.#judge.refuse(server, "a local socket has no name to be judged by");
    if (this.#judge.policy.kind === "pkix" && !this.#resolver)
      return { ...destination, addresses: [name], names: [name] };
    if (isIP(name))
      throw this.#judge.refuse(server, "an address cannot be judged by TLSA records; use the server's name");
    try {
      const { addresses, names } = await this.#addresses(name);
      if (this.#judge.policy.kind === "dane")
        await tlsaRecords(this.#resolver!, tlsaOwners(names, destination.port));
      return { ...destination, addresses, names };
    } catch (error) {
      if (!(error instanceof DnsFailure)) throw error;
      throw this.#judge.refuse(server, error.message, { dnssec: error.kind, cause: error });
    }
  }

  async #addresses(name: string): Promise<{ addresses: string[]; names: string[] }> {
    const found: SecureAnswer[] = [];
    let absent: DnsFailure | undefined;
    for (const type of ["A", "AAAA"]) {
      try {
        found.push(await this.#resolver!.resolve(name, type));
      } catch (error) {
        if (!(error instanceof DnsFailure && error.proven)) throw error;
        absent = error;
      }
    }
    if (absent && found.length === 0) throw absent;
    return {
      addresses: found.flatMap(({ records }) => records as readonly string[]),
      names: [...new Set([found[0].canonicalName, name])],
    };
  }

  /** The first address that takes the connection; the error of the last if none does. */
  async #connectToOne(destination: Destination): Promise<TLSSocket> {
    let failure: unknown;
    for (const address of destination.addresses) {
      try {
        return await this.#handshake(address, destination);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #handshake(address: string, destination: Destination): Promise<TLSSocket> {
    const { host, port } = destination;
    const timeoutMs = this.#connectTimeoutMs;
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: address,
        port,
        servername: isIP(host) ? "" : host, // an address cannot be one (RFC 6066 section 3)
        secureContext: this.#context,
        rejectUnauthorized: false, // the verdict is ours, and needs more than OpenSSL knows
        minVersion: "TLSv1.3",
        ALPNProtocols: ["http/1.1"],
      });
      const timer = setTimeout(
        () => socket.destroy(new Error(`${host}:${port}: no TLS connection within ${timeoutMs} ms`)),
        timeoutMs,
      );
      // Of the handshake only: later it finds the promise settled.
      socket.once("error", (error: NodeJS.ErrnoException) => {
        // The server by its name, as everywhere.
        if (error.syscall === "connect") error.message = `${host}:${port}: connect ${error.code}`;
        reject(error);
      });
      socket.once("close", () => clearTimeout(timer));
      socket.once("secureConnect", () => {
        clearTimeout(timer);
        this.#explainRefusals(socket, destination);
        resolve(socket);
      });
    });
  }

  #presentedPeer(socket: TLSSocket, { host, port, names }: Destination): PeerInHandshake {
    const fault = connectionFault(socket);
    if (fault !== undefined) throw this.#judge.refuse({ role: "server", name: host }, fault);
    return {
      role: "server",
      name: host,
      tlsaOwners: tlsaOwners(names, port),
      certificateNames: names,
      chain: presentedChain(socket),
      authorized: socket.authorized,
    };
  }

  #refusalText({ host, port }: Destination): string {
    const self =
      this.#clientName === undefined ? "this client, which states no name" : `client ${this.#clientName}`;
    return `${host}:${port} closed the connection before its first answer; it may have refused ${self}`;
  }

  /**
   * In TLS 1.3 a client learns of the server's refusal only after its own handshake has ended: by an alert, or by the
   * connection being closed in place of the first answer. The error says so. (`bytesRead` counts what TLS gave out.)
   */
  #explainRefusals(socket: TLSSocket, destination: Destination): void {
    socket.on("error", (error: Error & { code?: string }) => {
      if (socket.bytesRead > 0 || error instanceof TrustError) return;
      error.message = `${this.#refusalText(destination)} (${error.code ?? error.message})`;
    });
    socket.on("end", () => {
      // http would say "socket hang up"; as the socket's error the explanation reaches the request first.
      if (socket.bytesRead > 0) return;
      socket.emit("error", Object.assign(new Error("end of data"), { code: "ECONNRESET" }));
    });
  }
}

const tlsaOwners = (names: readonly string[], port: number): string[] =>
  names.map((name) => tlsaOwner(port, name));

/**
 * An agent for https requests to servers that their TLSA records vouch for (policy dane, the default) or whose
 * certificate leads to the given roots (policy pkix). TLS 1.3, no session resumption. Requests to a server that is
 * refused fail with TrustError.
 * @throws Error "DANE client identity unavailable: ..." if a client name is given and the addon is missing
 */
export function createDaneAgent(options: DaneAgentOptions): ReloadingAgent {
  return new DaneAgent(options);
}
