/**
 * Our Network Server and Join Servers that are not ours: a small one over real TLS answers as others do, in forms met in The
 * Things Stack, ChirpStack, brocaar's lorawan and lorawan-js.
 */
import assert from "node:assert/strict";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { Identities, NS_NAME } from "./support/identities.ts";
import { NET_ID, phyPayloadOf, TestNetwork } from "./support/network.ts";

type Members = Record<string, unknown>;

/** What a foreign server makes of the answer that a right one would give. */
interface Reply {
  readonly status?: number;
  /** Default: the answer as it is. */
  readonly body?: (answer: Members, request: Members) => unknown;
}

const refusal = (ResultCode: string, Description?: string) => (answer: Members) => ({
  ...header(answer),
  Result: { ResultCode, Description },
});

function header(answer: Members): Members {
  const { ProtocolVersion, SenderID, ReceiverID, TransactionID, MessageType } = answer;
  return { ProtocolVersion, SenderID, ReceiverID, TransactionID, MessageType };
}

const without =
  (...names: string[]) =>
  (answer: Members) =>
    Object.fromEntries(Object.entries(answer).filter(([name]) => !names.includes(name)));

/** Values of hexadecimal otherwise spelt. */
const spelt = (change: (hex: string) => string) => (answer: Members) => ({
  ...answer,
  ...Object.fromEntries(
    ["SenderID", "ReceiverID", "PHYPayload", "SessionKeyID"].map((name) => [
      name,
      change(String(answer[name])),
    ]),
  ),
});

const joins: [string, Reply][] = [
  ["as ours does", {}],
  ["with hexadecimal in lower case", { body: spelt((hex) => hex.toLowerCase()) }],
  ["with hexadecimal that begins with 0x", { body: spelt((hex) => `0x${hex}`) }],
  [
    "with null where there is nothing",
    { body: (answer) => ({ ...answer, VSExtension: null, SenderToken: null }) },
  ],
  [
    "with empty texts where there is nothing",
    { body: (answer) => ({ ...answer, SenderToken: "", FNwkSIntKey: "" }) },
  ],
  [
    "with members that nobody knows, and a vendor's",
    {
      body: (answer) => ({
        ...answer,
        DedupWindowSize: 200,
        VSExtension: { VendorID: "EC656E", Object: { TTSV3: { HTenantID: "tti" } } },
      }),
    },
  ],
  ["without Lifetime (brocaar)", { body: without("Lifetime") }],
  ["without SessionKeyID (brocaar)", { body: without("SessionKeyID") }],
  ["with status 201", { status: 201 }],
  ["with status 400, and success in the body", { status: 400 }],
];

const fails: [string, Reply, RegExp][] = [
  [
    "a refusal with status 400 (brocaar)",
    { status: 400, body: refusal("UnknownDevEUI") },
    /Join Server: JoinAns: UnknownDevEUI$/,
  ],
  [
    "a misspelt code",
    { body: refusal("RoamingActDisallowedA", "no") },
    /JoinAns: RoamingActDisallowed \(no\)/,
  ],
  [
    "the code that the document misspells, rightly spelt",
    { body: refusal("UnknownReceiver") },
    /UnkownReceiver/,
  ],
  ["a code of 1.1 under 1.0 (lorawan-js)", { body: refusal("FrameReplayed") }, /JoinAns: FrameReplayed/],
  [
    "a code of nobody",
    { body: refusal("DevNonceTooSmall", "DevNonce is too small") },
    /DevNonceTooSmall \(DevNonce is/,
  ],
  [
    "a page of an error",
    { status: 502, body: () => "<html>Bad Gateway</html>" },
    /HTTP status 502 without a TS002 answer/,
  ],
  ["a status alone", { status: 404, body: () => "" }, /HTTP status 404 without a TS002 answer/],
  [
    "JSON of another kind",
    { body: () => ({ message: "not found" }) },
    /not the answer to this request: MessageType/,
  ],
  ["TransactionID 0", { body: (answer) => ({ ...answer, TransactionID: 0 }) }, /TransactionID: found 0/],
  [
    "an answer to another network",
    { body: (answer) => ({ ...answer, ReceiverID: "000014" }) },
    /from 00005E100000002F to 000014, not the two/,
  ],
  ["success without a join-accept", { body: without("PHYPayload") }, /PHYPayload: found nothing/],
  ["success without keys", { body: without("NwkSKey") }, /no NwkSKey and 0 of the three 1\.1 keys/],
  [
    "a key wrapped with a KEK of nobody",
    { body: (answer) => ({ ...answer, NwkSKey: { KEKLabel: `ns/${NET_ID}`, AESKey: "00".repeat(24) } }) },
    /NwkSKey of the JoinAns: no key-encryption key is known here/,
  ],
];

describe("a Join Server that is not ours", () => {
  let identities: Identities;
  let network: TestNetwork;
  let server: Server;
  let reply: Reply;
  const asked: Members[] = [];

  before(async () => {
    identities = await Identities.create();
    server = identities.listenOptions().createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", async () => {
        const message = JSON.parse(Buffer.concat(chunks).toString()) as Members;
        asked.push(message);
        const answer = (await network.joinServer.handle(message, NS_NAME)) as Members;
        const body = reply.body ? reply.body(answer, message) : answer;
        response.statusCode = reply.status ?? 200;
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    network = await TestNetwork.start(identities, {
      discover: async () => ({ target: "localhost", port, path: "/any/path" }),
    });
  });
  after(async () => {
    await network.close();
    identities.closeAgents();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  let devices = 0;
  const join = async () => {
    const device = await network.newDevice(
      "1.0.4",
      `70B3D57ED10000${(++devices).toString(16).padStart(2, "0")}`.toUpperCase(),
    );
    network.events.length = 0;
    await network.hear(device.joinRequest());
    await network.pass(8000);
    return device;
  };

  for (const [how, answered] of joins)
    it(`is understood where it answers ${how}`, async () => {
      reply = answered;
      const device = await join();
      device.accept(phyPayloadOf(network.takeDownlink()));
      await network.hear(device.uplink({ fPort: 1, payload: "00" }, 5, 0));
      await network.pass(4000);
      assert.equal(network.networkServer.session(device.devEui)?.fCntUp, 0, network.failures());
    });

  for (const [what, answered, reason] of fails)
    it(`fails a join with ${what}, and says so`, async () => {
      reply = answered;
      await join();
      assert.equal(network.gateways[0].downlinks.length, 0);
      assert.match(network.event("join-refused").reason ?? "", reason);
    });

  it("is asked in the spelling that all of them take", () => {
    for (const { MACVersion, SenderID, PHYPayload, ProtocolVersion, SenderNSID } of asked) {
      assert.deepEqual(
        [MACVersion, SenderID, ProtocolVersion, SenderNSID],
        ["1.0.4", NET_ID, "1.0", undefined],
      );
      assert.match(String(PHYPayload), /^[0-9A-F]{46}$/);
    }
  });
});
