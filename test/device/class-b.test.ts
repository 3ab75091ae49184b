/**
 * Class B on emulated boards, with the servers of the join scenario and a gateway that sends beacons: from the time over the
 * beacon and PingSlotInfoReq to downlinks in ping slots, which no uplink comes before.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseDataFrame, pingSlotsMs } from "../../hil/lorawan/index.ts";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";
import { ask, frequencyOctets } from "./support/mac-requests.ts";

const PERIODICITY = 2;
/** GPS time at the run's zero. */
const ZERO_S = (Date.UTC(2026, 0, 1) - Date.UTC(1980, 0, 6)) / 1000 + 18;

const FIRMWARE = resolve(import.meta.dirname, "../../firmware");
/** Its network may have it listen at another periodicity. */
const PERIODICITY_PORT = 11;
const APP = `import type { Bytes, Int, u8 } from "${FIRMWARE}/lang/index.ts";
import { setPingPeriodicity } from "${FIRMWARE}/lorawan/index.ts";
export const PERIOD_S = 60;
export const UPLINK_PORT = 1;
export const MAX_PAYLOAD = 1;
export function setup(): void {}
export function sample(payload: Bytes<1>): Int<0, 1> {
  payload[0] = 7;
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {
  if (port === ${PERIODICITY_PORT} && length === 1) setPingPeriodicity(payload[0] & 7);
}
`;

/** Beacons and slots hop there, at SF12 and 500 kHz. */
const HOPPING = { board: "nucleo-l073rz-sx1276", lorawan: "1.0.4", region: "US915" } as const;

describe("class B", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-class-b-"));
    writeFileSync(join(folder, "app.ts"), APP);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const { board, lorawan, gateway } of [
    { board: "pro-mini-rfm95", lorawan: "1.0.4", gateway: "udp" },
    { board: "nucleo-l073rz-sx1262", lorawan: "1.1", gateway: "station" },
  ] as const) {
    describe(`${board}, LoRaWAN ${lorawan}, ${gateway}`, () => {
      let session: DeviceSession;
      before(async () => {
        session = await openDeviceSession({
          ...{ board, lorawan, gateway, seed: 5, beacons: true },
          app: join(folder, "app.ts"),
          config: { CLASS_B: true, PING_PERIODICITY: PERIODICITY },
        });
      });
      after(() => session?.close());

      const known = () => session.networkServer.session(session.identity.devEui);
      const data = () => session.sent.slice(1).map(({ payload }) => parseDataFrame(payload));
      const said = (step: string, name: string) =>
        session.serverEvents.some((event) => event.step === step && event.detail.name === name);
      /** Whether a slot of the device begins at this second of the run. */
      const isSlot = (atS: number) => {
        const beaconS = Math.floor((ZERO_S + atS) / 128) * 128;
        const sinceMs = (ZERO_S + atS - beaconS) * 1000;
        const slots = pingSlotsMs(beaconS, known()?.devAddr ?? "", PERIODICITY);
        return slots.some((slotMs) => Math.abs(slotMs - sinceMs) < 0.01);
      };
      /** Queues a downlink and waits for it; the transmission that brought it. */
      const deliver = async (payload: Uint8Array, { confirmed = false, fPort = 10, limitS = 20 } = {}) => {
        const uplinks = session.sent.length;
        session.send(fPort, payload, confirmed);
        const line = `downlink ${fPort}: ${Buffer.from(payload).toString("hex").toUpperCase()}`;
        await session.until(`"${line}"`, () => session.consoleLines.includes(line), limitS);
        assert.equal(session.sent.length, uplinks, "no uplink came before it");
        const sent = session.transmissions.filter((transmission) => !session.sent.includes(transmission));
        return sent[sent.length - 1];
      };
      /** Past an uplink and its windows. */
      const afterUplink = async () => {
        await session.nextUplink();
        await session.pass(6);
      };

      it("is reached by DeviceTimeReq, the beacon and PingSlotInfoReq: uplinks have the ClassB bit", async () => {
        await session.until("class B", () => known()?.classB.periodicity === PERIODICITY, 600);
        assert.ok(said("mac-command-received", "DeviceTimeReq"));
        assert.ok(said("mac-command-received", "PingSlotInfoReq"));
        const bits = data().map(({ classBOrFPending }) => classBOrFPending);
        assert.equal(bits.indexOf(true), bits.length - 1, `${bits}`);
        const beacons = session.radioEvents.filter(
          (event) => event.type === "rx-done" && event.payload.length === 17,
        );
        assert.ok(beacons.length >= 1, "the radio has received a beacon");
      });

      it("brings downlinks in the device's ping slots", async () => {
        await afterUplink();
        for (const octet of [1, 2, 3]) {
          const { startNs } = await deliver(Uint8Array.of(0xca, octet));
          assert.ok(isSlot(startNs / 1e9), `${startNs / 1e9} s is no slot of the device`);
        }
      });

      it("brings confirmed ones, which are acknowledged", async () => {
        await afterUplink();
        await deliver(Uint8Array.of(0xcb), { confirmed: true });
        const before = data().length;
        await session.nextUplink();
        assert.equal(data()[before].ack, true);
      });

      it("goes on without beacons, in wider windows", async () => {
        session.sendsBeacons = false;
        await session.pass(3 * 128);
        await afterUplink();
        const { startNs } = await deliver(Uint8Array.of(0xcc));
        assert.ok(isSlot(startNs / 1e9), `${startNs / 1e9} s is no slot of the device`);
        assert.equal(data()[data().length - 1].classBOrFPending, true);
        session.sendsBeacons = true;
        await session.pass(2 * 128);
        await afterUplink();
        await deliver(Uint8Array.of(0xcd));
      });

      it("puts slots elsewhere by PingSlotChannelReq", async () => {
        // At 915 MHz and with DR14, neither of which is done; then at 869.1 MHz with DR5.
        assert.equal(await ask(session, `11${frequencyOctets(915_000_000)}0e`), "00");
        assert.equal(await ask(session, `11${frequencyOctets(869_100_000)}05`), "03");
        // The answer to it is a downlink of its own, and only the next uplink tells the application its counter.
        await afterUplink();
        await afterUplink();
        const sent = await deliver(Uint8Array.of(0xce));
        assert.deepEqual(
          [sent.frequencyHz, sent.modulation === "lora" && sent.spreadingFactor],
          [869_100_000, 7],
        );
      });

      it("looks for beacons elsewhere by BeaconFreqReq, if it may be there", async () => {
        /** Where a radio is opened around the begins of the next beacons, and how many of those it hears. */
        const nextBeacon = async () => {
          const before = session.radioEvents.length;
          const gpsS = ZERO_S + session.nowS;
          const beaconS = (Math.floor(gpsS / 128) + 1) * 128 - ZERO_S;
          await session.pass(beaconS + 1 - session.nowS);
          const events = session.radioEvents.slice(before);
          const opened = events.filter(
            ({ type, atNs }) => type === "rx-open" && Math.abs(atNs / 1e9 - beaconS) < 0.5,
          );
          const heard = events.filter((event) => event.type === "rx-done" && event.payload.length === 17);
          return {
            openedHz: opened.map(({ frequencyHz }) => Math.round(frequencyHz / 1e3) * 1e3),
            heard: heard.length,
          };
        };
        assert.equal(await ask(session, `13${frequencyOctets(915_000_000)}`), "00");
        assert.deepEqual(await nextBeacon(), { openedHz: [869_525_000], heard: 1 });
        assert.equal(await ask(session, `13${frequencyOctets(869_300_000)}`), "01");
        assert.deepEqual(await nextBeacon(), { openedHz: [869_300_000], heard: 0 });
        assert.equal(await ask(session, "13000000"), "01");
        assert.deepEqual(await nextBeacon(), { openedHz: [869_525_000], heard: 1 });
      });

      it("ends with a change of periodicity, until PingSlotInfoAns", async () => {
        await afterUplink();
        await deliver(Uint8Array.of(4), { fPort: PERIODICITY_PORT });
        const before = data().length;
        await session.until("class B again", () => known()?.classB.periodicity === 4, 300);
        const bits = data()
          .slice(before)
          .map(({ classBOrFPending }) => classBOrFPending);
        // The first carries PingSlotInfoReq.
        assert.equal(bits.indexOf(true), bits.length - 1, `${bits}`);
        assert.ok(bits.length >= 2);
        await afterUplink();
        await deliver(Uint8Array.of(0xcf), { limitS: 40 });
      });
    });
  }

  it(`is reached in ${HOPPING.region}, and slots are heard where they hop`, async () => {
    const session = await openDeviceSession({
      ...{ ...HOPPING, seed: 5, beacons: true },
      config: { CLASS_B: true, PING_PERIODICITY: PERIODICITY, PERIOD_S: 60 },
    });
    try {
      const { devEui } = session.identity;
      await session.until(
        "class B",
        () => session.networkServer.session(devEui)?.classB.periodicity === PERIODICITY,
        600,
      );
      const heardHz = new Set<number>();
      for (const octet of [1, 2, 3]) {
        await session.nextUplink();
        await session.pass(6);
        session.send(10, Uint8Array.of(octet));
        const line = `downlink 10: 0${octet}`;
        await session.until(`"${line}"`, () => session.consoleLines.includes(line), 20);
        const [sent] = session.transmissions.slice(-1);
        heardHz.add(sent.frequencyHz);
        await session.pass(80);
      }
      assert.ok(heardHz.size > 1, [...heardHz].join(", "));
    } finally {
      await session.close();
    }
  });
});
