/**
 * TS002 over HTTPS (TS002-1.0 section 22.1): one POST with a JSON body, the answer in the HTTP response.
 * Who the peer is, the agent (client) and the server's TLS settings decide; nothing here trusts on its own.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Agent, request as httpsRequest, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { type AnswerTypeTo, decodeAnswer, type MessageOf, type RequestType } from "./interfaces/index.ts";

/** More than any message needs: the limit of The Things Stack's server. */
const BODY_LIMIT_OCTETS = 32 * 1024;

/** Why no answer came. `http-status` and the two below it mean that something answered, but not with TS002. */
export type ExchangeFailure = "connection" | "timeout" | "http-status" | "no-json" | "no-answer";

/** The exchange with the peer failed; `cause` holds what the connection or the decoder said. */
export class ExchangeError extends Error {
  override readonly name = "ExchangeError";
  readonly failure: ExchangeFailure;
  readonly url: string;

  constructor(failure: ExchangeFailure, url: string, reason: string, cause?: unknown) {
    super(`${url}: ${reason}`, { cause });
    this.failure = failure;
    this.url = url;
  }
}

interface Response {
  readonly status: number;
  readonly body: Buffer;
}

function post(agent: Agent, url: string, body: Buffer, timeoutMs: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, {
      agent,
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "Content-Length": body.length,
      },
    });
    const fail = (failure: ExchangeFailure, reason: string, cause?: unknown): void => {
      clearTimeout(timer);
      reject(new ExchangeError(failure, url, reason, cause));
      request.destroy();
    };
    const timer = setTimeout(() => fail("timeout", `no answer within ${timeoutMs} ms`), timeoutMs);
    const broken = (error: Error): void => fail("connection", `connection failed: ${error.message}`, error);
    request.on("error", broken);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let octets = 0;
      response.on("error", broken);
      response.on("data", (chunk: Buffer) => {
        octets += chunk.length;
        if (octets > BODY_LIMIT_OCTETS)
          fail("no-answer", `the answer is longer than ${BODY_LIMIT_OCTETS} octets`);
        else chunks.push(chunk);
      });
      response.on("end", () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
      });
    });
    request.end(body);
  });
}

/**
 * Sends a request and returns the peer's answer, whatever its ResultCode (`requireSuccess` tells).
 * Some servers send the answer of a failure with status 400 or 500: it counts as the answer it is.
 * @throws ExchangeError if no answer of TS002 came within `timeoutMs`.
 */
export async function postMessage<T extends RequestType>(
  agent: Agent,
  url: string,
  message: { readonly MessageType: T } & MessageOf<T>,
  options: { readonly timeoutMs: number },
): Promise<MessageOf<AnswerTypeTo<T>>> {
  const { status, body } = await post(agent, url, Buffer.from(JSON.stringify(message)), options.timeoutMs);
  const ok = status >= 200 && status <= 299;
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (error) {
    if (!ok)
      throw new ExchangeError("http-status", url, `HTTP status ${status} without a TS002 answer`, error);
    throw new ExchangeError("no-json", url, "the answer is not JSON", error);
  }
  try {
    return decodeAnswer<T>(value, message);
  } catch (error) {
    const reason = (error as Error).message;
    if (!ok)
      throw new ExchangeError(
        "http-status",
        url,
        `HTTP status ${status} without a TS002 answer: ${reason}`,
        error,
      );
    throw new ExchangeError("no-answer", url, `not the answer to this request: ${reason}`, error);
  }
}

/** The other end of a connection, as TLS proved it. */
export interface Peer {
  readonly name: string;
}

/** Answers a parsed JSON value. A refusal is an answer too; only a fault of the server itself rejects. */
export type MessageHandler = (message: unknown, peer: Peer) => Promise<object>;

class BodyTooLong extends Error {}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let octets = 0;
    request.on("data", (chunk: Buffer) => {
      octets += chunk.length;
      // What follows is read and dropped: closing now could take the answer away from a peer that still sends.
      if (octets > BODY_LIMIT_OCTETS) reject(new BodyTooLong());
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.on("error", reject);
  });
}

/** The method, media type and length that TS002 needs, or the HTTP status that says what is wrong. */
function refusalOfHead(request: IncomingMessage): { status: number; description: string } | undefined {
  if (request.method !== "POST") return { status: 405, description: `method ${request.method}: send POST` };
  const mediaType = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  if (mediaType !== "application/json")
    return { status: 415, description: "the Content-Type must be application/json" };
  if (Number(request.headers["content-length"] ?? 0) > BODY_LIMIT_OCTETS) return TOO_LONG;
  return undefined;
}

const TOO_LONG = { status: 413, description: `the body is longer than ${BODY_LIMIT_OCTETS} octets` };

function send(response: ServerResponse, status: number, body: object): void {
  const octets = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, { "Content-Type": "application/json", "Content-Length": octets.length })
    .end(octets);
}

/** A refusal before there is a message. */
function refuse(response: ServerResponse, status: number, resultCode: string, description: string): void {
  if (status === 405) response.setHeader("Allow", "POST");
  send(response, status, { Result: { ResultCode: resultCode, Description: description } });
}

export type PeerListener = (request: IncomingMessage, response: ServerResponse, peer: Peer) => void;

/**
 * A request listener that takes a message from the body and sends the handler's answer with status 200, also
 * when the answer is a refusal: some clients do not look into other responses.
 * `onFault` hears of a handler that rejected; the peer learns only that the server failed.
 */
function messageListener(handle: MessageHandler, onFault: (error: unknown) => void): PeerListener {
  const serve = async (request: IncomingMessage, response: ServerResponse, peer: Peer): Promise<void> => {
    const refusal = refusalOfHead(request);
    if (refusal) return refuse(response, refusal.status, "MalformedRequest", refusal.description);
    let message: unknown;
    try {
      message = JSON.parse(await readBody(request));
    } catch (error) {
      if (error instanceof BodyTooLong)
        return refuse(response, TOO_LONG.status, "MalformedRequest", TOO_LONG.description);
      if (error instanceof SyntaxError)
        return refuse(response, 400, "MalformedRequest", "the body is not JSON");
      throw error;
    }
    send(response, 200, await handle(message, peer));
  };
  return (request, response, peer) => {
    serve(request, response, peer).catch((error) => {
      // A peer that went away while it was sending is no fault of this server.
      if (request.destroyed && !request.complete) return;
      onFault(error);
      refuse(response, 500, "Other", "the server failed; its log says why");
    });
  };
}

/** A server that takes messages at `url`. */
export interface ListeningServer {
  readonly host: string;
  readonly port: number;
  /** Stops listening and ends the connections that are open. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Makes the TLS server that proves who the peer is before it calls the listener. */
  readonly createServer: (listener: PeerListener) => Server;
  /** Default: loopback, a free port. */
  readonly host?: string;
  readonly port?: number;
}

/** A message comes in one piece or not at all. */
const REQUEST_TIMEOUT_MS = 10_000;

/** @throws if the address cannot be bound. */
export async function listenForMessages(
  { createServer, host = "127.0.0.1", port = 0 }: ListenOptions,
  handle: MessageHandler,
  onFault: (error: unknown) => void,
): Promise<ListeningServer> {
  const server = createServer(messageListener(handle, onFault));
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
