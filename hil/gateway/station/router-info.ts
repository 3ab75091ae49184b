/** /router-info: a station asks where its server is. tc.c (tc_info_request). */
import { JsonMembers } from "../json-members.ts";
import { PacketError } from "../packet-error.ts";
import { formatId6, parseEui } from "./eui.ts";
import { parseWideJson, wideJson } from "./wide-json.ts";

/** What the server is called; stations only log it. */
const MUXS = "::0";

export interface Discovery {
  readonly eui: string;
}

export function discoveryRequest(eui: string): string {
  return wideJson({ router: formatId6(eui) });
}

/** @throws PacketError if the message is not such a question. */
export function parseDiscovery(data: Buffer, isBinary: boolean): Discovery {
  if (isBinary) throw new PacketError("router-info", "the message is binary");
  const members = new JsonMembers(parseWideJson(data.toString("utf8")), "router-info");
  return { eui: parseEui(members.value("router"), "router-info.router") };
}

export function discoveryAnswer(eui: string, uri: string): string {
  return wideJson({ router: formatId6(eui), muxs: MUXS, uri });
}

/** Without an EUI where the question had none that could be read. */
export function discoveryRefusal(eui: string | undefined, error: string): string {
  return wideJson({ ...(eui === undefined ? {} : { router: formatId6(eui) }), error });
}

/**
 * Where to go, from the answer of the server at `asked`. The gateway's token goes there too: never from TLS to a connection
 * in clear, and in clear to no other host.
 * @throws PacketError if the server refuses, or says nothing that a station could follow.
 */
export function parseDiscoveryAnswer(data: Buffer, asked: URL): URL {
  const members = new JsonMembers(parseWideJson(data.toString("utf8")), "router-info");
  if (members.has("error"))
    throw new PacketError("router-info", `the server refuses: ${members.string("error")}`);
  const uri = members.matching("uri", /^wss?:\/\/[^\s/]+:\d+\/\S*$/, "wss://lns.example:8887/traffic/eui-1");
  if (!URL.canParse(uri)) throw members.error("uri", "is no URI");
  const server = new URL(uri);
  const isSafe =
    server.protocol === "wss:" || (asked.protocol === "ws:" && server.hostname === asked.hostname);
  if (!isSafe) throw members.error("uri", "leads from TLS, or from its host, to a connection in clear");
  return server;
}
