/** A run against a Network Server that is not the rig's own: in another process, and in real time. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { VirtualClock } from "../../hil/clock/index.ts";
import { StationGatewayServer } from "../../hil/gateway/index.ts";
import { NetworkPlan } from "../../hil/lorawan/index.ts";
import { RigError, runForeignJoin } from "../../hil/rig/index.ts";
import { Leftovers } from "../support/leftovers.ts";

const BOARD = { board: "pro-mini-rfm95", lorawan: "1.1", region: "EU868", seed: 7 } as const;
const SERVER = join(import.meta.dirname, "support/network-server-process.ts");

describe("a join by a foreign Network Server", () => {
  let folder: string;
  const children: ChildProcess[] = [];
  const cleanUp: (() => unknown)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-foreign-"));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    for (const close of cleanUp.splice(0)) await close();
    rmSync(folder, { recursive: true });
  });

  const isRefused = (kind: RigError["kind"], message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof RigError, String(error));
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  };

  /** Makes the state of a device; returns what a server has to know of it. */
  async function newDevice(): Promise<string> {
    const networkServer = "udp://127.0.0.1:1700";
    await assert.rejects(
      runForeignJoin({ ...BOARD, state: folder, networkServer }),
      isRefused(
        "usage",
        /device\.json holds .* register it and gateway 02000000FFFE0001 with udp:.* run this again/,
      ),
    );
    return join(folder, "device.json");
  }

  it("begins with a device for the server to know, whose keys nobody else may read", async () => {
    const path = await newDevice();
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const { devEui, joinEui, appKey, nwkKey } = JSON.parse(readFileSync(path, "utf8"));
    assert.deepEqual(
      [devEui, joinEui, appKey, nwkKey].map((text: string) => text.length),
      [16, 16, 32, 32],
    );
  });

  it("sees the join-request answered and data sent, over Basics Station", async () => {
    const path = await newDevice();
    const child = spawn(process.execPath, ["--import", "tsx", SERVER, "station", path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const [address] = await once(child.stdout.setEncoding("utf8"), "data");
    const networkServer = String(address).trim();
    const report = await runForeignJoin({ ...BOARD, state: folder, networkServer });
    assert.equal(report.reason, null);
    assert.equal(report.verdict, "passed");
    assert.equal(report.networkServer, networkServer);
    assert.deepEqual(report.join.devNonces, [0]);
    assert.match(report.join.devAddr ?? "", /^[0-9A-F]{8}$/);
    assert.ok(report.wallMs >= report.virtualMs - 100, "a second takes a second");
  });

  it("ends with what is wrong, and a report of what was seen by then, where the server goes away", async () => {
    await newDevice();
    const server = new StationGatewayServer({
      ...{
        plan: new NetworkPlan("EU868"),
        netId: "000001",
        clock: new VirtualClock(),
        startedAt: new Date(),
      },
      access: { kind: "open" },
    });
    const { host, port } = await server.listen();
    const leftovers = new Leftovers();
    cleanUp.push(() => leftovers.close());
    const report = await runForeignJoin({
      ...{ ...BOARD, state: folder, networkServer: `ws://${host}:${port}` },
      onEntry: ({ text }) => {
        if (text.startsWith("join-request")) void server.close();
      },
    });
    assert.equal(report.verdict, "failed");
    assert.match(report.reason ?? "", /^gateway: .*: (the server has closed the connection|read ECONNRESET)/);
    assert.equal(report.air[0]?.name, "join-request");
    await leftovers.assertNone();
  });

  it("ends with what is wrong where what answers a UDP gateway is nonsense", async () => {
    await newDevice();
    const leftovers = new Leftovers();
    cleanUp.push(() => leftovers.close());
    const server = createSocket("udp4");
    server.on("message", (_, { port, address }) => server.send("HTTP/1.1 400 Bad Request", port, address));
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    const told: string[] = [];
    await assert.rejects(
      runForeignJoin({
        ...{ ...BOARD, state: folder, networkServer: `udp://127.0.0.1:${server.address().port}` },
        onEntry: ({ text }) => told.push(text),
      }),
      isRefused("failed", /no PULL_ACK within 10000 ms; is the Network Server listening on UDP/),
    );
    assert.match(told.join("\n"), /ignored a datagram of the server/);
    server.close();
    await once(server, "close");
    await leftovers.assertNone();
  });

  it("ends with what is wrong where nobody answers", async () => {
    await newDevice();
    const silent = createSocket("udp4");
    silent.bind(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address();
    silent.close();
    await once(silent, "close");
    await assert.rejects(
      runForeignJoin({ ...BOARD, state: folder, networkServer: `udp://127.0.0.1:${port}` }),
      isRefused("failed", /gateway 02000000FFFE0001: .*is the Network Server listening on UDP 127\.0\.0\.1/),
    );
  });

  for (const [what, answer, reason] of [
    ["no JSON", "<html>", /discovery: JSON: the message is no JSON text/],
    [
      "a refusal",
      '{"error":"Gateway not found"}',
      /discovery: router-info: the server refuses: Gateway not found/,
    ],
    ["no address", '{"uri":"https://lns.example"}', /discovery: router-info\.uri: expected something like/],
  ] as const) {
    it(`ends with what is wrong where a server answers ${what}`, async () => {
      await newDevice();
      const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
      cleanUp.push(() => server.close());
      await once(server, "listening");
      server.on("connection", (socket) => socket.on("message", () => socket.send(answer)));
      const { port } = server.address() as { port: number };
      await assert.rejects(
        runForeignJoin({ ...BOARD, state: folder, networkServer: `ws://127.0.0.1:${port}` }),
        isRefused("failed", reason),
      );
    });
  }

  for (const [networkServer, reason] of [
    ["lns.example", /is no URL; write udp:\/\/host:port/],
    ["https://lns.example", /by udp or wss/],
    ["ws://lns.example:1887", /by ws on a loopback address only/],
    ["wss://user:secret@lns.example", /holds no secrets/],
  ] as const) {
    it(`refuses the address ${networkServer}`, async () => {
      await assert.rejects(
        runForeignJoin({ ...BOARD, state: folder, networkServer }),
        isRefused("usage", reason),
      );
    });
  }

  it("needs a state: the server remembers DevNonces", async () => {
    await assert.rejects(
      runForeignJoin({ ...BOARD, state: undefined, networkServer: "udp://127.0.0.1" }),
      isRefused("usage", /remembers the DevNonces of the device: name a folder/),
    );
  });
});
