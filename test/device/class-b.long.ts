/** Two hours without a beacon, on emulated boards of both families of radios: frames are heard to the end, then class A. */
import assert from "node:assert/strict";
import { parseDataFrame } from "../../hil/lorawan/index.ts";
import { openDeviceSession } from "./support/device-session.ts";

const TWO_HOURS_S = 7200;

for (const { board, lorawan } of [
  { board: "pro-mini-rfm95", lorawan: "1.0.4" },
  { board: "nucleo-l073rz-sx1262", lorawan: "1.1" },
] as const) {
  describe(`class B without beacons on ${board}, LoRaWAN ${lorawan}`, () => {
    it("ends two hours after the last, and begins anew with the next", async () => {
      const session = await openDeviceSession({
        ...{ board, lorawan, seed: 6, beacons: true },
        config: { CLASS_B: true, PING_PERIODICITY: 3, PERIOD_S: 300 },
      });
      try {
        const inB = () =>
          session.networkServer.session(session.identity.devEui)?.classB.periodicity !== undefined;
        const lastBit = () => {
          const [last] = session.sent.slice(-1);
          return parseDataFrame(last.payload).classBOrFPending;
        };
        await session.until("class B", inB, 600);
        session.sendsBeacons = false;
        const beacons = session.radioEvents.filter(
          (event) => event.type === "rx-done" && event.payload.length === 17,
        );
        const lastBeaconS = beacons[beacons.length - 1].atNs / 1e9;
        for (const sinceS of [1000, 3000, 6600]) {
          await session.pass(lastBeaconS + sinceS - session.nowS);
          await session.nextUplink();
          assert.equal(lastBit(), true, `${sinceS} s after the last beacon`);
          await session.pass(6);
          const line = `downlink 10: ${sinceS.toString(16).toUpperCase().padStart(4, "0")}`;
          session.send(10, Uint8Array.of(sinceS >> 8, sinceS & 0xff));
          await session.until(`"${line}"`, () => session.consoleLines.includes(line), 40);
        }
        await session.pass(lastBeaconS + TWO_HOURS_S - session.nowS);
        await session.nextUplink();
        assert.equal(lastBit(), false);
        assert.equal(inB(), false);
        session.sendsBeacons = true;
        await session.until("class B again", inB, 1200);
      } finally {
        await session.close();
      }
    });
  });
}
