/** Who may be a station: over TLS with a token or with a client certificate, and nobody else. */
import assert from "node:assert/strict";
import { Agent } from "node:https";
import { Air } from "../../../hil/air/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";
import {
  type StationAccess,
  type StationForwarderOptions,
  StationGatewayServer,
  stationForwarder,
  VirtualGateway,
} from "../../../hil/gateway/index.ts";
import { NetworkPlan } from "../../../hil/lorawan/index.ts";
import { createAuthority, createDaneAgent, type TlsCredentials } from "../../../hil/trust/index.ts";

const EUI = "0000000000000A01";
const OTHER_EUI = "0000000000000B02";
const CLIENT = "_station-1.gw.net-a.example";
const STRANGER = "_station-2.gw.net-a.example";
const TOKEN = "NNSXS.secret";

describe("access of stations over TLS", () => {
  const cleanUp: (() => unknown)[] = [];
  let credentials: TlsCredentials & { readonly rootPem: string };
  const clients = new Map<string, TlsCredentials>();

  before(async () => {
    const notBefore = new Date(Date.now() - 60_000);
    const authority = await createAuthority({ organisation: "Test", notBefore, days: 1 });
    credentials = await authority.issue({ commonName: "lns", dnsNames: ["localhost"], profile: "server" });
    for (const name of [CLIENT, STRANGER])
      clients.set(name, await authority.issue({ commonName: "gw", dnsNames: [name], profile: "client" }));
  });

  afterEach(async () => {
    for (const close of cleanUp.splice(0).reverse()) await close();
  });

  /** Starts a server with such access and a gateway, and tells what the server refused. */
  async function connect(
    access: StationAccess,
    options: Omit<StationForwarderOptions, "uri">,
    eui = EUI,
  ): Promise<{ rejections: string[]; server: StationGatewayServer }> {
    const clock = new VirtualClock();
    const rejections: string[] = [];
    const server = new StationGatewayServer({
      ...{ plan: new NetworkPlan("EU868"), netId: "000001", clock, startedAt: new Date(0), access },
      onRejected: ({ reason }) => rejections.push(reason),
    });
    const { port } = await server.listen();
    cleanUp.push(() => server.close());
    const gateway = new VirtualGateway({
      clock,
      air: new Air({ clock, random: () => 0.5 }),
      eui,
      forwarder: stationForwarder({ uri: `wss://localhost:${port}`, answerTimeoutMs: 3000, ...options }),
    });
    cleanUp.push(() => gateway.stop());
    await gateway.start().catch((error: Error) => {
      throw Object.assign(error, { rejections });
    });
    return { rejections, server };
  }

  const byToken = (): StationAccess => ({
    kind: "token",
    credentials,
    tokenOf: new Map([
      [EUI, TOKEN],
      [OTHER_EUI, "another"],
    ]),
  });

  const byCertificate = (): StationAccess => ({
    kind: "client-certificate",
    tls: { credentials, policy: { kind: "pkix", ca: credentials.rootPem } },
    euiOf: new Map([[CLIENT, EUI]]),
  });

  /** Trusts the server, and shows no certificate. */
  const plainAgent = () => {
    const agent = new Agent({ ca: credentials.rootPem });
    cleanUp.push(() => agent.destroy());
    return agent;
  };

  const clientAgent = (name: string) => {
    const agent = createDaneAgent({
      credentials: clients.get(name)!,
      policy: { kind: "pkix", ca: credentials.rootPem },
    });
    cleanUp.push(() => agent.destroy());
    return agent;
  };

  const refused = (reason: RegExp) => (error: Error & { rejections: string[] }) => {
    assert.match(error.message, /^gateway [0-9A-F]{16}: wss:\/\/localhost:\d+: /);
    assert.match(`${error.message}; ${error.rejections.join()}`, reason);
    assert.doesNotMatch(`${error.message}; ${error.rejections.join()}`, /NNSXS/);
    return true;
  };

  it("a token opens the way of its gateway", async () => {
    const { server, rejections } = await connect(byToken(), { agent: plainAgent(), token: TOKEN });
    assert.deepEqual([server.gatewayEuis, rejections], [[EUI], []]);
  });

  for (const [what, token, eui] of [
    ["no token", undefined, EUI],
    ["a wrong token", "NNSXS.wrong", EUI],
    ["the token of another gateway", TOKEN, OTHER_EUI],
    ["a token of no gateway", TOKEN, "0000000000000C03"],
  ] as const) {
    it(`${what} does not`, async () => {
      await assert.rejects(
        connect(byToken(), { agent: plainAgent(), token }, eui),
        refused(
          /the server refuses: this connection may not speak for the router.*it has no token for gateway/,
        ),
      );
    });
  }

  it("a client certificate opens the way of its gateway", async () => {
    const { server, rejections } = await connect(byCertificate(), { agent: clientAgent(CLIENT) });
    assert.deepEqual([server.gatewayEuis, rejections], [[EUI], []]);
  });

  it("it does not for another gateway", async () => {
    await assert.rejects(
      connect(byCertificate(), { agent: clientAgent(CLIENT) }, OTHER_EUI),
      refused(/client _station-1\.gw\.net-a\.example does not speak for gateway 0000000000000B02/),
    );
  });

  it("nor does that of a client that no gateway belongs to, or none at all", async () => {
    for (const agent of [clientAgent(STRANGER), plainAgent()])
      await assert.rejects(connect(byCertificate(), { agent }), refused(/the discovery: /));
  });

  it("a server that the gateway does not trust is told nothing", async () => {
    await assert.rejects(connect(byToken(), { token: TOKEN }), refused(/the discovery: .*certificate/));
  });
});
