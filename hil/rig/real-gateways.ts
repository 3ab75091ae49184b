/** Gateways that are not the rig's, at the Network Server of organisation A: theirs is the air, and their clocks are their own. */
import type { Participant } from "../clock/index.ts";
import { type Forwarder, StationGatewayServer, UdpGatewayServer, udpGateways } from "../gateway/index.ts";
import type { GatewayLink, GatewayLinkOptions } from "./gateway-link.ts";
import type { ListenAddress } from "./listen-address.ts";
import { RigError } from "./rig-error.ts";

/** In wall time: a gateway that is there acknowledges a downlink at once. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Nobody waits for what is far away: time goes on by itself there. */
const NEVER_BUSY: Participant = { busy: false, idle: async () => {} };

/** Of the gateway that the rig would have: it is not there. */
const NO_FORWARDER: Forwarder = {
  ...NEVER_BUSY,
  failed: false,
  start: async () => {},
  stop: async () => {},
  heard: () => {},
};

/** Has the Network Server listen for them. Throws RigError where it cannot. */
export async function openRealGateways(
  at: ListenAddress,
  { plan, network: { netId }, clock, startedAt, onNotice }: GatewayLinkOptions,
): Promise<GatewayLink> {
  const common = {
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    onRejected: ({ from, reason }: { from: string; reason: string }) => onNotice(`${from}: ${reason}`),
  };
  const listening = async (listen: () => Promise<{ host: string; port: number }>, scheme: string) => {
    const { host, port } = await listen().catch((error: Error) => {
      throw new RigError("usage", `gateways cannot be served at ${at.host}:${at.port}: ${error.message}`);
    });
    onNotice(`waits for gateways at ${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`);
  };
  const link = { participant: NEVER_BUSY, forwarder: () => NO_FORWARDER };
  if (at.protocol === "udp") {
    const udp = new UdpGatewayServer({ ...common, onWarning: onNotice });
    await listening(() => udp.listen(at.port, at.host), "udp");
    return { ...link, server: udpGateways(udp), close: () => udp.close() };
  }
  const stations = new StationGatewayServer({
    ...{ ...common, plan, netId, clock, startedAt },
    access: { kind: "open" },
  });
  await listening(() => stations.listen(at.port, at.host), "ws");
  return { ...link, server: stations, close: () => stations.close() };
}
