/**
 * A capture as Wireshark's dissectors read it: every field of LoRaTap, and the LoRaWAN frame, its MIC and its payload by keys
 * that Wireshark is given.
 */
import assert from "node:assert/strict";
import { captureOf, type LoraTransmission, noiseFloorDbm } from "../../../hil/air/index.ts";
import { VIRTUAL_EPOCH_MS } from "../../../hil/clock/index.ts";
import {
  buildBeacon,
  buildDataMessage,
  buildJoinRequest,
  cryptFrmPayload,
  type DataFrame,
  dataMic10,
  NetworkPlan,
} from "../../../hil/lorawan/index.ts";
import { type DissectedFrame, dissect, field } from "../../support/tshark.ts";
import { LORA_PACKET } from "./support/lora-packet.ts";

const [NWK_S_KEY, APP_S_KEY] = [Buffer.alloc(16, 0xa1), Buffer.alloc(16, 0xb2)];
const JOIN_EUI = "70B3D57ED0000001";
const DEV_EUI = "0200000000000002";
const SESSION = { devAddr: "02A10304", fCnt: 0x1fffe };
const PAYLOAD = Buffer.from("07aabb", "hex");

function dataFrame(over: Partial<DataFrame>): Buffer {
  const { direction = "up", fPort } = over;
  const clear = fPort === undefined ? Buffer.of() : PAYLOAD;
  const message = buildDataMessage({
    ...{ direction, confirmed: false, devAddr: SESSION.devAddr, fCnt16: SESSION.fCnt & 0xffff },
    ...{ adr: false, adrAckReq: false, ack: false, classBOrFPending: false, fOpts: Uint8Array.of() },
    frmPayload: cryptFrmPayload({ ...SESSION, fCnt: SESSION.fCnt & 0xffff, direction }, APP_S_KEY, clear),
    ...over,
  });
  // Wireshark has sixteen bits of the counter.
  const input = { devAddr: SESSION.devAddr, fCnt: SESSION.fCnt & 0xffff, message };
  return Buffer.concat([message, dataMic10(input, NWK_S_KEY, direction)]);
}

/** Wireshark has EUIs and addresses of its table as they are on the air. */
const onAir = (text: string) => Buffer.from(text, "hex").reverse().toString("hex");
const KEYS = [
  "-o",
  `uat:encryption_keys_lorawan:${[
    onAir(SESSION.devAddr),
    NWK_S_KEY.toString("hex"),
    APP_S_KEY.toString("hex"),
    onAir(JOIN_EUI),
  ]
    .map((value) => `"${value}"`)
    .join(",")}`,
];

/** Packets of a capture: what they are, how they differ from the usual one, and what Wireshark must make of them. */
interface Case {
  readonly what: string;
  readonly packet: Partial<LoraTransmission>;
  readonly rssiDbm: number;
  readonly check: (frame: DissectedFrame) => void;
}

const usual = (what: string, packet: Partial<LoraTransmission>, check: Case["check"]): Case => ({
  ...{ what, packet, rssiDbm: -86, check },
});

const read = (frame: DissectedFrame, name: string) => field(frame, `lorawan.${name}`);
const GOOD_MIC = "1";

/** Each spreading factor, bandwidth, sync word and level. */
const HEADERS: readonly Case[] = [-86, -117.4, -130.6].flatMap((rssiDbm) =>
  [7, 8, 9, 10, 11, 12].flatMap((spreadingFactor) =>
    [125_000, 250_000, 500_000].map((bandwidthHz) => {
      const frequencyHz = 902_300_000 + spreadingFactor * 200_000;
      const syncWord = bandwidthHz === 250_000 ? 0x12 : 0x34;
      return {
        what: `SF${spreadingFactor} at ${bandwidthHz / 1000} kHz and ${rssiDbm} dBm: every field of the header`,
        packet: { spreadingFactor, bandwidthHz, frequencyHz, syncWord, payload: dataFrame({ fPort: 2 }) },
        rssiDbm,
        check: (frame: DissectedFrame) => {
          const level = String(Math.max(0, Math.round(rssiDbm + 139)));
          const snrDb = Math.min(12, rssiDbm - (-168 + 10 * Math.log10(bandwidthHz)));
          assert.deepEqual(frame.loratap, {
            "loratap.version": "0",
            "loratap.padding": "00",
            "loratap.header_length": "15",
            "loratap.channel": {
              "loratap.channel.frequency": String(frequencyHz),
              "loratap.channel.bandwidth": String(bandwidthHz / 125_000),
              "loratap.channel.sf": String(spreadingFactor),
            },
            "loratap.rssi": {
              "loratap.rssi.packet": level,
              "loratap.rssi.max": level,
              "loratap.rssi.current": level,
              "loratap.rssi.snr": String(Math.round(snrDb * 4) & 0xff),
            },
            "loratap.syncword": `0x${syncWord.toString(16)}`,
          });
        },
      };
    }),
  ),
);

const DATA = (
  [
    ["an unconfirmed uplink", {}, "2", "00000"],
    ["a confirmed uplink", { confirmed: true, adr: true, adrAckReq: true }, "4", "11000"],
    ["an unconfirmed downlink", { direction: "down", ack: true }, "3", "00100"],
    [
      "a confirmed downlink with a MAC command",
      { direction: "down", confirmed: true, classBOrFPending: true, fOpts: Uint8Array.of(6) },
      "5",
      "00011",
    ],
  ] as const
).map(([what, over, mType, flags]) =>
  usual(
    `${what}: header, counter, port, MIC and payload`,
    { payload: dataFrame({ fPort: 10, ...over }) },
    (frame) => {
      assert.equal(read(frame, "mhdr.mtype"), mType);
      assert.equal(read(frame, "mhdr.major"), "0");
      assert.equal(read(frame, "fhdr.devaddr"), "0x02a10304");
      const names = ["adr", "adrackreq", "ack", "fpending", "foptslen"];
      assert.equal(names.map((name) => read(frame, `fhdr.fctrl.${name}`)).join(""), flags);
      assert.equal(read(frame, "fhdr.fcnt"), String(SESSION.fCnt & 0xffff));
      assert.equal(read(frame, "fport"), "0x0a");
      assert.equal(read(frame, "frmpayload_decrypted"), "07:aa:bb");
      assert.equal(read(frame, "mic.status"), GOOD_MIC);
      assert.equal(field(frame, "_ws.malformed"), undefined);
      assert.equal(field(frame, "_ws.expert"), undefined);
    },
  ),
);

const BROKEN = dataFrame({ fPort: 10 });
BROKEN[BROKEN.length - 1] ^= 1;
const WITHOUT_PORT = dataFrame({ ack: true });
const BEACON = buildBeacon(
  { time: 1_451_606_400, precision: 0, infoDesc: 0, info: new Uint8Array(6) },
  new NetworkPlan("EU868").classB.beaconLayout,
);

const OTHERS: readonly Case[] = [
  usual(
    "a join-request, with its MIC",
    { payload: buildJoinRequest({ joinEui: JOIN_EUI, devEui: DEV_EUI, devNonce: 0x1234 }, APP_S_KEY) },
    (frame) => {
      const octets = (name: string) => read(frame, `join_request.${name}`)?.replaceAll(":", "").toUpperCase();
      assert.deepEqual(["appeui", "deveui", "devnonce"].map(octets), [JOIN_EUI, DEV_EUI, "3412"]);
      assert.equal(read(frame, "mic.status"), GOOD_MIC);
    },
  ),
  usual("a broken MIC", { payload: BROKEN }, (frame) => assert.equal(read(frame, "mic.status"), "0")),
  // Wireshark 4.0 looks for an FPort wherever there is a MIC.
  usual("a frame without FPort up to where that would be", { payload: WITHOUT_PORT }, (frame) => {
    assert.equal(read(frame, "fhdr.fctrl.ack"), "1");
    assert.equal(read(frame, "fhdr.fcnt"), String(SESSION.fCnt & 0xffff));
    const [firstOfMic] = WITHOUT_PORT.subarray(-4);
    assert.equal(Number(read(frame, "fport")), firstOfMic);
  }),
  // It has no MHDR, and nothing tells the reader.
  usual(
    "a beacon by its header alone",
    { payload: BEACON, implicitHeader: true, crc: false, spreadingFactor: 9 },
    (frame) => {
      assert.equal(field(frame, "loratap.channel.sf"), "9");
      assert.equal(field(frame, "loratap.syncword"), "0x34");
      assert.equal(field(frame, "frame.len"), String(15 + BEACON.length));
    },
  ),
];

describe("a capture, as Wireshark with the keys of its device reads it", () => {
  const cases = [...HEADERS, ...DATA, ...OTHERS];
  let frames: DissectedFrame[];
  before(() => {
    const packets = cases.map(({ packet, rssiDbm }) => {
      const transmission = { ...LORA_PACKET, ...packet };
      const snrDb = rssiDbm - noiseFloorDbm(transmission.bandwidthHz);
      return {
        transmission,
        aborted: false,
        arrivals: [{ receiver: "gateway", rssiDbm, snrDb, intact: true }],
      };
    });
    frames = dissect(captureOf(packets, VIRTUAL_EPOCH_MS, "pcap"), KEYS);
  });

  for (const [index, { what, check }] of cases.entries()) it(`has ${what}`, () => check(frames[index]));
});
