/**
 * Class C and multicast groups on emulated boards of both radio families: what the Network Server, or a stranger, sends
 * at any time.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { airtimeUs } from "../../hil/air/index.ts";
import { buildDataMessage, dataMic10, downlinkMic11 } from "../../hil/lorawan/index.ts";
import {
  buildMulticast,
  classCSessionReq,
  groupOf,
  groupSetupReq,
  type MulticastFields,
} from "../../hil/rig/packages/index.ts";
import { buildImage } from "../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import type { Bench, Uplink } from "../unit/firmware/support/bench.ts";
import { runBoard } from "../unit/firmware/support/board-run.ts";
import type { Network } from "../unit/firmware/support/network.ts";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";

const CONFIG = { CLASS_C: true, MULTICAST_SETUP: true, CLOCK_SYNC: true, PERIOD_S: 300 };

/** Of GPS time, at the run's zero. */
const GPS_AT_ZERO_S = 1_450_000_000;

/** RX2 of EU868, and where the multicast session is: DR3 on 869.1 MHz. */
const RXC = { frequencyHz: 869_525_000, spreadingFactor: 12 };
const SESSION = { frequencyHz: 869_100_000, spreadingFactor: 9 };

/** RX2 where the join-accept says DR3. */
const RXC_DR3 = { frequencyHz: 869_525_000, sf: 9 };

const MC_KEY = Buffer.from("0102030405060708090a0b0c0d0e0f10", "hex");
const MC_ADDR = "2600AA01";
const GROUP = groupOf(MC_KEY, MC_ADDR);
const RANGE = { min: 5, max: 20 };

for (const { board, lorawan } of [
  { board: "pro-mini-rfm95", lorawan: "1.0.4" },
  { board: "nucleo-l073rz-sx1262", lorawan: "1.1" },
] as const) {
  describe(`class C on ${board}, LoRaWAN ${lorawan}`, () => {
    const lorawan11 = lorawan === "1.1";
    let session: DeviceSession;
    before(async () => {
      session = await openDeviceSession({ board, lorawan, seed: 5, deviceClass: "C", config: CONFIG });
    });
    after(() => session?.close());

    /** The payloads that came on FPort 10. */
    const heard = (): string[] =>
      session.consoleLines.flatMap((line) => /^downlink 10: (\w+)$/.exec(line)?.[1] ?? []);
    const events = (step: string) => session.serverEvents.filter((event) => event.step === step);

    async function deliver(payload: string, confirmed = false): Promise<void> {
      session.send(10, Buffer.from(payload, "hex"), confirmed);
      await session.until(`${payload} to arrive`, () => heard().includes(payload.toUpperCase()), 10);
    }

    /** Somebody sends this now; returns when it is over. */
    async function transmit(phyPayload: Uint8Array, channel: typeof RXC): Promise<void> {
      const modulation = {
        bandwidthHz: 125_000,
        spreadingFactor: channel.spreadingFactor,
        codingRate: 1,
        preambleSymbols: 8,
        implicitHeader: false,
        crc: false,
        lowDataRateOptimize: channel.spreadingFactor >= 11,
      };
      const airtimeNs = Math.round(airtimeUs({ ...modulation, payloadBytes: phyPayload.length }) * 1000);
      const startNs = Math.round(session.nowS * 1e9) + 1_000_000;
      session.air.transmit({
        modulation: "lora",
        from: "another gateway",
        frequencyHz: channel.frequencyHz,
        ...modulation,
        iqInverted: true,
        syncWord: 0x34,
        powerDbm: 14,
        payload: phyPayload,
        startNs,
        endNs: startNs + airtimeNs,
      });
      await session.pass(airtimeNs / 1e9 + 0.1);
    }

    /** A frame of the session that the network has not sent. */
    function forge(fields: { port?: number; fOpts?: string; fCnt?: number; breakMic?: boolean }): Buffer {
      const { port, fOpts = "", breakMic = false } = fields;
      const known = session.networkServer.session(session.identity.devEui);
      assert.ok(known);
      const { devAddr } = known;
      const fCnt = fields.fCnt ?? known.nextFCntDown(port);
      const message = buildDataMessage({
        ...{ direction: "down", confirmed: false, devAddr, adr: false, adrAckReq: false, ack: false },
        ...{ classBOrFPending: false, fCnt16: fCnt, fOpts: Buffer.from(fOpts, "hex"), fPort: port },
        frmPayload: Buffer.from(port === undefined ? "" : "06", "hex"),
      });
      const mic = lorawan11
        ? downlinkMic11({ devAddr, fCnt, message, confFCnt: 0 }, known.sNwkSIntKey)
        : dataMic10({ devAddr, fCnt, message }, known.fNwkSIntKey, "down");
      if (breakMic) mic[0] ^= 1;
      return Buffer.concat([message, mic]);
    }

    it("begins with the join, and under 1.1 with DeviceModeInd", async () => {
      const { payload } = await session.nextUplink();
      const answer = Buffer.alloc(6);
      answer[0] = 1;
      answer.writeInt32LE(GPS_AT_ZERO_S + Math.round(session.nowS) - Buffer.from(payload).readUInt32LE(1), 1);
      session.send(202, answer);
      await session.pass(20);
      const indications = events("mac-command-received").filter(
        ({ detail }) => detail.name === "DeviceModeInd",
      );
      assert.equal(indications.length, lorawan11 ? 1 : 0);
    });

    it("hears a downlink that is sent at once", async () => {
      const askedS = session.nowS;
      await deliver("01");
      const { startNs } = session.transmissions.findLast(({ from }) => from !== "device")!;
      assert.ok(startNs / 1e9 - askedS < 1, `${startNs / 1e9 - askedS} s`);
      assert.equal(events("downlink-scheduled").at(-1)?.detail.window, "RXC");
    });

    it("hears what comes when RX1 has been decided on, in RX2", async () => {
      await session.nextUplink();
      const { endNs } = session.sent.at(-1)!;
      await session.pass(endNs / 1e9 + 0.9 - session.nowS);
      await deliver("11");
      assert.equal(events("downlink-scheduled").at(-1)?.detail.window, "RX2");
    });

    it("acknowledges a confirmed one within eight seconds", async () => {
      const askedS = session.nowS;
      await deliver("02", true);
      await session.until("the ACK", () => events("downlink-acknowledged").length > 0, 12);
      assert.ok(session.nowS - askedS < 12);
    });

    it("drops what is no frame of its session, or has what only windows of class A may bring", async () => {
      const before = heard().length;
      const wrong = [
        forge({ port: 10, breakMic: true }),
        forge({ port: 10, fCnt: 0 }),
        ...(lorawan11 ? [] : [forge({ fOpts: "06" }), forge({ port: 10, fOpts: "06" }), forge({ port: 0 })]),
      ];
      for (const frame of wrong) await transmit(frame, RXC);
      assert.equal(heard().length, before);
      await deliver("03");
      assert.equal(heard().length, before + 1);
    });

    describe("a multicast group", () => {
      let beginS: number;
      let fCnt = RANGE.min;
      const multicast = (payload: string, channel: typeof RXC, fields: MulticastFields = {}) =>
        transmit(buildMulticast(GROUP, { port: 10, payload, fCnt: fCnt++, ...fields }), channel);

      it("is set up, with a session", async () => {
        const { nwkKey, appKey } = session.identity;
        const root = { rootKey: lorawan11 ? appKey : nwkKey, lorawan11 };
        session.send(200, groupSetupReq(MC_KEY, MC_ADDR, RANGE, root));
        const setUp = await nextOf(200);
        assert.equal(setUp, "0200");
        beginS = Math.round(session.nowS) + 40;
        const request = { time: GPS_AT_ZERO_S + beginS, timeOut: 4, frequency: 8_691_000, dataRate: 3 };
        session.send(200, classCSessionReq(request));
        assert.match(await nextOf(200), /^0400[12]\w0000$/);
      });

      /** What the package says next. */
      async function nextOf(port: number): Promise<string> {
        for (;;) {
          const { fPort, payload } = await session.nextUplink(100);
          if (fPort === port) return Buffer.from(payload).toString("hex");
        }
      }

      it("is not heard on the session's channel before", async () => {
        await session.pass(beginS - 4 - session.nowS);
        const before = heard().length;
        await multicast("A0", SESSION);
        assert.equal(heard().length, before);
      });

      it("is heard while the session lasts, but for what is wrong", async () => {
        await session.pass(beginS + 2 - session.nowS);
        const before = heard().length;
        await multicast("A1", SESSION);
        const wrong: readonly MulticastFields[] = [
          { breakMic: true },
          { fCnt: fCnt - 1 },
          { fCnt: RANGE.min - 1 },
          { fCnt: RANGE.max },
          { confirmed: true },
          { fOpts: "06" },
          { port: 0 },
          { mcAddr: "2600AA02" },
        ];
        for (const fields of wrong) await multicast("EE", SESSION, { fCnt: fCnt + 1, ...fields });
        fCnt = RANGE.min + 3;
        await multicast("A2", SESSION);
        assert.deepEqual(heard().slice(before), ["A1", "A2"]);
        assert.ok(session.nowS < beginS + 16, "in time");
      });

      it("is heard on RX2's channel behind it, and not on the session's", async () => {
        await session.pass(beginS + 19 - session.nowS);
        const before = heard().length;
        await multicast("A3", SESSION);
        await multicast("A4", RXC);
        assert.deepEqual(heard().slice(before), ["A4"]);
      });
    });
  });
}

describe("class C around the windows of class A", () => {
  for (const board of ["pro-mini-rfm95", "nucleo-l073rz-sx1262"]) {
    describe(board, () => {
      let run: Awaited<ReturnType<typeof runBoard>>;
      before(async () => {
        const outDir = mkdtempSync(join(tmpdir(), "joinery-class-c-"));
        try {
          const config = { CLASS_C: true, PERIOD_S: 20 };
          const image = await buildImage({ board: loadProcessorBoard(board), config, outDir });
          // RX2 at DR3.
          const options = { lorawan11: true, rx2DataRate: 3, cfList: false };
          run = await runBoard(image, options, { durationS: 90, clockErrorPpm: 0, prepare });
        } finally {
          rmSync(outDir, { recursive: true });
        }
      });

      /** RekeyConf at once; DeviceModeConf of class A, then that of class C; and frames around the windows of the third. */
      function prepare(_machine: unknown, bench: Bench, network: Network): void {
        const at = (uplink: Uplink, afterS: number, payload: string, channel?: typeof RXC_DR3) =>
          bench.clock.at(uplink.endNs + afterS * 1e9 - 1000, () => {
            const frame = network.downlink({ port: 10, payload: Buffer.from(payload, "hex") });
            bench.send(uplink, afterS, frame, channel);
          });
        network.onData = (uplink) => {
          const conf = { 1: "0b01", 2: "2000", 4: "2002" }[network.received.length];
          if (conf !== undefined)
            bench.send(uplink, 1, network.downlink({ commands: Buffer.from(conf, "hex") }));
          if (network.received.length !== 3) return;
          at(uplink, 0.05, "01", RXC_DR3);
          at(uplink, 1.25, "02", RXC_DR3);
          at(uplink, 2, "03", RXC_DR3);
          at(uplink, 2.3, "04", RXC_DR3);
          at(uplink, 9, "05", RXC_DR3);
        };
      }

      it("hears what comes before RX1, between RX1 and RX2, in RX2 and right behind it", () => {
        const heard = run.lines().flatMap((line) => /^downlink 10: (\w+)$/.exec(line)?.[1] ?? []);
        assert.deepEqual(heard, ["01", "02", "03", "04", "05"]);
        assert.deepEqual(run.bench.findings, []);
      });

      it("says DeviceModeInd until DeviceModeConf of its class comes", () => {
        // RekeyInd and DeviceModeInd have two octets each.
        assert.deepEqual(
          run.network.received.map(({ fOpts }) => fOpts.length),
          [4, 2, 2, 2, 0],
        );
      });
    });
  }
});
