/** Where the Network Server of a run is to be for gateways that are not the rig's: "udp://host:port" or "ws://host:port". */
import { isLoopback } from "../gateway/index.ts";
import { RigError } from "./rig-error.ts";

export interface ListenAddress {
  readonly protocol: "udp" | "station";
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Throws RigError where gateways cannot be served there. */
export function listenAddress(url: string): ListenAddress {
  const refuse = (reason: string) => new RigError("usage", `gateways at ${url}: ${reason}`);
  if (!URL.canParse(url)) throw refuse("is no URL; write udp://0.0.0.0:1700 or ws://127.0.0.1:1887");
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "" || port === "") throw refuse("name the address to listen on and the port");
  const address = { host, port: Number(port) };
  if (protocol === "udp:") return { protocol: "udp", ...address };
  if (protocol !== "ws:") throw refuse("gateways are served by udp, and by ws on a loopback address");
  if (!isLoopback(host)) {
    throw refuse(
      "without TLS stations are served on a loopback address only: have a proxy with TLS on this computer, or a tunnel, lead there",
    );
  }
  return { protocol: "station", ...address };
}
