import assert from "node:assert/strict";
import {
  Air,
  type Arrival,
  isLora,
  type LoraTransmission,
  type Outcome,
  sameChannel,
  snrFloorDb,
  type Transmission,
} from "../../../hil/air/index.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";

const PAYLOAD = Uint8Array.of(1, 2, 3, 4);

function transmission(over: Partial<LoraTransmission> = {}): LoraTransmission {
  return {
    modulation: "lora",
    from: "node",
    frequencyHz: 868_100_000,
    bandwidthHz: 125_000,
    spreadingFactor: 7,
    codingRate: 1,
    preambleSymbols: 8,
    implicitHeader: false,
    crc: true,
    lowDataRateOptimize: false,
    iqInverted: false,
    syncWord: 0x34,
    powerDbm: 14,
    payload: PAYLOAD,
    startNs: 1000,
    endNs: 61_000_000,
    ...over,
  };
}

/** An air with a station that hears everything to the end. */
function listening(name = "gateway") {
  const clock = new VirtualClock();
  const random = seeded(1);
  const air = new Air({ clock, random });
  const heard: Array<{ arrival: Arrival; outcome: Outcome | undefined; startedNs: number }> = [];
  const detach = air.attach({
    name,
    arriving(arrival) {
      const startedNs = clock.nowNs();
      clock.at(arrival.transmission.endNs, () => {
        heard.push({ arrival, outcome: air.outcome(arrival), startedNs });
      });
    },
  });
  const run = () => clock.advanceTo(10e9);
  return { clock, air, heard, detach, run };
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

describe("Air", () => {
  it("carries a packet to every station but its sender, from its start on", () => {
    const { air, heard, run } = listening();
    const own = listening("node");
    air.transmit(transmission());
    own.air.transmit(transmission());
    run();
    own.run();
    assert.equal(heard.length, 1);
    assert.equal(heard[0].startedNs, 1000);
    assert.deepEqual(heard[0].outcome, { intact: true, payload: PAYLOAD });
    assert.equal(own.heard.length, 0);
  });

  it("hands out a copy of the payload", () => {
    const { air, heard, run } = listening();
    air.transmit(transmission());
    run();
    heard[0].outcome!.payload[0] = 99;
    assert.equal(PAYLOAD[0], 1);
  });

  it("refuses a packet that ends before it starts", () => {
    const { air } = listening();
    assert.throws(() => air.transmit(transmission({ startNs: 5, endNs: 5 })), /node ends at 5 ns/);
  });

  it("gives 14 dBm about -86 dBm over the usual link, well above the noise", () => {
    const { air, heard, run } = listening();
    air.transmit(transmission());
    run();
    assert.equal(heard[0].arrival.rssiDbm, -86);
    assert.ok(Math.abs(heard[0].arrival.snrDb - 31) < 0.1, `SNR ${heard[0].arrival.snrDb}`);
  });

  it("loses what the pair's path loss says, both ways", () => {
    const { air, heard, run } = listening();
    air.setPathLossDb("gateway", "node", 120);
    air.transmit(transmission());
    run();
    assert.equal(heard[0].arrival.rssiDbm, -106);
  });

  for (const spreadingFactor of [7, 8, 9, 10, 11, 12]) {
    const floorDb = snrFloorDb(spreadingFactor);
    for (const [aboveDb, detectable, intact] of [
      [0.1, true, true],
      [-0.1, true, false],
      [-2.9, true, false],
      [-3.1, false, false],
    ] as const) {
      it(`at ${aboveDb} dB from the floor of SF${spreadingFactor}: ${detectable ? "heard" : "not noticed"}${intact ? ", intact" : ""}`, () => {
        const { air, heard, run } = listening();
        const noiseDbm = -174 + 6 + 10 * Math.log10(125_000);
        air.setPathLossDb("gateway", "node", 14 - (noiseDbm + floorDb + aboveDb));
        air.transmit(transmission({ spreadingFactor }));
        run();
        assert.equal(heard[0].arrival.detectable, detectable);
        assert.equal(heard[0].outcome!.intact, intact);
      });
    }
  }

  it("has the floors of the datasheet", () => {
    assert.deepEqual([7, 8, 9, 10, 11, 12].map(snrFloorDb), [-7.5, -10, -12.5, -15, -17.5, -20]);
  });

  // A quarter of 125 kHz is 36 ppm of 868.1 MHz.
  for (const [sentPpm, heardPpm, offHz, within] of [
    [0, 0, 0, true],
    [20, 0, 17_362, true],
    [20, 20, 0, true],
    [-20, 15, -30_383, true],
    [35.9, 0, 31_165, true],
    [36.1, 0, 31_338, false],
    [-20, 20, -34_723, false],
  ] as const) {
    it(`with crystals ${sentPpm} and ${heardPpm} ppm off finds the carrier ${offHz} Hz away`, () => {
      const { air, heard, run } = listening();
      air.setCarrierErrorPpm("node", sentPpm);
      air.setCarrierErrorPpm("gateway", heardPpm);
      air.transmit(transmission());
      run();
      const [{ arrival }] = heard;
      assert.equal(Math.round(arrival.frequencyHz - 868_100_000), offHz);
      assert.ok(isLora(arrival));
      assert.equal(sameChannel(arrival, { frequencyHz: 868_100_000, bandwidthHz: 125_000 }), within);
    });
  }

  describe("collisions", () => {
    const verdicts = (first: Partial<LoraTransmission>, second: Partial<LoraTransmission>) => {
      const { air, heard, run } = listening();
      air.transmit(transmission({ from: "a", ...first }));
      air.transmit(transmission({ from: "b", startNs: 30_000_000, endNs: 90_000_000, ...second }));
      run();
      return heard.map(({ outcome }) => outcome!.intact);
    };
    for (const [what, first, second, expected] of [
      ["of equal strength break both", {}, {}, [false, false]],
      ["5.9 dB apart break both", { powerDbm: 19.9 }, {}, [false, false]],
      ["6 dB apart spare the stronger", { powerDbm: 20 }, {}, [true, false]],
      ["spare a stronger one that comes later", {}, { powerDbm: 20 }, [false, true]],
      ["of different spreading factors do no harm", {}, { spreadingFactor: 8 }, [true, true]],
      [
        "of SF8 that is 8 dB stronger does SF7 no harm",
        {},
        { spreadingFactor: 8, powerDbm: 22 },
        [true, true],
      ],
      [
        "of SF8 that is 8.1 dB stronger breaks SF7",
        {},
        { spreadingFactor: 8, powerDbm: 22.1 },
        [false, true],
      ],
      ["of SF12 bears 25 dB of SF7", { spreadingFactor: 12 }, { powerDbm: 39 }, [true, true]],
      ["of SF12 bears no more", { spreadingFactor: 12 }, { powerDbm: 39.1 }, [false, true]],
      [
        "of one beacon from two stations is none",
        { startNs: 30_000_000, endNs: 90_000_000 },
        {},
        [true, true],
      ],
      [
        "of two beacons at once is one",
        { startNs: 30_000_000, endNs: 90_000_000, payload: Uint8Array.of(9) },
        {},
        [false, false],
      ],
      ["of different bandwidths do no harm", {}, { bandwidthHz: 250_000 }, [true, true]],
      ["of different polarity do no harm", {}, { iqInverted: true }, [true, true]],
      ["on separate channels do no harm", {}, { frequencyHz: 868_300_000 }, [true, true]],
      ["on overlapping channels break both", {}, { frequencyHz: 868_160_000 }, [false, false]],
      ["do not happen one after the other", { endNs: 30_000_000 }, {}, [true, true]],
    ] as const) {
      it(what, () => {
        assert.deepEqual(verdicts(first, second), expected);
      });
    }

    it("change the octets of the broken packet, reproducibly", () => {
      const broken = () => {
        const { air, heard, run } = listening();
        air.transmit(transmission({ from: "a" }));
        air.transmit(transmission({ from: "b", startNs: 2000 }));
        run();
        return heard.map(({ outcome }) => [...outcome!.payload]);
      };
      for (const payload of broken()) assert.notDeepEqual(payload, [...PAYLOAD]);
      assert.deepEqual(broken(), broken());
    });
  });

  it("has no outcome for a packet whose sender gave up", () => {
    const { air, heard, clock, run } = listening();
    const cutOff = transmission();
    air.transmit(cutOff);
    clock.advanceTo(2000);
    air.abort(cutOff);
    run();
    assert.equal(heard[0].outcome, undefined);
  });

  it("tells the recorder of every packet, also of one that nobody hears", () => {
    const { air, heard, run } = listening();
    const recorded: Transmission[] = [];
    const stop = air.onTransmission((packet) => recorded.push(packet));
    air.disturb(() => "lost");
    air.transmit(transmission());
    run();
    stop();
    air.transmit(transmission({ startNs: 11e9, endNs: 12e9 }));
    assert.equal(recorded.length, 1);
    assert.equal(heard.length, 0);
  });

  it("lets a fault lose or corrupt a packet at one receiver only, until it is removed", () => {
    const { air, heard, run, clock } = listening();
    const others: Arrival[] = [];
    air.attach({ name: "other", arriving: (arrival) => others.push(arrival) });
    const remove = air.disturb((packet, receiver) => {
      if (receiver !== "gateway") return undefined;
      return packet.payload.length > 4 ? "lost" : "corrupted";
    });
    air.transmit(transmission({ payload: new Uint8Array(5) }));
    air.transmit(transmission({ from: "b", frequencyHz: 868_500_000 }));
    run();
    remove();
    air.transmit(transmission({ startNs: clock.nowNs(), endNs: clock.nowNs() + 1000 }));
    clock.advanceTo(11e9);
    assert.deepEqual(
      heard.map(({ outcome }) => outcome!.intact),
      [false, true],
    );
    assert.equal(others.length, 3);
  });

  it("tells a station that opens later what is on the air by then", () => {
    const { air, clock } = listening();
    air.transmit(transmission());
    clock.advanceTo(30_000_000);
    assert.equal(air.arrivals("gateway", 30_000_000).length, 1);
    assert.equal(air.arrivals("gateway", 61_000_000).length, 0);
  });

  it("measures noise where nothing arrives, and the sum of what does", () => {
    const { air, clock } = listening();
    const channel = { frequencyHz: 868_100_000, bandwidthHz: 125_000 };
    assert.ok(Math.abs(air.powerDbm("gateway", channel, 0) + 117) < 0.1);
    air.transmit(transmission({ from: "a" }));
    air.transmit(transmission({ from: "b" }));
    clock.advanceTo(2000);
    assert.ok(Math.abs(air.powerDbm("gateway", channel, 2000) + 83) < 0.1);
  });

  it("carries nothing to a station that was detached", () => {
    const { air, heard, run, detach } = listening();
    detach();
    air.transmit(transmission());
    run();
    assert.equal(heard.length, 0);
  });

  describe("with a carrier without modulation", () => {
    const carrier = { from: "jammer", frequencyHz: 868_110_000, powerDbm: 20, startNs: 0 };

    for (const [what, over, stops, intact] of [
      ["breaks a packet at SF7 that is 6 dB weaker", {}, false, false],
      ["leaves one at SF8, which stands 9.5 dB", { spreadingFactor: 8 }, false, true],
      ["leaves one on another channel", { frequencyHz: 868_300_000 }, false, true],
      ["leaves one that begins after its end", {}, true, true],
    ] as const)
      it(what, () => {
        const { air, heard, run } = listening();
        air.startCarrier(carrier);
        if (stops) air.stopCarrier(carrier);
        air.transmit(transmission(over));
        run();
        assert.equal(heard[0].outcome?.intact, intact);
      });

    it("breaks a packet that is on the air when it begins", () => {
      const { air, clock, heard, run } = listening();
      air.transmit(transmission());
      clock.advanceTo(30_000_000);
      air.startCarrier({ ...carrier, startNs: 30_000_000 });
      run();
      assert.equal(heard[0].outcome?.intact, false);
    });

    it("is power in its channel at everybody but its sender", () => {
      const { air } = listening();
      const channel = { frequencyHz: 868_100_000, bandwidthHz: 125_000 };
      air.startCarrier(carrier);
      assert.ok(Math.abs(air.powerDbm("gateway", channel, 0) + 80) < 0.1);
      assert.ok(air.powerDbm("jammer", channel, 0) < -110);
      assert.ok(air.powerDbm("gateway", { ...channel, frequencyHz: 868_300_000 }, 0) < -110);
    });
  });
});
