import assert from "node:assert/strict";
import {
  Air,
  AirRecorder,
  captureOf,
  LORAWAN_FSK,
  type LoraTransmission,
  type RecordedPacket,
  type Transmission,
} from "../../../hil/air/index.ts";
import { VIRTUAL_EPOCH_MS, VirtualClock } from "../../../hil/clock/index.ts";
import { type DissectedFrame, dissect, field } from "../../support/tshark.ts";
import { LORA_PACKET } from "./support/lora-packet.ts";

const UPLINK = Buffer.from("80 0403a102 a0 0500 02 07aabb 11223344".replaceAll(" ", ""), "hex");

const LORA: LoraTransmission = { ...LORA_PACKET, payload: UPLINK };

const FSK: Transmission = {
  modulation: "fsk",
  ...LORAWAN_FSK,
  from: "node",
  frequencyHz: 868_800_000,
  bandwidthHz: 100_000,
  powerDbm: 14,
  payload: UPLINK,
  startNs: 5_000_000_000_123,
  endNs: 5_000_100_000_000,
};

function recorded(over: Partial<LoraTransmission>, rssiDbm: number, snrDb: number): RecordedPacket {
  return {
    transmission: { ...LORA, ...over },
    aborted: false,
    arrivals: [{ receiver: "gateway", rssiDbm, snrDb, intact: true }],
  };
}

/** Packets, and what a reader of their capture must find. */
const PACKETS: readonly (readonly [RecordedPacket, Readonly<Record<string, string>>])[] = [
  [
    recorded({}, -86, 31),
    {
      "channel.frequency": "868100000",
      "channel.bandwidth": "1",
      "channel.sf": "7",
      "rssi.packet": "53",
      "rssi.snr": "48",
    },
  ],
  [
    recorded({ frequencyHz: 915_200_012, bandwidthHz: 500_000, spreadingFactor: 8 }, -60.4, 9.9),
    {
      "channel.frequency": "915200012",
      "channel.bandwidth": "4",
      "channel.sf": "8",
      "rssi.packet": "79",
      "rssi.snr": "40",
    },
  ],
  [
    recorded({ bandwidthHz: 250_000 }, -128, -7.25),
    { "channel.bandwidth": "2", "rssi.packet": "11", "rssi.snr": String(256 - 29) },
  ],
  [
    recorded({ spreadingFactor: 12, syncWord: 0x12 }, -141, -24),
    { "channel.sf": "12", "rssi.packet": "0", syncword: "0x12" },
  ],
  [
    { transmission: LORA, aborted: false, arrivals: [] },
    { "channel.sf": "7", "rssi.packet": "0", "rssi.max": "0", "rssi.current": "0", "rssi.snr": "0" },
  ],
  [
    {
      transmission: FSK,
      aborted: false,
      arrivals: [{ receiver: "gateway", rssiDbm: -86, snrDb: 31, intact: true }],
    },
    {
      "channel.frequency": "868800000",
      "channel.bandwidth": "0",
      "channel.sf": "0",
      "rssi.packet": "53",
      syncword: "0x34",
    },
  ],
];

describe("a capture of the air, as Wireshark reads it", () => {
  for (const format of ["pcap", "pcapng"] as const) {
    describe(format, () => {
      let frames: DissectedFrame[];
      before(() => {
        frames = dissect(
          captureOf(
            PACKETS.map(([packet]) => packet),
            VIRTUAL_EPOCH_MS,
            format,
          ),
        );
      });

      it("has the radio's fields of every packet", () => {
        assert.equal(frames.length, PACKETS.length);
        for (const [index, [, expected]] of PACKETS.entries()) {
          for (const [name, value] of Object.entries(expected)) {
            assert.equal(field(frames[index], `loratap.${name}`), value, `${name} of frame ${index}`);
          }
        }
      });

      it("has the time of the begin to the nanosecond", () => {
        assert.equal(field(frames[0], "frame.time_epoch"), "1767225600.963177251");
        assert.equal(field(frames[5], "frame.time_epoch"), "1767230600.000000123");
      });

      it("has the LoRaWAN frame, of FSK too", () => {
        for (const index of [0, 5]) {
          const read = (name: string) => field(frames[index], `lorawan.${name}`);
          assert.equal(read("mhdr.mtype"), "4");
          assert.equal(read("fhdr.devaddr"), "0x02a10304");
          assert.equal(read("fhdr.fctrl.adr"), "1");
          assert.equal(read("fhdr.fctrl.ack"), "1");
          assert.equal(read("fhdr.fcnt"), "5");
          assert.equal(read("fport"), "0x02");
          assert.equal(read("frmpayload"), "07:aa:bb");
          assert.equal(read("mic"), "0x44332211");
        }
      });
    });
  }

  it("says in comments what LoRaTap cannot", () => {
    const packets = PACKETS.map(([packet]) => packet);
    const frames = dissect(captureOf(packets, VIRTUAL_EPOCH_MS, "pcapng"));
    const comments = frames.map((frame) => field(frame, "frame.comment"));
    assert.equal(
      comments[0],
      "from node; received by gateway (-86.0 dBm, SNR 12.0 dB); 14 dBm; 51.456 ms; CR 4/5; IQ not inverted; explicit header; CRC on",
    );
    assert.match(comments[4] ?? "", /received by nobody/);
    assert.match(comments[5] ?? "", /FSK 50000 bit\/s$/);
    assert.equal(field(frames[0], "frame.interface_name"), "air");
  });

  it("is without what nobody has sent to its end, and may be empty", () => {
    const [[packet]] = PACKETS;
    const capture = captureOf([{ ...packet, aborted: true }], VIRTUAL_EPOCH_MS, "pcap");
    assert.deepEqual(dissect(capture), []);
  });
});

describe("the recorder of the air", () => {
  const listening = () => {
    const clock = new VirtualClock();
    const air = new Air({ clock, random: () => 0.5 });
    const recorder = new AirRecorder(air);
    const station = (name: string) =>
      air.attach({
        name,
        arriving: (arrival) => clock.at(arrival.transmission.endNs, () => air.outcome(arrival)),
      });
    return { clock, air, recorder, station };
  };

  it("knows who got a packet, who got it broken, and who did not listen to its end", () => {
    const { clock, air, recorder, station } = listening();
    station("near");
    station("far");
    air.attach({ name: "deaf", arriving: () => {} });
    air.setPathLossDb("node", "far", 160);
    air.transmit({ ...LORA, startNs: 0 });
    clock.advanceTo(10e9);
    const [{ aborted, arrivals }] = recorder.packets;
    assert.equal(aborted, false);
    assert.deepEqual(
      arrivals.map(({ receiver, rssiDbm, intact }) => ({ receiver, rssiDbm, intact })),
      [
        { receiver: "near", rssiDbm: -86, intact: true },
        { receiver: "far", rssiDbm: -146, intact: false },
        { receiver: "deaf", rssiDbm: -86, intact: undefined },
      ],
    );
  });

  it("leaves out the station to which a fault made it lost", () => {
    const { air, recorder, station } = listening();
    station("near");
    station("far");
    air.disturb((_, receiver) => (receiver === "near" ? "lost" : undefined));
    air.transmit({ ...LORA, startNs: 0 });
    assert.deepEqual(
      recorder.packets[0].arrivals.map(({ receiver }) => receiver),
      ["far"],
    );
  });

  it("marks a packet whose transmitter stopped", () => {
    const { air, recorder } = listening();
    const transmission = { ...LORA, startNs: 0 };
    air.transmit(transmission);
    air.abort(transmission);
    assert.equal(recorder.packets[0].aborted, true);
  });
});
