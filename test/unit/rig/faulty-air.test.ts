import assert from "node:assert/strict";
import type { LoraTransmission, Outcome } from "../../../hil/air/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { FaultyAir } from "../../../hil/rig/faulty-air.ts";

const SECOND = 1e9;
const UPLINK = 0x40;
const DOWNLINK = 0x60;
const JOIN_ACCEPT = 0x20;

/** What a receiver takes of what is sent: "40" intact, "broken" otherwise, at the end of the packet. */
class Ear {
  readonly heard: { readonly atNs: number; readonly what: string }[] = [];

  constructor(air: FaultyAir, clock: VirtualClock) {
    air.attach({
      name: "ear",
      arriving: (arrival) => {
        clock.at(arrival.transmission.endNs, () => {
          const outcome = air.outcome(arrival) as Outcome;
          const what = outcome.intact ? outcome.payload[0].toString(16) : "broken";
          this.heard.push({ atNs: clock.nowNs(), what });
        });
      },
    });
  }

  get all(): string[] {
    return this.heard.map(({ what }) => what);
  }
}

describe("what a spec does to the air", () => {
  let clock: VirtualClock;
  let air: FaultyAir;
  let ear: Ear;
  beforeEach(() => {
    clock = new VirtualClock();
    air = new FaultyAir({ clock, random: () => 0.5 });
    ear = new Ear(air, clock);
  });

  /** A packet of 100 ms that begins in a tenth of a second. */
  function send(mhdr: number, fields: Partial<LoraTransmission> = {}): LoraTransmission {
    const startNs = clock.nowNs() + SECOND / 10;
    const packet: LoraTransmission = {
      modulation: "lora",
      from: "device",
      frequencyHz: 868_100_000,
      ...{ bandwidthHz: 125_000, spreadingFactor: 7, codingRate: 1, preambleSymbols: 8, syncWord: 0x34 },
      ...{ implicitHeader: false, crc: true, lowDataRateOptimize: false, iqInverted: false },
      powerDbm: 14,
      payload: Uint8Array.of(mhdr, 1, 2, 3),
      startNs,
      endNs: startNs + SECOND / 10,
      ...fields,
    };
    air.transmit(packet);
    clock.advanceTo(packet.endNs + SECOND / 10);
    return packet;
  }

  it("loses frames of one kind, and no others", () => {
    const fault = air.drop({ kind: "join-accept" });
    const lost = send(JOIN_ACCEPT);
    send(DOWNLINK);
    send(UPLINK);
    assert.deepEqual(ear.all, ["60", "40"]);
    assert.deepEqual(fault.met, [lost]);
  });

  it("tells what goes up from what comes down", () => {
    const up = air.drop({ direction: "up" });
    send(UPLINK);
    send(DOWNLINK);
    up.end();
    air.drop({ direction: "down" });
    send(UPLINK);
    send(DOWNLINK);
    assert.deepEqual(ear.all, ["60", "40"]);
  });

  it("loses so many frames and no more, however many hear them", () => {
    new Ear(air, clock);
    air.drop({ count: 2 });
    for (const mhdr of [UPLINK, DOWNLINK, UPLINK, DOWNLINK]) send(mhdr);
    assert.deepEqual(ear.all, ["40", "60"]);
  });

  it("ends with its time, and where it is told to", () => {
    air.drop({ during: "1 s" });
    const other = air.corrupt();
    for (let i = 0; i < 3; i++) send(UPLINK);
    clock.advanceTo(2 * SECOND);
    send(UPLINK);
    other.end();
    send(UPLINK);
    assert.deepEqual(ear.all, ["broken", "40"]);
  });

  it("jams a channel", () => {
    air.jam({ frequencyHz: 868_100_000 });
    send(UPLINK);
    send(UPLINK, { frequencyHz: 868_300_000 });
    assert.deepEqual(ear.all, ["broken", "40"]);
  });

  it("jams all of them", () => {
    air.jam();
    send(UPLINK);
    send(UPLINK, { frequencyHz: 868_300_000 });
    assert.deepEqual(ear.all, ["broken", "broken"]);
  });

  it("delays a frame", () => {
    air.delay("3 s", { count: 1 });
    const { endNs } = send(UPLINK);
    assert.deepEqual(ear.all, []);
    clock.advanceTo(4 * SECOND);
    assert.deepEqual(ear.heard, [{ atNs: endNs + 3 * SECOND, what: "40" }]);
  });

  it("has a frame arrive twice", () => {
    const fault = air.duplicate("3 s", { direction: "up" });
    const { endNs } = send(UPLINK);
    clock.advanceTo(10 * SECOND);
    assert.deepEqual(ear.heard, [
      { atNs: endNs, what: "40" },
      { atNs: endNs + 3.1 * SECOND, what: "40" },
    ]);
    assert.equal(fault.met.length, 1, "the copy is not repeated once more");
  });

  it("knows stations by their names, and frames by what a spec asks of them", () => {
    air.drop({ from: "device" });
    air.drop({ matching: (frame) => frame.modulation === "lora" && frame.spreadingFactor === 9 });
    send(UPLINK);
    send(UPLINK, { from: "other" });
    send(UPLINK, { from: "other", spreadingFactor: 9, powerDbm: 20 });
    assert.deepEqual(ear.all, ["40"]);
  });

  it("takes no garbage for a frame of LoRaWAN", () => {
    air.drop({ kind: "data" });
    air.drop({ direction: "up" });
    send(0x43);
    assert.deepEqual(ear.all, ["43"]);
  });
});
