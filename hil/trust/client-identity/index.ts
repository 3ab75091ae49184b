/**
 * The DANE client-identity extension of TLS 1.3 (draft-ietf-dance-client-auth): a client names the TLSA record by
 * which it wants to be judged. The server asks with an empty name in CertificateRequest, the client answers in the
 * leaf entry of its Certificate message. A client certificate that comes without the extension, or with an empty
 * name, ends the handshake with the alert handshake_failure.
 */
import type { SecureContext, Server, TLSSocket } from "node:tls";
import { ClientIdentityUnavailable, loadAddon } from "./addon.ts";

export { ClientIdentityUnavailable };

/**
 * The extension has no registered code point yet. This one is of the private range (RFC 8446 section 11:
 * 0xff00..0xffff); both sides must use the same.
 */
export const DEFAULT_EXTENSION_TYPE = 0xff5d;

/** RFC 5705 section 4: labels of private use begin with EXPERIMENTAL. */
const LABEL = "EXPERIMENTAL joinery client identity";
const KEYING_MATERIAL_OCTETS = 32;

/** Node keeps the SSL_CTX of a SecureContext here, and tls.Server its own SecureContext in `_sharedCreds`. */
interface ContextInternals {
  context?: { readonly _external?: unknown };
}

function sslCtxOf(context: SecureContext | undefined): unknown {
  const external = (context as ContextInternals | undefined)?.context?._external;
  if (external === undefined)
    throw new ClientIdentityUnavailable(`Node ${process.version} does not give the TLS context`);
  return external;
}

/**
 * Makes every TLS 1.3 connection of `context` state `clientName` when a server asks for it. One name a context.
 * @param clientName owner name of the client's TLSA records: ASCII, 1..255 octets, no trailing dot
 * @throws ClientIdentityUnavailable without the addon
 */
export function offerClientName(
  context: SecureContext,
  clientName: string,
  extensionType: number = DEFAULT_EXTENSION_TYPE,
): void {
  loadAddon().register(sslCtxOf(context), extensionType, Buffer.from(clientName, "latin1"));
}

/**
 * Makes `server` ask each client for its name, refuse client certificates without one, and issue no session tickets.
 * `server.setSecureContext` makes a new context: call this again after it.
 * @throws ClientIdentityUnavailable without the addon
 */
export function requestClientName(server: Server, extensionType: number = DEFAULT_EXTENSION_TYPE): void {
  const context = (server as Server & { _sharedCreds?: SecureContext })._sharedCreds;
  loadAddon().register(sslCtxOf(context), extensionType);
}

/**
 * The name that the client of a finished handshake gave, as it came (one character an octet); undefined when it gave
 * none. To be asked once a connection, on the server's side only.
 */
export function takeClientName(socket: TLSSocket): string | undefined {
  const material = socket.exportKeyingMaterial(KEYING_MATERIAL_OCTETS, LABEL, Buffer.alloc(0));
  return loadAddon().takeClientName(material, LABEL)?.toString("latin1");
}
