/**
 * A Network Server as somebody else runs one: a process of its own, in real time, that knows one device and says on stdout
 * where its gateways are to come. `network-server-process.ts udp|station DEVICE.json`
 */
import { readFileSync } from "node:fs";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { StationGatewayServer, UdpGatewayServer, udpGateways } from "../../../hil/gateway/index.ts";
import { NetworkPlan } from "../../../hil/lorawan/index.ts";
import { Identities } from "../../unit/backend/support/identities.ts";
import { AS_ID, NET_ID, TestNetwork } from "../../unit/backend/support/network.ts";

const [protocol, path] = process.argv.slice(2);
const { devEui, joinEui, appKey, nwkKey } = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;

const clock = new VirtualClock();
const startedAt = new Date();
const begunMs = performance.now();
setInterval(() => clock.advanceTo((performance.now() - begunMs) * 1e6), 1);

const plan = new NetworkPlan("EU868");
const udp = new UdpGatewayServer();
const station = new StationGatewayServer({ plan, netId: NET_ID, clock, startedAt, access: { kind: "open" } });
const network = await TestNetwork.start(await Identities.create(), {
  clock,
  joinEui,
  gatewayServer: protocol === "udp" ? udpGateways(udp) : station,
});
const macVersion = "1.1";
network.networkServer.registerDevice({ devEui, macVersion });
network.applicationServer.registerDevice({ devEui, joinEui });
await network.joinServer.registerDevice({
  ...{ devEui, joinEui, macVersion, homeNetId: NET_ID, asId: AS_ID },
  nwkKey: Buffer.from(nwkKey, "hex"),
  appKey: Buffer.from(appKey, "hex"),
});
const { host, port } = await (protocol === "udp" ? udp.listen() : station.listen());
process.stdout.write(`${protocol === "udp" ? "udp" : "ws"}://${host}:${port}\n`);
