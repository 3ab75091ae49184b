/**
 * Clock synchronisation (TS003) over the air: what the Application Server answers makes the clock of a board right, and it
 * stays so as well as the board can: the clock of an AVR lags by up to a hundredth while it rests (firmware/hal/index.ts).
 */
import assert from "node:assert/strict";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";

const CLOCK_SYNC_PORT = 202;
/** Of GPS time, at the run's zero. */
const GPS_AT_ZERO_S = 1_450_000_000;
/** The device counts whole seconds; and the time from reading its clock to the end of its uplink. */
const TOLERANCE_S = 2;
const ANS_REQUIRED = 0x10;

interface AppTimeReq {
  /** By how many seconds the device is behind. */
  readonly behindS: number;
  readonly param: number;
}

describe("the clock of a board", () => {
  for (const { board, lorawan, lag } of [
    { board: "pro-mini-rfm95", lorawan: "1.1", lag: 0.01 },
    { board: "nucleo-l073rz-sx1276", lorawan: "1.0.4", lag: 0 },
  ] as const) {
    describe(`${board}, LoRaWAN ${lorawan}`, () => {
      let session: DeviceSession;
      let first: AppTimeReq;
      let correctedAtS = 0;
      before(async () => {
        session = await openDeviceSession({
          ...{ board, lorawan, seed: 3 },
          config: { CLOCK_SYNC: true, PERIOD_S: 600 },
        });
      });
      after(() => session?.close());

      /** What the package says next. */
      async function nextOfPackage(): Promise<Buffer> {
        for (;;) {
          const { fPort, payload } = await session.nextUplink();
          if (fPort === CLOCK_SYNC_PORT) return Buffer.from(payload);
        }
      }

      async function nextRequest(): Promise<AppTimeReq> {
        const request = await nextOfPackage();
        assert.equal(request.length, 6);
        assert.equal(request[0], 1);
        const behindS = GPS_AT_ZERO_S + session.nowS - request.readUInt32LE(1);
        return { behindS, param: request[5] };
      }

      function assertRight(behindS: number): void {
        const mostS = TOLERANCE_S + lag * (session.nowS - correctedAtS);
        assert.ok(behindS >= -TOLERANCE_S && behindS <= mostS, `${behindS} s behind`);
      }

      function answer(correctionS: number, token: number): void {
        const octets = Buffer.alloc(6);
        octets[0] = 1;
        octets.writeInt32LE(correctionS, 1);
        octets[5] = token;
        session.send(CLOCK_SYNC_PORT, octets);
      }

      it("is wrong after the join, and the board asks for the time", async () => {
        first = await nextRequest();
        assert.ok(first.behindS > 1_400_000_000, `${first.behindS} s behind`);
        assert.equal(first.param, ANS_REQUIRED);
      });

      it("stays wrong by an answer to another request", async () => {
        answer(Math.round(first.behindS), 7);
        await session.nextUplink();
        session.send(CLOCK_SYNC_PORT, Buffer.from("0301", "hex"));
        first = await nextRequest();
        assert.ok(first.behindS > 1_400_000_000, `${first.behindS} s behind`);
        assert.equal(first.param, ANS_REQUIRED);
      });

      it("is right by the answer", async () => {
        answer(Math.round(first.behindS), 0);
        correctedAtS = session.nowS;
        await session.nextUplink();
        session.send(CLOCK_SYNC_PORT, Buffer.from("0301", "hex"));
        const { behindS, param } = await nextRequest();
        assertRight(behindS);
        assert.equal(param, 1, "the next token, and no answer is needed any more");
      });

      it("is told again as often as the server wants, and is right still", async () => {
        await session.nextUplink();
        session.send(CLOCK_SYNC_PORT, Buffer.from("0200", "hex"));
        const accepted = await nextOfPackage();
        assert.deepEqual(accepted.subarray(0, 2), Buffer.from("0200", "hex"));
        assertRight(GPS_AT_ZERO_S + session.nowS - accepted.readUInt32LE(2));
        const sinceS = session.nowS;
        const { behindS: later } = await nextRequest();
        const periodS = session.nowS - sinceS;
        assert.ok(periodS >= 95 && periodS <= 165, `${periodS} s to the next request`);
        assertRight(later);
      });
    });
  }
});
