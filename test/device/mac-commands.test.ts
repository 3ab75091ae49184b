/**
 * The MAC commands of the Network Server, obeyed by images on emulated boards: over the air, as both sides see it. Those
 * that only one region, version or class has are in mac-effects.test.ts and class-b.test.ts, with what is refused.
 */
import assert from "node:assert/strict";
import { type JoinReport, runJoin, type TimelineEntry } from "../../hil/rig/index.ts";
import { EMULATED_BOARDS } from "../unit/emulator/support/emulated-boards.ts";
import { frequencyOctets } from "./support/mac-requests.ts";

const CHECK = "device: answers the MAC commands of the Network Server";

const REQUESTS = [
  "06",
  // DR3, TXPower 1, channels 0 to 2, once.
  "0331070001",
  // RX1 one data rate below, RX2 at 869.1 MHz and DR4, RX1 after three seconds.
  `0514${frequencyOctets(869_100_000)}0803`,
  // Channel 3 on again, at DR3 and below, and RX1 of channel 1 elsewhere.
  `0703${frequencyOctets(867_100_000)}300a01${frequencyOctets(869_000_000)}`,
  "0400",
];

/** Octets of DevStatusAns as text: battery, and margin in decibels. */
const DEV_STATUS = /^DevStatusReq: ([0-9a-f]{2})([0-9a-f]{2})$/;

describe("MAC commands over the air", () => {
  for (const board of EMULATED_BOARDS) {
    for (const lorawan of ["1.0.4", "1.1"] as const) {
      describe(`${board}, LoRaWAN ${lorawan}`, () => {
        let report: JoinReport;
        const entries: TimelineEntry[] = [];
        before(async () => {
          report = await runJoin({
            board,
            lorawan,
            seed: 1,
            macCommands: REQUESTS.map((octets) => Buffer.from(octets, "hex")),
            onEntry: (entry) => entries.push(entry),
          });
        });

        it("are answered, and the run has nothing to object to", () => {
          assert.equal(report.reason, null);
          const detail = report.checks.find(({ name }) => name === CHECK)?.detail ?? "";
          const [devStatus, ...others] = detail.split("; ");
          const [, , margin] = DEV_STATUS.exec(devStatus) ?? assert.fail(detail);
          const snrDb = (Number.parseInt(margin, 16) << 26) >> 26;
          assert.ok(snrDb >= 5 && snrDb <= 15, `${snrDb} dB on an air without noise of others`);
          assert.deepEqual(others, [
            "LinkADRReq: 07",
            "RXParamSetupReq RXTimingSetupReq: 07",
            "NewChannelReq DlChannelReq: 03 03",
            "DutyCycleReq:",
          ]);
        });

        it("set data rate and windows of the device: what comes behind them is sent and heard by them", () => {
          const said = (text: RegExp) => entries.filter((entry) => text.test(entry.text)).length;
          assert.ok(said(/uplink of \d+ octets from device on .* SF9,/) >= 4, "uplinks at DR3");
          assert.ok(said(/downlink of \d+ octets from .* SF10,/) >= 2, "downlinks at DR2");
          assert.equal(said(/hears nothing in the window/), 0);
        });
      });
    }
  }
});

describe("confirmed uplinks over the air", () => {
  for (const board of ["pro-mini-rfm95", "nucleo-l073rz-sx1262"]) {
    for (const lorawan of ["1.0.4", "1.1"] as const) {
      it(`are acknowledged at once, and so sent once each, on ${board} with LoRaWAN ${lorawan}`, async () => {
        const entries: TimelineEntry[] = [];
        const config = { CONFIRMED: true };
        // Up to three times, were it not for the answer.
        const macCommands = [Buffer.from("03ff070003", "hex")];
        const report = await runJoin({
          board,
          lorawan,
          seed: 1,
          config,
          macCommands,
          onEntry: (entry) => entries.push(entry),
        });
        assert.equal(report.reason, null);
        const said = (text: RegExp) => entries.filter((entry) => text.test(entry.text)).length;
        assert.equal(said(/^confirmed uplink of \d+ octets from device/), report.uplinks.length);
        assert.equal(
          said(/downlink scheduled .*ack true/),
          report.uplinks.length - 1,
          "the run ends with the last",
        );
        assert.equal(said(/repeated true/), 0);
      });
    }
  }
});
