/** A Network Server that is not the rig's own, by its address: "udp://host:port" or "wss://host:port". */
import {
  type Forwarder,
  type GatewayRadio,
  isLoopback,
  stationForwarder,
  udpForwarder,
} from "../gateway/index.ts";
import type { NetworkPlan } from "../lorawan/index.ts";
import { RigError } from "./rig-error.ts";

/** Of packet forwarders by habit. */
const UDP_PORT = 1700;
/** A server on the other side of the world answers in less. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface ForeignServer {
  /** As it was given, without anything secret. */
  readonly url: string;
  readonly protocol: "udp" | "station";
  /** The protocol side of a gateway that is connected to it. */
  readonly forwarder: (plan: NetworkPlan) => (radio: GatewayRadio) => Forwarder;
}

/** `token`: what a station shows the server; for wss. Throws RigError where the address is none that a gateway can go to. */
export function foreignServer(url: string, token: string | undefined): ForeignServer {
  const refuse = (reason: string) => new RigError("usage", `the Network Server ${url}: ${reason}`);
  if (!URL.canParse(url)) throw refuse("is no URL; write udp://host:port or wss://host:port");
  const { protocol, hostname, port, username, password, search } = new URL(url);
  if (username !== "" || password !== "" || search !== "")
    throw refuse("an address here holds no secrets; a token comes from JOINERY_GATEWAY_TOKEN");
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "") throw refuse("names no host");
  if (protocol === "udp:") {
    const server = { host, port: port === "" ? UDP_PORT : Number(port) };
    return {
      url,
      protocol: "udp",
      forwarder: (plan) => {
        const channels = plan.channels.map((channel) => ({ ...channel, frequencyHz: channel.uplinkHz }));
        const settings = { channels, transmitHz: plan.rangeHz };
        return udpForwarder({ ...settings, server, answerTimeoutMs: ANSWER_TIMEOUT_MS });
      },
    };
  }
  if (protocol !== "wss:" && !(protocol === "ws:" && isLoopback(host)))
    throw refuse("a gateway goes there by udp or wss, and by ws on a loopback address only");
  return {
    url,
    protocol: "station",
    forwarder: () => stationForwarder({ uri: url, token, answerTimeoutMs: ANSWER_TIMEOUT_MS }),
  };
}
