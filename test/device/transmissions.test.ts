/**
 * How often boards send an uplink (TS001-1.0.4, 5.3 and 6.1): NbTrans times where nothing answers, less where something
 * does; with and without the wish to be acknowledged.
 */
import assert from "node:assert/strict";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";
import { loseDownlinks, type SentUplink, sentUplinks } from "./support/uplinks.ts";

const PERIOD_S = 60;
const NB_TRANS = 3;
const APPLICATION_PORT = 10;
/** RX2 opens two seconds behind the end of an uplink. */
const RX2_S = 2;

/** A board that sends each uplink three times, to a network whose frames may be lost. */
class Repeater {
  readonly session: DeviceSession;
  /** As many frames of the gateway do not reach the board from now on. */
  lost = 0;

  constructor(session: DeviceSession) {
    this.session = session;
    loseDownlinks(session, () => this.lost-- > 0);
  }

  static async open(board: string, lorawan: "1.0.4" | "1.1", confirmed: boolean): Promise<Repeater> {
    const session = await openDeviceSession({
      ...{ board, lorawan, seed: 11 },
      config: { PERIOD_S, CONFIRMED: confirmed },
    });
    await session.nextUplink();
    // DR5, TXPower 0, all channels.
    const commands = Buffer.from(`0350ff000${NB_TRANS}`, "hex");
    session.networkServer.request(session.identity.devEui, commands);
    await session.until("LinkADRAns", () =>
      session.serverEvents.some(({ step }) => step === "mac-requests-answered"),
    );
    const repeater = new Repeater(session);
    await session.pass(PERIOD_S / 2);
    return repeater;
  }

  /** All transmissions of the next uplink, with what the network does at the first of them. */
  async next(atFirst: () => void = () => {}): Promise<readonly SentUplink[]> {
    const { fCnt } = await this.session.nextUplink();
    atFirst();
    await this.session.pass(PERIOD_S / 2);
    return sentUplinks(this.session).filter((uplink) => uplink.fCnt === fCnt % 0x10000);
  }

  /** FCntUp of what the Application Server has got. */
  get received(): readonly number[] {
    return this.session.uplinks.map(({ fCnt }) => fCnt);
  }
}

/** Seconds from the end of each transmission to the start of the next. */
function pauses(sent: readonly SentUplink[]): number[] {
  return sent.slice(1).map(({ startS }, i) => startS - sent[i].endS);
}

for (const { board, lorawan } of [
  { board: "pro-mini-rfm95", lorawan: "1.0.4" },
  { board: "nucleo-l073rz-sx1262", lorawan: "1.1" },
] as const) {
  describe(`unconfirmed uplinks with NbTrans ${NB_TRANS}, ${board}, LoRaWAN ${lorawan}`, () => {
    let device: Repeater;
    before(async () => {
      device = await Repeater.open(board, lorawan, false);
    });
    after(() => device?.session.close());

    it("go out three times where nothing answers, each on another channel and behind RX2", async () => {
      const sent = await device.next();
      assert.equal(sent.length, NB_TRANS);
      assert.equal(new Set(sent.map(({ channel }) => channel)).size, NB_TRANS);
      assert.ok(sent.every(({ confirmed }) => !confirmed));
      for (const pauseS of pauses(sent)) assert.ok(pauseS > RX2_S, `${pauseS} s`);
    });

    it("go out once where a downlink answers the first", async () => {
      const sent = await device.next(() => device.session.send(APPLICATION_PORT, Uint8Array.of(1)));
      assert.equal(sent.length, 1);
    });

    it("go out twice where a downlink answers the second, and the one behind the first is lost", async () => {
      const sent = await device.next(() => {
        device.lost = 1;
        device.session.send(APPLICATION_PORT, Uint8Array.of(1));
        device.session.send(APPLICATION_PORT, Uint8Array.of(2));
      });
      assert.equal(sent.length, 2);
      assert.equal(
        device.session.consoleLines.findLast((line) => line.startsWith("downlink ")),
        "downlink 10: 02",
      );
    });

    it("acknowledge a confirmed downlink, once", async () => {
      await device.next(() => device.session.send(APPLICATION_PORT, Uint8Array.of(3), true));
      const acknowledging = await device.next(() => device.session.send(APPLICATION_PORT, Uint8Array.of(4)));
      assert.deepEqual(
        acknowledging.map(({ ack }) => ack),
        [true],
      );
      const next = await device.next();
      assert.ok(next.every(({ ack }) => !ack));
      const acknowledged = device.session.serverEvents.filter(({ step }) => step === "downlink-acknowledged");
      assert.equal(acknowledged.length, 1);
    });

    it("come to the application once each, whatever was repeated", () => {
      assert.deepEqual(device.received, [...device.received.keys()]);
    });
  });

  describe(`confirmed uplinks with NbTrans ${NB_TRANS}, ${board}, LoRaWAN ${lorawan}`, () => {
    let device: Repeater;
    before(async () => {
      device = await Repeater.open(board, lorawan, true);
    });
    after(() => device?.session.close());

    it("go out once where they are acknowledged", async () => {
      const sent = await device.next();
      assert.equal(sent.length, 1);
      assert.ok(sent[0].confirmed);
    });

    it("go out again where the acknowledgement is lost, one to three seconds behind RX2", async () => {
      const sent = await device.next(() => {
        device.lost = 1;
      });
      assert.equal(sent.length, 2);
      const [pauseS] = pauses(sent);
      assert.ok(pauseS >= RX2_S + 1 && pauseS <= RX2_S + 3.5, `${pauseS} s`);
    });

    it("go out three times where all acknowledgements are lost, and the next one has the next FCntUp", async () => {
      const sent = await device.next(() => {
        device.lost = NB_TRANS;
      });
      assert.equal(sent.length, NB_TRANS);
      const [next] = await device.next();
      assert.equal(next.fCnt, sent[0].fCnt + 1);
    });

    it("come to the application once each, whatever was repeated", () => {
      assert.deepEqual(device.received, [...device.received.keys()]);
    });
  });
}
