/** Addresses that nobody on another computer reaches: there gateways may be without authentication. */
import { isIP } from "node:net";

/** `host` as one writes it: a name or an address, an IPv6 one without brackets. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
