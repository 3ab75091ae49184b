/**
 * Personalised boards over power cuts, also in the midst of writes to their stores: no FCntUp twice, no downlink taken twice,
 * what the network has set kept under 1.0.4, ResetInd under 1.1. Thousands of cuts: npm run fuzz:power-cuts --
 * --activation abp.
 */
import assert from "node:assert/strict";
import { runJoin, runLoneBoard } from "../../hil/rig/index.ts";
import { formatReport } from "../../toolchain/compiler/index.ts";
import { compileForBoard } from "../../toolchain/image/index.ts";
import type { Cut } from "../fuzz/power-cuts/plan.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import type { Bench } from "../unit/firmware/support/bench.ts";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";
import { campaign, SHORT_FORM, specifySurvival } from "./support/personalised-cuts.ts";

describe("a personalised board and its network", () => {
  const SETTINGS = { PERIOD_S: 300, ABP: true };

  /** How often a Network Server has had this command of the device. */
  const commandsOf = ({ serverEvents }: DeviceSession, name: string) =>
    serverEvents.filter(({ step, detail }) => step === "mac-command-received" && detail.name === name).length;

  /** What the network sends comes to the device. */
  async function assertHears(session: DeviceSession, payload: number): Promise<void> {
    session.send(10, Uint8Array.of(payload));
    const line = `downlink 10: ${payload.toString(16).padStart(2, "0").toUpperCase()}`;
    await session.until(line, () => session.consoleLines.includes(line));
  }

  it("talk in CN470, in the plan that the image is made for", async () => {
    const session = await openDeviceSession({
      ...{ board: "pro-mini-rfm95", lorawan: "1.0.4", region: "CN470", seed: 1 },
      config: { ABP: true, CN470_PLAN: 3, PERIOD_S: 10 },
    });
    try {
      await session.nextUplink();
      await assertHears(session, 1);
      // 26 MHz B: uplinks from 480.3 MHz on, RX1 from 500.1 MHz on.
      const [uplink, downlink] = session.transmissions.map(({ frequencyHz }) => frequencyHz);
      const channel = Math.round((uplink - 480_300_000) / 200_000);
      assert.ok(channel >= 0 && channel < 48, `${uplink} Hz`);
      assert.equal(downlink, 500_100_000 + (channel % 24) * 200_000);
    } finally {
      await session.close();
    }
  });

  for (const [board, lorawan] of [
    ["pro-mini-rfm95", "1.0.4"],
    ["nucleo-l073rz-sx1276", "1.1"],
  ] as const) {
    it(`talk without a join, go on over power cuts, and agree on windows and channels: ${board}, LoRaWAN ${lorawan}`, async function () {
      this.timeout(60_000);
      const session = await openDeviceSession({ board, lorawan, seed: 1, config: SETTINGS });
      try {
        const first = await session.nextUplink();
        assert.equal(first.fCnt, 0);
        await assertHears(session, 1);
        // RXTimingSetupReq, and DR3 for the channels of the region.
        session.networkServer.request(session.identity.devEui, Buffer.from("0803" + "0330070001", "hex"));
        await session.until("answers", () =>
          session.serverEvents.some(({ step }) => step === "mac-requests-answered"),
        );
        await assertHears(session, 2);
        await session.nextUplink();

        await session.cutPower(60);
        const next = await session.nextUplink();
        assert.ok(next.fCnt >= 16 && next.fCnt <= 48, `FCntUp ${next.fCnt}`);
        await assertHears(session, 3);
        const isReset = lorawan === "1.1";
        const delayS = session.networkServer.session(session.identity.devEui)?.settings.windows.delay1Us;
        assert.equal(delayS, isReset ? 1e6 : 3e6);
        assert.equal(commandsOf(session, "ResetInd"), isReset ? 2 : 0);
        const rates = session.sent.flatMap((sent) =>
          sent.modulation === "lora" ? [sent.spreadingFactor] : [],
        );
        assert.equal(rates.at(-1), isReset ? 12 : 9);
        const refused = session.serverEvents.filter(({ step }) => step === "uplink-refused");
        assert.deepEqual(refused, []);
      } finally {
        await session.close();
      }
    });
  }
});

describe("an image with ABP", () => {
  it("is refused by a run that is about joining", async () => {
    const run = runJoin({ board: "pro-mini-rfm95", lorawan: "1.1", seed: 1, config: { ABP: true } });
    await assert.rejects(run, { name: "RigError", kind: "usage", message: /never joins/ });
  });

  it("has a session of its own on a board that no gateway hears", async () => {
    const enough = new AbortController();
    const lines: string[] = [];
    await runLoneBoard({
      ...{ board: "pro-mini-rfm95", lorawan: "1.1", seed: 1, config: { ABP: true } },
      realTime: false,
      end: enough.signal,
      limitS: 600,
      onConsoleLine: (line) => {
        lines.push(line);
        if (line === "uplink 0") enough.abort();
      },
      onNotice: () => {},
    });
    assert.match(lines[1], /^personalised [0-9A-F]{8}$/);
  });

  for (const [name, config] of [
    ["rejoin-requests", { REJOIN: true }],
    ["multicast groups", { MULTICAST_SETUP: true }],
    ["blocks of fragments with a MIC", { FRAGMENTATION: true }],
  ] as const) {
    it(`is refused with ${name}, which need root keys`, async () => {
      const board = loadProcessorBoard("pro-mini-rfm95");
      const { diagnostics } = compileForBoard({ board, config: { ABP: true, ...config } });
      assert.match(
        formatReport(diagnostics, { colour: false }),
        /DEV1054: .*a personalised device \(ABP\) has no root keys/,
      );
    });
  }
});

describe("power cuts of a personalised board", () => {
  for (const { board, lorawan11 } of SHORT_FORM) specifySurvival(board, lorawan11);
});

describe("a campaign of power cuts of a personalised board", () => {
  const cuts = Array.from({ length: 12 }, (): Cut => ({ at: "instant", afterNs: 7e9 }));
  const BOARD = "pro-mini-rfm95";

  /** After each uplink and its windows part of the store is again what it was. */
  const forgetful =
    (start: number, end: number, when: "before the uplink" | "before the downlink") =>
    ({ eeprom, air, clock }: Bench) => {
      const first = Uint8Array.from(eeprom);
      air.onTransmission(({ from, endNs }) => {
        if (from === "network") return;
        const kept = when === "before the uplink" ? first : Uint8Array.from(eeprom);
        clock.at(endNs + 2.9e9, () => eeprom.set(kept.subarray(start, end), start));
      });
    };

  it("finds an FCntUp that is there twice", async () => {
    const { fault } = await campaign(BOARD, true, cuts, forgetful(96, 512, "before the uplink"));
    assert.match(fault ?? "", /: FCntUp 0 follows 0$/);
  });

  it("finds a downlink that is taken twice", async () => {
    const { fault } = await campaign(BOARD, true, cuts, forgetful(96, 512, "before the downlink"));
    assert.match(fault ?? "", /: the device takes downlink [0-9A-F]{8} again$/);
  });

  it("finds settings that are lost", async () => {
    const { fault } = await campaign(BOARD, false, cuts, forgetful(512, 1024, "before the uplink"));
    assert.match(fault ?? "", /: the data rate that was set is lost: SF12$/);
  });
});
