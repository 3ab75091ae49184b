/** The certification protocol (TS009) over the air, of images with further options: their classes and regions. */
import assert from "node:assert/strict";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";
import { PERIOD_S, TestTool } from "./support/test-tool.ts";

describe("SwitchClassReq", () => {
  it("changes to class C and back, and the network is told", async () => {
    const session = await openDeviceSession({
      ...{ board: "pro-mini-rfm95", lorawan: "1.1", seed: 5 },
      config: { CERTIFICATION: true, PERIOD_S, CLASS_C: true, CLASS_C_AFTER_JOIN: false },
    });
    try {
      const tool = new TestTool(session);
      const indications = () => tool.macCommands.filter((name) => name === "DeviceModeInd").length;
      const isInClassC = () => session.readVariable("lorawan/class-c.ts:classC")[1] !== 0;
      for (let i = 0; i < 3; i++) await tool.nextOfApplication();
      assert.equal(indications(), 0);
      for (const [command, isOn] of [
        ["0302", true],
        ["0300", false],
      ] as const) {
        const before = indications();
        tool.command(command);
        await session.until("DeviceModeInd", () => indications() > before);
        await tool.nextOfApplication();
        assert.equal(isInClassC(), isOn, command);
      }
    } finally {
      await session.close();
    }
  });
});

describe("what an image with class B can be told", () => {
  let session: DeviceSession;
  let tool: TestTool;
  before(async () => {
    session = await openDeviceSession({
      ...{ board: "pro-mini-rfm95", lorawan: "1.0.4", seed: 5 },
      config: { CERTIFICATION: true, PERIOD_S, CLASS_B: true, CLASS_B_AFTER_JOIN: false },
    });
    tool = new TestTool(session);
    for (let i = 0; i < 2; i++) await tool.nextOfApplication();
  });
  after(() => session?.close());

  /** MAC commands that the device sends in the uplinks that follow a command. */
  async function macCommandsBehind(command: string, uplinks: number): Promise<string[]> {
    const before = tool.macCommands.length;
    tool.command(command);
    for (let i = 0; i < uplinks; i++) await tool.nextOfApplication();
    return tool.macCommands.slice(before);
  }

  it("PingSlotInfoReq goes with the next uplink, of a periodicity that there is", async () => {
    assert.deepEqual(await macCommandsBehind("2203", 2), ["PingSlotInfoReq"]);
    assert.deepEqual(await macCommandsBehind("2208", 2), []);
    assert.deepEqual(await macCommandsBehind("22", 1), []);
    assert.deepEqual(await macCommandsBehind("220300", 1), []);
  });

  it("SwitchClassReq starts the way into class B by a DeviceTimeReq, and ends it", async () => {
    assert.deepEqual(await macCommandsBehind("0301", 1), ["DeviceTimeReq"]);
    tool.command("0300");
    await tool.nextOfApplication();
    const asked = tool.macCommands.length;
    // No beacon is on the air: longer than the device would look for one.
    for (let i = 0; i < 12; i++) await tool.nextOfApplication();
    assert.equal(tool.macCommands.length, asked);
  });
});

describe("an SX1262 in US915", () => {
  let session: DeviceSession;
  let tool: TestTool;
  before(async () => {
    session = await openDeviceSession({
      ...{ board: "nucleo-l073rz-sx1262", lorawan: "1.0.4", region: "US915", seed: 5 },
      config: { CERTIFICATION: true, PERIOD_S },
    });
    tool = new TestTool(session);
    await tool.nextOfApplication();
    tool.request("030fffff01");
    for (let i = 0; i < 3; i++) await tool.nextOfApplication();
  });
  after(() => session?.close());

  it("cuts EchoIncPayloadReq to what the data rate carries: 11 octets at DR0", async () => {
    assert.equal(await tool.answerTo(`08${"00".repeat(30)}`), `08${"01".repeat(10)}`);
    await tool.nextOfApplication();
  });

  it("sends the continuous wave of TxCwReq with the power that is asked for, or the most that there is", async () => {
    for (const [command, wave] of [
      ["7d040018ae8905", { seconds: 4, megahertz: 902.3, powerDbm: 5 }],
      ["7d5a0090628a1e", { seconds: 90, megahertz: 906.92, powerDbm: 21 }],
    ] as const) {
      const before = tool.waves.length;
      tool.command(command);
      await tool.nextOfApplication();
      assert.deepEqual(tool.waves.slice(before), [wave]);
    }
  });

  it("refuses that at a frequency of another region", async () => {
    tool.command("7d04002876840e"); // 868.1 MHz
    await tool.nextOfApplication();
    assert.equal(tool.waves.length, 2);
  });
});
