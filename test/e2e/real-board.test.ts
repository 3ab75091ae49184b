/**
 * A board that the rig has at a serial port, with real gateways: at the far end of a pair of pseudo-terminals another run has
 * it, emulated, with an air and a gateway of its own that speaks UDP to the rig's Network Server. Or a script plays it.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  openRig,
  type Rig,
  RigError,
  type RigOptions,
  runForeignJoin,
  runJoin,
} from "../../hil/rig/index.ts";
import { openPtyPair, type PtyPair } from "../../hil/rig/pty-pair.ts";
import { openSerialPort, type SerialPort } from "../../toolchain/serial/index.ts";

const BOARD = { board: "pro-mini-rfm95", lorawan: "1.1", region: "EU868", seed: 3 } as const;
const BAUD = 38_400;

describe("a real board", () => {
  let folder: string;
  let farState: string;
  let nearState: string;
  let pair: PtyPair;
  let far: SerialPort;
  let rig: Rig | undefined;
  let gatewaysAt = "";
  let hears: (text: string) => void;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "joinery-real-"));
    [farState, nearState] = [join(folder, "far"), join(folder, "near")];
    await assert.rejects(open(), RigError);
    cpSync(nearState, farState, { recursive: true });
    // The board at the far end is emulated, and has the store of the real one.
    const description = join(farState, "state.json");
    writeFileSync(description, readFileSync(description, "utf8").replace('"real"', '"emulated"'));
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    pair = await openPtyPair();
    hears = () => {};
    far = await openSerialPort(pair.board, BAUD, (octets) => hears(octets.toString("latin1")));
    far.closed.catch(() => {});
  });
  afterEach(async () => {
    await rig?.close();
    rig = undefined;
    far.close();
    await far.closed.catch(() => {});
    await pair.close();
  });

  const says = (line: string) => far.write(Buffer.from(`${line}\n`));

  async function open(options: Partial<RigOptions> = {}): Promise<Rig> {
    rig = await openRig({
      ...{ ...BOARD, time: "real", state: nearState, listen: "udp://127.0.0.1:0", flash: false },
      ...options,
      onEntry: ({ text }) => {
        gatewaysAt = /udp:\S+/.exec(text)?.[0] ?? gatewaysAt;
      },
    });
    return rig;
  }

  it("joins by a real gateway, and its Application Server decrypts what it sends", async () => {
    const device = await (await open()).device({ port: pair.rig });
    device.powerOn();
    const running = runForeignJoin({
      ...{ ...BOARD, state: farState, networkServer: gatewaysAt },
      onEntry: ({ step, text }) => {
        if (step === "console") says(text);
      },
    });
    const devAddr = await device.joined({ within: "1 min" });
    assert.equal((await device.uplink({ within: "1 min" })).fCnt, 0);
    const report = await running;
    assert.equal(report.reason, null);
    assert.equal(report.join.devAddr, devAddr);
    assert.equal(report.join.devEui, device.identity.devEui);
    assert.throws(() => rig!.air, /its air is the real one/);
    assert.throws(() => device.powerOff(), /has its power from elsewhere/);
    assert.throws(() => device.reset(), /cannot reset the board: .* has no DTR/);
  });

  it("that says nothing is a finding", async () => {
    const device = await (await open()).device({ port: pair.rig });
    device.powerOn();
    await assert.rejects(
      device.joined({ within: "300 ms" }),
      /waited 300 ms for device to join\nnothing has come from the board at \S+, at 38400 Bd: has it power/,
    );
  });

  it("that has another image is a finding", async () => {
    const device = await (await open()).device({ port: pair.rig });
    device.powerOn();
    says("boot LoRaWAN 1.0.4");
    await assert.rejects(
      device.joined({ within: "1 min" }),
      /has another image: it speaks LoRaWAN 1\.0\.4, and the run is for 1\.1[\s\S]*last words:\n.*boot LoRaWAN 1\.0\.4/,
    );
  });

  it("is asked one thing at a time, and what it says to noise is no answer", async () => {
    const device = await (await open()).device({ port: pair.rig });
    const { devEui, joinEui } = device.identity;
    const asked: string[] = [];
    hears = (text) => {
      for (const [command] of text.matchAll(/[?!]\w+/g)) {
        asked.push(command);
        says(`=err unknown\n=err line`);
        setTimeout(100).then(() => {
          says(command === "?id" ? `=id ${devEui} ${joinEui} 1.1` : "=state out - 0 A");
          asked.push("=");
        });
      }
    };
    const [{ lorawan }, { deviceClass }] = await Promise.all([device.id(), device.state()]);
    assert.deepEqual([lorawan, deviceClass], ["1.1", "A"]);
    assert.deepEqual(asked.slice(0, 3), ["?id", "=", "?state"]);
  });

  it("whose port vanishes is a finding, with what it said before", async () => {
    const device = await (await open()).device({ port: pair.rig });
    device.powerOn();
    says("boot LoRaWAN 1.1");
    await device.prints(/^boot/, { within: "1 min" });
    const joined = assert.rejects(
      device.joined({ within: "1 min" }),
      /is gone: is the board still plugged in\?[\s\S]*boot LoRaWAN 1\.1/,
    );
    await setTimeout(100);
    await pair.close();
    await joined;
  });

  for (const [what, options, port, message] of [
    ["without a state", { state: undefined }, "/dev/ttyUSB0", /name the folder/],
    [
      "without gateways",
      { listen: undefined, state: undefined },
      "/dev/ttyUSB0",
      /heard by real gateways alone/,
    ],
    ["in lockstep", { time: "lockstep" }, "/dev/ttyUSB0", /have a time of their own/],
    ["beside an emulated one", {}, undefined, /an emulated board is on the modelled air/],
    [
      "with stations in clear for everybody",
      { listen: "ws://0.0.0.0:1887" },
      "/dev/ttyUSB0",
      /loopback address only/,
    ],
    ["at a port that is not there", {}, "/dev/joinery-nosuch", /^there is no port \/dev\/joinery-nosuch/],
  ] as const) {
    it(`is refused ${what}`, async () => {
      await assert.rejects(
        open(options).then((opened) => opened.device({ port })),
        (error: unknown) => {
          assert.ok(error instanceof RigError, String(error));
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it("is refused without the database of the Join Server that has served it", async () => {
    const state = join(folder, "served");
    cpSync(nearState, state, { recursive: true });
    await (await open({ state })).close();
    rmSync(join(state, "join-server.sqlite"));
    await assert.rejects(open({ state }), {
      name: "RigError",
      kind: "usage",
      message: /join-server\.sqlite is missing or empty/,
    });
  });

  it("has no emulated clone: its state is refused to an emulated board, and the reverse", async () => {
    const emulated = runJoin({ ...BOARD, state: nearState });
    await assert.rejects(emulated, { name: "RigError", kind: "usage", message: /is of a real board/ });
    const real = open({ state: farState });
    await assert.rejects(real, { name: "RigError", kind: "usage", message: /is of an emulated board/ });
  });

  it("is given a store by the rig the first time, and the run ends until it has it", async () => {
    await assert.rejects(open({ state: join(folder, "new") }), {
      name: "RigError",
      message: /device\.eeprom is the store of a new device, .* put it into the board/,
    });
  });
});
