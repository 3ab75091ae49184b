/**
 * The certification protocol (TS009) over the air: each command of a test tool behind the Application Server, its effect and
 * its answer; and those that are none, without either.
 */
import assert from "node:assert/strict";
import type { ApplicationUplink } from "../../hil/backend/index.ts";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";

const CERTIFICATION_PORT = 224;
const APPLICATION_PORT = 2;
const PERIOD_S = 60;
/** The clock of an AVR lags by up to a hundredth while it rests, and the board takes its time to listen. */
const PERIOD_ERROR = 0.03;

const FTYPE_UNCONFIRMED_UP = 2;
const FTYPE_CONFIRMED_UP = 4;
const ADR_BIT = 0x80;

/** Commands that are answered, and the answers. */
const ANSWERED: ReadonlyArray<readonly [title: string, command: string, answer: string]> = [
  ["PackageVersionReq", "00", "000601"],
  ["EchoIncPayloadReq, each octet one more", "0800017fff", "0801028000"],
  ["EchoIncPayloadReq of no octets", "08", "08"],
  [
    "EchoIncPayloadReq of as many octets as the device has room for",
    `08${"41".repeat(48)}`,
    `08${"42".repeat(48)}`,
  ],
];

/** Of what is no command, or one that the device has no way to obey. */
const WITHOUT_EFFECT: ReadonlyArray<readonly [title: string, command: string]> = [
  ["nothing at all", ""],
  ["PackageVersionReq, too long", "0000"],
  ["DutResetReq, too long", "0100"],
  ["DutJoinReq, too long", "0200"],
  ["SwitchClassReq, too short", "03"],
  ["SwitchClassReq, too long", "030000"],
  ["SwitchClassReq to class A, which the device is of", "0300"],
  ["SwitchClassReq to class B, which the image has not got", "0301"],
  ["SwitchClassReq to class C, which the image has not got", "0302"],
  ["SwitchClassReq to a class that is none", "0303"],
  ["ADRBitChangeReq, too short", "04"],
  ["ADRBitChangeReq, too long", "040000"],
  ["ADRBitChangeReq to neither on nor off", "0402"],
  ["RegionalDutyCycleCtrlReq, too short", "05"],
  ["RegionalDutyCycleCtrlReq, too long", "050000"],
  ["RegionalDutyCycleCtrlReq to neither on nor off", "0502"],
  ["TxPeriodicityChangeReq, too short", "06"],
  ["TxPeriodicityChangeReq, too long", "060100"],
  ["TxPeriodicityChangeReq to a period that is none", "060b"],
  ["TxFramesCtrlReq, too short", "07"],
  ["TxFramesCtrlReq, no change", "0700"],
  ["TxFramesCtrlReq to frames that are none", "0703"],
  ["RxAppCntReq, too long", "0900"],
  ["RxAppCntResetReq, too long", "0a00"],
  ["LinkCheckReq, too long", "2000"],
  ["DeviceTimeReq, too long", "2100"],
  ["PingSlotInfoReq, which class B would have", "2203"],
  ["BeaconRxStatusIndCtrl, which class B would have", "4001"],
  ["TxCwReq", "7d0a00d2ad840e"],
  ["DutFPort224DisableReq, too long", "7e00"],
  ["DutVersionsReq, too long", "7f00"],
  ["an unknown CID", "0b"],
  ["another one", "ff00"],
];

/** A session with a test tool. */
class TestTool {
  readonly session: DeviceSession;

  constructor(session: DeviceSession) {
    this.session = session;
  }

  /** Sends a command in the windows of the uplink that has just come. */
  command(octets: string, confirmed = false): void {
    this.session.send(CERTIFICATION_PORT, Buffer.from(octets, "hex"), confirmed);
  }

  /** The Network Server asks for this by MAC commands. */
  request(octets: string): void {
    this.session.networkServer.request(this.session.identity.devEui, Buffer.from(octets, "hex"));
  }

  /** What the device says to a command: the next uplink. */
  async answerTo(octets: string): Promise<string> {
    this.command(octets);
    const { fPort, payload } = await this.session.nextUplink();
    assert.equal(fPort, CERTIFICATION_PORT);
    return Buffer.from(payload).toString("hex");
  }

  /** The next uplink, which must be the application's. */
  async nextOfApplication(limitS?: number): Promise<ApplicationUplink> {
    const uplink = await this.session.nextUplink(limitS);
    assert.equal(uplink.fPort, APPLICATION_PORT, Buffer.from(uplink.payload).toString("hex"));
    return uplink;
  }

  /** FType and ADR bit of the frame that the device sent last. */
  get frame(): { readonly fType: number; readonly adr: boolean } {
    const { payload } = this.session.sent[this.session.sent.length - 1];
    return { fType: payload[0] >> 5, adr: (payload[5] & ADR_BIT) !== 0 };
  }

  /** Seconds from the start of the last frame but one to that of the last. */
  get pauseS(): number {
    const [before, last] = this.session.sent.slice(-2);
    return (last.startNs - before.startNs) / 1e9;
  }

  /** Seconds that so many uplinks of the application take. */
  async secondsOf(uplinks: number): Promise<number> {
    const sinceS = this.session.nowS;
    for (let i = 0; i < uplinks; i++) await this.nextOfApplication();
    return this.session.nowS - sinceS;
  }

  /** MAC commands of the device, by name, in order. */
  get macCommands(): string[] {
    return this.session.serverEvents
      .filter(({ step }) => step === "mac-command-received")
      .map(({ detail }) => String(detail.name));
  }

  /** What the device has printed with this beginning. */
  printed(beginning: string): string[] {
    return this.session.consoleLines.filter((line) => line.startsWith(beginning));
  }
}

function assertPeriod(pauseS: number, periodS: number): void {
  assert.ok(Math.abs(pauseS - periodS) <= PERIOD_ERROR * periodS, `${pauseS} s for ${periodS} s`);
}

for (const { board, lorawan, versions } of [
  { board: "pro-mini-rfm95", lorawan: "1.0.4", versions: "7f000100000100040002010004" },
  { board: "nucleo-l073rz-sx1262", lorawan: "1.1", versions: "7f000100000101000002010004" },
] as const) {
  describe(`certification of ${board}, LoRaWAN ${lorawan}`, () => {
    let session: DeviceSession;
    let tool: TestTool;
    before(async () => {
      session = await openDeviceSession({
        ...{ board, lorawan, seed: 5 },
        config: { CERTIFICATION: true, PERIOD_S },
      });
      tool = new TestTool(session);
      // DR5 on all channels: nothing waits for the duty cycle.
      await tool.nextOfApplication();
      tool.request("0350ff0001");
      for (let i = 0; i < 3; i++) await tool.nextOfApplication();
    });
    after(() => session?.close());

    for (const [title, command, answer] of ANSWERED)
      it(`answers ${title}`, async () => {
        assert.equal(await tool.answerTo(command), answer);
        await tool.nextOfApplication();
      });

    it("answers DutVersionsReq", async () => {
      assert.equal(await tool.answerTo("7f"), versions);
    });

    it("answers at once, and the uplinks of the application keep their time", async () => {
      await tool.nextOfApplication();
      const before = session.sent.at(-1)?.startNs ?? 0;
      await tool.answerTo("00");
      assert.ok(tool.pauseS < 10, `${tool.pauseS} s`);
      await tool.nextOfApplication();
      assertPeriod(((session.sent.at(-1)?.startNs ?? 0) - before) / 1e9, PERIOD_S);
    });

    it("counts downlinks for the application, and begins anew by RxAppCntResetReq", async () => {
      tool.command("0a");
      await tool.nextOfApplication();
      session.send(APPLICATION_PORT, Uint8Array.of(1, 2));
      await tool.nextOfApplication();
      session.send(APPLICATION_PORT, Uint8Array.of(1, 2), true);
      await tool.nextOfApplication();
      // One of MAC commands alone does not count.
      tool.request("06");
      await tool.nextOfApplication();
      assert.equal(await tool.answerTo("09"), "090300");
    });

    for (const [title, command] of WITHOUT_EFFECT)
      it(`does nothing by ${title}`, async () => {
        await tool.nextOfApplication();
        const lines = session.consoleLines.filter((line) => !/^(uplink|downlink) /.test(line));
        const macCommands = tool.macCommands.length;
        tool.command(command);
        await tool.nextOfApplication();
        assertPeriod(tool.pauseS, PERIOD_S);
        assert.deepEqual(tool.frame, { fType: FTYPE_UNCONFIRMED_UP, adr: true });
        assert.equal(tool.macCommands.length, macCommands);
        assert.deepEqual(
          session.consoleLines.filter((line) => !/^(uplink|downlink) /.test(line)),
          lines,
        );
      });

    it("goes without ADR by ADRBitChangeReq, and with it again", async () => {
      await tool.nextOfApplication();
      tool.command("0400");
      await tool.nextOfApplication();
      assert.equal(tool.frame.adr, false);
      // The data rate is the device's own: only the mask is done, and all is answered.
      tool.request("0320ff0001");
      await tool.nextOfApplication();
      await tool.nextOfApplication();
      const sf = (i: number) => {
        const sent = session.sent.at(i);
        return sent?.modulation === "lora" ? sent.spreadingFactor : undefined;
      };
      assert.equal(sf(-1), sf(-2));
      tool.command("0401");
      await tool.nextOfApplication();
      assert.equal(tool.frame.adr, true);
    });

    for (const [command, periodS] of [
      ["0601", 5],
      ["0603", 20],
      ["0608", 120],
      ["060a", 480],
      ["0600", PERIOD_S],
    ] as const)
      it(`sends every ${periodS} s by TxPeriodicityChangeReq ${command.slice(2)}`, async () => {
        tool.command(command);
        await tool.nextOfApplication();
        await tool.nextOfApplication();
        assert.ok(Math.abs(tool.pauseS - periodS) <= 0.1 + PERIOD_ERROR * periodS, `${tool.pauseS} s`);
      });

    it("asks for acknowledgements by TxFramesCtrlReq, as long as it is to", async () => {
      tool.command("0702");
      await tool.nextOfApplication();
      assert.equal(tool.frame.fType, FTYPE_CONFIRMED_UP);
      await tool.nextOfApplication();
      assert.equal(tool.frame.fType, FTYPE_CONFIRMED_UP);
      assertPeriod(tool.pauseS, PERIOD_S);
      // Further octets are for what may come.
      tool.command("070100");
      await tool.nextOfApplication();
      assert.equal(tool.frame.fType, FTYPE_UNCONFIRMED_UP);
    });

    for (const [title, command] of [
      ["LinkCheckReq", "20"],
      ["DeviceTimeReq", "21"],
    ] as const)
      it(`sends ${title} of the MAC with its next uplink`, async () => {
        const before = tool.macCommands.length;
        tool.command(command);
        await tool.nextOfApplication();
        assert.deepEqual(tool.macCommands.slice(before), [title]);
        await tool.nextOfApplication();
        assert.equal(tool.macCommands.length, before + 1);
      });

    it("knows no duty cycle by RegionalDutyCycleCtrlReq, as long as it is to", async () => {
      // DR0: 1.5 s on air, 150 s of silence in a sub-band.
      tool.request("0300ff0001");
      await tool.nextOfApplication();
      await tool.nextOfApplication();
      tool.command("0601");
      await tool.nextOfApplication();
      assert.ok((await tool.secondsOf(4)) > 200);
      tool.command("0500");
      await tool.nextOfApplication();
      assert.ok((await tool.secondsOf(4)) < 21);
      tool.command("0501");
      await tool.nextOfApplication();
      assert.ok((await tool.secondsOf(4)) > 200);
    });

    it("joins again by DutJoinReq, in a new session, and as it was switched", async () => {
      tool.command("0601");
      await tool.nextOfApplication();
      const joins = tool.printed("joining ").length;
      tool.command("02");
      const { fCnt } = await tool.nextOfApplication();
      assert.equal(fCnt, 0);
      assert.equal(tool.printed("joining ").length, joins + 1);
      assert.equal(tool.printed("boot ").length, 1);
      await tool.nextOfApplication();
      assert.ok(tool.pauseS < 30, `${tool.pauseS} s: every 5 s, as the tool wanted it`);
    });

    it("starts anew by DutResetReq, as it was before the test", async () => {
      const { length } = session.consoleLines;
      tool.command("01");
      await tool.nextOfApplication();
      assert.deepEqual(
        session.consoleLines.slice(length).map((line) => line.replace(/[0-9A-F]{8}|\d DR\d/, "...")),
        ["downlink 224: 01", `boot LoRaWAN ${lorawan}`, "joining ...", "joined ...", "uplink 0"],
      );
      await tool.nextOfApplication();
      await tool.nextOfApplication();
      assertPeriod(tool.pauseS, PERIOD_S);
    });

    it("has no FPort 224 any more by DutFPort224DisableReq, whatever comes", async () => {
      tool.command("7e");
      await tool.nextOfApplication();
      assert.equal(tool.printed("boot ").length, 3);
      for (const command of ["00", "01", "02", "0400", "7e"]) {
        tool.command(command);
        await tool.nextOfApplication();
        assert.equal(tool.frame.adr, true, command);
      }
      assert.equal(tool.printed("boot ").length, 3);
    });

    it("has used no DevNonce twice", () => {
      const nonces = tool
        .printed("joining ")
        .map((line) => Number.parseInt(line.slice("joining ".length), 10));
      assert.deepEqual(nonces, [...nonces.keys()]);
    });
  });
}

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

describe("EchoIncPayloadReq in US915", () => {
  it("is cut to what the data rate carries: 11 octets at DR0", async () => {
    const session = await openDeviceSession({
      ...{ board: "pro-mini-rfm95", lorawan: "1.0.4", region: "US915", seed: 5 },
      config: { CERTIFICATION: true, PERIOD_S },
    });
    try {
      const tool = new TestTool(session);
      await tool.nextOfApplication();
      tool.request("030fffff01");
      for (let i = 0; i < 3; i++) await tool.nextOfApplication();
      assert.equal(await tool.answerTo(`08${"00".repeat(30)}`), `08${"01".repeat(10)}`);
    } finally {
      await session.close();
    }
  });
});
