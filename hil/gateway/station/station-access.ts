/** Which gateway a connection may speak for, and how that is proven: by a client certificate, by a token, or not at all. */
import { createHash, timingSafeEqual } from "node:crypto";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { createDaneServer, type DaneServerOptions, type TlsCredentials } from "../../trust/index.ts";
import { isLoopback } from "../loopback.ts";

export type StationAccess =
  /** TLS both ways: a station is who its certificate says, by the policy that `tls` has. Names in lower case, EUIs in upper. */
  | {
      readonly kind: "client-certificate";
      readonly tls: Omit<DaneServerOptions, "clientPolicy">;
      readonly euiOf: ReadonlyMap<string, string>;
    }
  /** TLS, and behind it `Authorization: Bearer TOKEN`, a token for each EUI. */
  | {
      readonly kind: "token";
      readonly credentials: TlsCredentials;
      readonly tokenOf: ReadonlyMap<string, string>;
    }
  /** No TLS, and every EUI to everybody: on loopback addresses only. */
  | { readonly kind: "open" };

/** Why a connection may not speak for a gateway; undefined if it may. */
export type Admission = (eui: string) => string | undefined;

export type StationUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  admission: Admission,
) => void;

/** The HTTP server that turns connections into WebSockets. Anything else is told to do so (RFC 9110, 15.5.22). */
export function createStationServer(
  access: StationAccess,
  onUpgrade: StationUpgrade,
): { server: Server; scheme: "ws" | "wss" } {
  if (access.kind === "client-certificate") {
    const { tls, euiOf } = access;
    const server = createDaneServer(
      { ...tls, clientPolicy: { allow: (name) => euiOf.has(name) } },
      upgradeRequired,
      (request, socket, head, peer) =>
        onUpgrade(request, socket, head, (eui) =>
          euiOf.get(peer.name) === eui ? undefined : `client ${peer.name} does not speak for gateway ${eui}`,
        ),
    );
    return { server, scheme: "wss" };
  }
  const server =
    access.kind === "open"
      ? createHttpServer(upgradeRequired)
      : createHttpsServer(
          {
            key: access.credentials.privateKeyPem,
            cert: access.credentials.chainPem,
            minVersion: "TLSv1.2", // what mbed TLS in stations of today has
          },
          upgradeRequired,
        );
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    onUpgrade(request, socket, head, (eui) =>
      access.kind === "open" || hasToken(request, access.tokenOf.get(eui))
        ? undefined
        : `it has no token for gateway ${eui}`,
    ),
  );
  return { server, scheme: access.kind === "open" ? "ws" : "wss" };
}

/** @throws RangeError where everybody could come. */
export function refuseOpenAddress(access: StationAccess, host: string): void {
  if (access.kind !== "open" || isLoopback(host)) return;
  throw new RangeError(
    `stations without TLS are served on a loopback address only, not on ${host}: give a token or client certificates`,
  );
}

function hasToken({ headers }: IncomingMessage, token: string | undefined): boolean {
  const [, given] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  if (token === undefined || given === undefined) return false;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function upgradeRequired(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { Upgrade: "websocket", Connection: "Upgrade", "Content-Length": 0 }).end();
}
