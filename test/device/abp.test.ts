/**
 * Personalised boards over power cuts, also in the midst of writes to their stores: no FCntUp twice, no downlink taken twice,
 * what the network has set kept under 1.0.4, ResetInd under 1.1. Thousands of cuts: npm run fuzz:power-cuts --
 * --activation abp.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runJoin, runLoneBoard } from "../../hil/rig/index.ts";
import { buildImage, type Image } from "../../toolchain/image/index.ts";
import { AbpWitness } from "../fuzz/power-cuts/abp-witness.ts";
import { type CampaignOptions, runCampaign } from "../fuzz/power-cuts/campaign.ts";
import {
  type Cut,
  type Life,
  PERIOD_S,
  PERSONALISED_10,
  PERSONALISED_11,
  planCuts,
} from "../fuzz/power-cuts/plan.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import { type Bench, seeded } from "../unit/firmware/support/bench.ts";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";

const BOARDS = ["pro-mini-rfm95", "nucleo-l073rz-sx1276"];
const WRITE_CUTS = 16;
const OTHER_CUTS = 20;

const images = new Map<string, Image>();
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "joinery-abp-"));
});
after(() => rmSync(folder, { recursive: true }));

async function campaign(
  board: string,
  lorawan11: boolean,
  cuts: readonly Cut[],
  prepare?: CampaignOptions["prepare"],
) {
  const key = `${board}-${lorawan11}`;
  const config = { LORAWAN_1_1: lorawan11, PERIOD_S, ABP: true };
  const image =
    images.get(key) ??
    (await buildImage({ board: loadProcessorBoard(board), config, outDir: join(folder, key) }));
  images.set(key, image);
  const random = seeded(1);
  const witness = (bench: Bench) => new AbpWitness(bench, lorawan11, random);
  return runCampaign({ image, cuts, random, witness, prepare });
}

/** Cuts in the midst of writes, over all of a life, and elsewhere. */
function someCuts(life: Life, processor: string): Cut[] {
  const writes = Array.from({ length: WRITE_CUTS }, (_, index): Cut => {
    const count = 1 + Math.round((index * (life.writes - 1)) / (WRITE_CUTS - 1));
    return { at: "write", count, phase: "during" };
  });
  const others = planCuts(2 * OTHER_CUTS, processor, seeded(1), life).filter(({ at }) => at !== "write");
  return [...writes, ...others.slice(0, OTHER_CUTS)];
}

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
      const outDir = join(folder, "refused");
      const build = buildImage({
        board: loadProcessorBoard(BOARDS[0]),
        config: { ABP: true, ...config },
        outDir,
      });
      await assert.rejects(build, /DEV1054: .*a personalised device \(ABP\) has no root keys/);
    });
  }
});

describe("power cuts of a personalised board", () => {
  for (const board of BOARDS) {
    for (const lorawan11 of [false, true]) {
      const version = lorawan11 ? "1.1" : "1.0.4";
      it(`repeat no FCntUp, take no downlink twice and lose no settings: ${board}, LoRaWAN ${version}`, async function () {
        this.timeout(120_000);
        const life = lorawan11 ? PERSONALISED_11 : PERSONALISED_10;
        const cuts = someCuts(life, loadProcessorBoard(board).processor);
        const { survived, onAir, fault } = await campaign(board, lorawan11, cuts);
        assert.equal(fault, undefined);
        assert.equal(
          Object.values(survived).reduce((sum, count) => sum + count),
          cuts.length,
        );
        assert.ok(survived.writing >= WRITE_CUTS, JSON.stringify(survived));
        assert.ok(onAir.replays > 0 && onAir.downlinks > cuts.length, JSON.stringify(onAir));
      });
    }
  }
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
