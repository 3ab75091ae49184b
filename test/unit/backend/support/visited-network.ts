/** Two networks with a roaming agreement: the home network of `TestNetwork`, and one with a gateway of its own. */
import type { ServerEvent } from "../../../../hil/backend/events.ts";
import type { ListeningServer } from "../../../../hil/backend/http.ts";
import { NetworkServer } from "../../../../hil/backend/index.ts";
import { type LoraTxpk, UdpGatewayServer, udpGateways } from "../../../../hil/gateway/index.ts";
import { TestGateway } from "./gateway.ts";
import { type Identities, NS_NAME } from "./identities.ts";
import { NET_ID, TestNetwork } from "./network.ts";

export const VISITED_NET_ID = "600C01";
export const VISITED_NS_NAME = "_ns-client.ns.net-c.example";
const TIMEOUT_MS = 2000;

export class VisitedNetwork {
  readonly home: TestNetwork;
  readonly events: ServerEvent[] = [];
  readonly gateway = new TestGateway("00000000000000C3");
  networkServer!: NetworkServer;
  readonly #gatewayServer = new UdpGatewayServer({ answerTimeoutMs: 200 });
  readonly #ports: Map<string, number>;
  #listening: ListeningServer | undefined;
  #tmst = 1_000_000;

  /** Both networks; `lifetimeSeconds` is what the home network grants. */
  static async start(
    identities: Identities,
    { lifetimeSeconds = 0, isPartner = true } = {},
  ): Promise<VisitedNetwork> {
    const ports = new Map<string, number>();
    const discover = async (netId: string) => {
      const port = ports.get(netId);
      if (port === undefined) throw new Error(`no server of NetID ${netId} in DNS`);
      return { target: "localhost", port, path: "/" };
    };
    const home = await TestNetwork.start(identities, {
      roaming: {
        options: {
          partners: isPartner
            ? [{ netId: VISITED_NET_ID, clientName: VISITED_NS_NAME, lifetimeSeconds }]
            : [],
          discover,
          timeoutMs: TIMEOUT_MS,
        },
        joinServerPeers: [{ senderId: VISITED_NET_ID, clientName: VISITED_NS_NAME, roaming: true }],
      },
    });
    const visited = new VisitedNetwork(home, ports);
    const agent = await identities.agent(VISITED_NS_NAME);
    visited.networkServer = new NetworkServer({
      netId: VISITED_NET_ID,
      clock: home.clock,
      startedAt: new Date("2026-01-01T00:00:00Z"),
      gatewayServer: udpGateways(visited.#gatewayServer),
      joinServer: {
        discover: async () => ({ target: "localhost", port: home.joinServerPort, path: "/" }),
        agent,
        timeoutMs: TIMEOUT_MS,
      },
      applicationServer: {
        ...{ id: "as.net-c.example", url: "https://localhost:9/", agent, timeoutMs: TIMEOUT_MS },
        clientName: "_as-client.as.net-c.example",
      },
      keks: [],
      random: () => 0.5,
      onEvent: (event) => visited.events.push(event),
      roaming: {
        partners: [{ netId: NET_ID, clientName: NS_NAME }],
        discover,
        agent,
        timeoutMs: TIMEOUT_MS,
      },
    });
    await visited.#listen(identities);
    return visited;
  }

  private constructor(home: TestNetwork, ports: Map<string, number>) {
    this.home = home;
    this.#ports = ports;
  }

  async #listen(identities: Identities): Promise<void> {
    this.#listening = await this.networkServer.listen(identities.listenOptions());
    this.#ports.set(VISITED_NET_ID, this.#listening.port);
    this.#ports.set(NET_ID, Number(new URL(this.home.networkServerPeer.url).port));
    await this.gateway.connect(await this.#gatewayServer.listen());
    this.home.participants.push(this.networkServer, this.#gatewayServer);
  }

  /** It finds another server in place of the home network's. */
  findsHomeAt(port: number): void {
    this.#ports.set(NET_ID, port);
  }

  /** Where its Network Server listens. */
  get url(): string {
    return `https://localhost:${this.#ports.get(VISITED_NET_ID)}/`;
  }

  /** A frame heard by its gateway on channel 0 at DR5; returns the gateway's timestamp. */
  async hear(phyPayload: Uint8Array): Promise<number> {
    this.#tmst += 10_000_000;
    await this.gateway.push(phyPayload, { tmst: this.#tmst });
    return this.#tmst;
  }

  /** What its gateway was given to send since the last time. */
  takeDownlinks(): LoraTxpk[] {
    return this.gateway.downlinks.splice(0);
  }

  /** Reasons of everything that did not go as it should, there. */
  get failures(): string[] {
    return this.events.filter(({ ok }) => !ok).map(({ step, reason }) => `${step}: ${reason}`);
  }

  /** Steps of roaming, there and at home. */
  get steps(): { readonly visited: string[]; readonly home: string[] } {
    const roaming = ({ step }: ServerEvent) => /roam|handed|hand-over|partner/.test(step);
    return {
      visited: this.events.filter(roaming).map(({ step }) => step),
      home: this.home.events.filter(roaming).map(({ step }) => step),
    };
  }

  /** Its Network Server is gone. */
  async stop(): Promise<void> {
    await this.#listening?.close();
    this.#listening = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.gateway.close();
    await this.#gatewayServer.close();
    await this.home.close();
  }
}
