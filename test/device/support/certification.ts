/**
 * What the certification protocol (TS009) does on a board: each command of a test tool, its effect and its answer; and those
 * that are none, without either.
 */
import assert from "node:assert/strict";
import { type DeviceSession, openDeviceSession } from "./device-session.ts";
import {
  APPLICATION_PORT,
  FTYPE_CONFIRMED_UP,
  FTYPE_UNCONFIRMED_UP,
  PERIOD_S,
  TestTool,
} from "./test-tool.ts";

/** The clock of an AVR lags by up to a hundredth while it rests, and the board takes its time to listen. */
const PERIOD_ERROR = 0.03;

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
  ["TxCwReq, too short", "7d0800d8b283"],
  ["TxCwReq, too long", "7d0800d8b2830e00"],
  ["TxCwReq of no seconds", "7d0000d8b2830e"],
  ["TxCwReq below the band of the region", "7d0800efae830e"],
  ["TxCwReq at a frequency that is reserved", "7d08003f420f0e"],
  ["DutFPort224DisableReq, too long", "7e00"],
  ["DutVersionsReq, too long", "7f00"],
  ["an unknown CID", "0b"],
  ["another one", "ff00"],
];

function assertPeriod(pauseS: number, periodS: number): void {
  assert.ok(Math.abs(pauseS - periodS) <= PERIOD_ERROR * periodS, `${pauseS} s for ${periodS} s`);
}

export interface CertifiedBoard {
  readonly board: string;
  readonly lorawan: "1.0.4" | "1.1";
  /** DutVersionsAns. */
  readonly versions: string;
  /** The least that the amplifier sends with. */
  readonly leastPowerDbm: number;
}

/** Declares the tests of a board. */
export function specifyCertification({ board, lorawan, versions, leastPowerDbm }: CertifiedBoard): void {
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
        assert.deepEqual(tool.waves, []);
        assert.deepEqual(
          session.consoleLines.filter((line) => !/^(uplink|downlink) /.test(line)),
          lines,
        );
      });

    it("sends the continuous wave of TxCwReq, and the uplinks keep their time", async () => {
      await tool.nextOfApplication();
      // The example of TS009-1.0.0, 5.14.
      tool.command("7d0800d8b2830e");
      await tool.nextOfApplication();
      assertPeriod(tool.pauseS, PERIOD_S);
      assert.deepEqual(tool.waves, [{ seconds: 8, megahertz: 863.1, powerDbm: 14 }]);
    });

    it("sends and hears nothing else while a longer one lasts, with no more power than there is", async () => {
      tool.command("7d5a0028768480"); // 90 s, 868.1 MHz, -128 dBm
      await tool.nextOfApplication();
      assert.ok(Math.abs(tool.pauseS - 91.5) < 2, `${tool.pauseS} s`);
      tool.command("7d01002876847f"); // 127 dBm
      await tool.nextOfApplication();
      assert.deepEqual(tool.waves.slice(1), [
        { seconds: 90, megahertz: 868.1, powerDbm: leastPowerDbm },
        { seconds: 1, megahertz: 868.1, powerDbm: 14 },
      ]);
      // The uplinks have the power that they had before.
      const powers = session.sent.slice(-4).map(({ powerDbm }) => powerDbm);
      assert.deepEqual(powers, [14, 14, 14, 14]);
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
