/**
 * Messages of Basics Station before two judges that this project has not written: what the PyPI package pamoja-gateway
 * reads in ours and writes itself (test/data/basics-station.json), and lora-packet for the frames in them.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { JsonMembers } from "../../../hil/gateway/json-members.ts";
import { parseDnmsg, parseDntxed } from "../../../hil/gateway/station/downlink.ts";
import { parseEui } from "../../../hil/gateway/station/eui.ts";
import { type FrameFields, fieldsOf, phyPayloadOf } from "../../../hil/gateway/station/frame-fields.ts";
import { parseDiscovery } from "../../../hil/gateway/station/router-info.ts";
import { parseUplink } from "../../../hil/gateway/station/uplink.ts";
import { parseWideJson, wideJson } from "../../../hil/gateway/station/wide-json.ts";
import { splitXtime } from "../../../hil/gateway/station/xtime.ts";
import { NetworkPlan } from "../../../hil/lorawan/index.ts";
import { EUI, FRAMES, messages, XTIME } from "../../vectors/basics-station/messages.ts";
import { loraPacket } from "../lorawan/judge.ts";

interface Vectors {
  readonly read: Record<string, { readonly text: string; readonly fields: Record<string, unknown> }>;
  readonly written: Record<string, string>;
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../data/basics-station.json", import.meta.url), "utf8"),
);
const FRAME_NAMES = Object.keys(FRAMES) as (keyof typeof FRAMES)[];
const members = (text: string) => new JsonMembers(parseWideJson(text), "message");

describe("Basics Station, read by another implementation", () => {
  const fieldsRead = (name: string) => vectors.read[name].fields;

  it("has the messages that the vectors were made from", () => {
    assert.deepEqual(
      messages(),
      Object.fromEntries(Object.entries(vectors.read).map(([k, v]) => [k, v.text])),
    );
  });

  it("a join-request is its EUIs, DevNonce and MIC", () => {
    const { dev_eui, join_eui, dev_nonce, mic, levels, frequency_hz, data_rate } = fieldsRead("joinRequest");
    assert.deepEqual(
      { dev_eui, join_eui, dev_nonce, mic, frequency_hz, data_rate },
      {
        ...{ dev_eui: "0102030405060708", join_eui: "00005e100000002f", dev_nonce: 0xff01 },
        ...{ mic: Buffer.from("deadbeef", "hex").readInt32LE(), frequency_hz: 868_100_000, data_rate: 5 },
      },
    );
    assert.deepEqual(levels, {
      rctx: 0,
      xtime: String(XTIME),
      gpstime: 1_451_606_418_000_000,
      rssi: -35,
      snr: 5.25,
    });
  });

  it("data frames are DevAddr, counter, FOpts, FPort and payload", () => {
    const names = ["uplink", "uplinkWithFOpts", "uplinkWithoutFPort"] as const;
    const read = names.map((name) => {
      const { dev_addr, fctrl, fcnt, fopts, fport, payload, mhdr } = fieldsRead(name);
      return [mhdr, dev_addr, fctrl, fcnt, fopts, fport, payload];
    });
    assert.deepEqual(read, [
      [0x40, 0x01020304, 0x80, 7, "", 2, "0aabbccd"],
      [0x80, 0xf1020304 | 0, 0x83, 1, "030607", undefined, ""],
      [0x40, 0x01020304, 0, 0, "", undefined, ""],
    ]);
  });

  it("downlinks are of their class, with its windows", () => {
    const read = ["classA", "classB", "classC"].map((name) => {
      const { class_, dev_eui, payload, diid, rx1, rx2, ping_slot, rx_delay, xtime, gpstime } =
        fieldsRead(name);
      assert.deepEqual([dev_eui, payload, diid], ["0102030405060708", "2001ff", 77]);
      return { class_, rx1, rx2, ping_slot, rx_delay, xtime, gpstime };
    });
    const nothing = {
      rx1: undefined,
      rx2: undefined,
      ping_slot: undefined,
      rx_delay: undefined,
      xtime: undefined,
    };
    const rx1 = { data_rate: 5, frequency_hz: 868_100_000 };
    const rx2 = { data_rate: 0, frequency_hz: 869_525_000 };
    assert.deepEqual(read, [
      { ...nothing, class_: 0, rx1, rx2, rx_delay: 5, xtime: String(XTIME), gpstime: undefined },
      { ...nothing, class_: 1, ping_slot: rx1, gpstime: 1_451_606_418_960_500 },
      { ...nothing, class_: 2, rx2, gpstime: undefined },
    ]);
  });

  it("a configuration is region, range, data rates and filters", () => {
    for (const [name, region, joinEuis] of [
      ["configEu868", "EU868", []],
      ["configUs915", "US915", [{ first: "00005e1000000000", last: "00005e10000000ff" }]],
    ] as const) {
      const plan = new NetworkPlan(region);
      const { data_rates, freq_min, freq_max, net_id, join_eui_ranges } = fieldsRead(name);
      assert.deepEqual(
        { freq_min, freq_max, net_id, join_eui_ranges },
        { freq_min: plan.rangeHz.from, freq_max: plan.rangeHz.to, net_id: [1], join_eui_ranges: joinEuis },
      );
      assert.deepEqual(
        data_rates,
        Array.from({ length: 16 }, (_, index) => {
          const rate = plan.dataRates.get(index);
          if (rate === undefined) return null;
          const { spreadingFactor, bandwidthHz, direction } = rate;
          return {
            ...{ spreading_factor: spreadingFactor, bandwidth_hz: bandwidthHz },
            downlink_only: direction === "down",
          };
        }),
      );
    }
  });

  it("the discovery is understood both ways", () => {
    assert.equal(fieldsRead("discoveryRequest"), EUI.toLowerCase());
    const { router, uri } = fieldsRead("discoveryAnswer");
    assert.deepEqual(
      { router, uri },
      { router: EUI.toLowerCase(), uri: `wss://lns.example:8887/station/${EUI}` },
    );
    assert.equal(fieldsRead("discoveryRefusal").error, "no");
  });
});

describe("Basics Station, written by another implementation", () => {
  const { written } = vectors;

  for (const name of FRAME_NAMES) {
    it(`${name}: the frame comes out octet by octet`, () => {
      const message = members(written[name]);
      const uplink = parseUplink(message.string("msgtype") as FrameFields["msgtype"], message);
      assert.equal(uplink.phyPayload.toString("hex"), FRAMES[name]);
      const { rctx, xtime, dataRate, frequencyHz, rssiDbm, snrDb } = uplink;
      assert.deepEqual(
        { rctx, xtime, dataRate, frequencyHz, rssiDbm, snrDb },
        { rctx: 0n, xtime: XTIME, dataRate: 5, frequencyHz: 868_100_000, rssiDbm: -35, snrDb: 5.25 },
      );
      assert.deepEqual(splitXtime(xtime), { radio: 0, session: 0x92, us: 5_000_001 });
    });
  }

  it("downlinks are what they were made of", () => {
    const rx1 = { dataRate: 5, frequencyHz: 868_100_000 };
    const rx2 = { dataRate: 0, frequencyHz: 869_525_000 };
    const nothing = { deviceClass: "A", first: undefined, second: undefined, gpstime: undefined, xtime: 0n };
    const expected = {
      classA: { ...nothing, first: rx1, second: rx2, rxDelay: 5, xtime: XTIME },
      classB: { ...nothing, deviceClass: "B", first: rx1, gpstime: 1_451_606_418_960_500, rxDelay: 1 },
      classC: { ...nothing, deviceClass: "C", second: rx2, rxDelay: 1 },
    };
    for (const [name, { rxDelay, ...parts }] of Object.entries(expected)) {
      const { phyPayload, muxTime, ...read } = parseDnmsg(members(written[name]));
      assert.deepEqual([phyPayload.toString("hex"), muxTime], ["2001ff", undefined]);
      assert.deepEqual(read, {
        ...parts,
        ...{ rxDelay, devEui: "0102030405060708", diid: 77n, priority: 1, rctx: 0n },
        ...{ preambleSymbols: undefined, addsCrc: false },
      });
    }
  });

  it("so are the report of a frame, the version and the discovery", () => {
    assert.equal(parseDntxed(members(written.sent)).diid, 77n);
    assert.equal(members(written.version).integer("protocol"), 2);
    const discoveries = Object.keys(written).filter((name) => name.startsWith("discovery "));
    assert.equal(discoveries.length, 5);
    for (const name of discoveries)
      assert.equal(
        parseDiscovery(Buffer.from(written[name]), false).eui,
        name.replace("discovery ", "").toUpperCase(),
      );
  });
});

describe("Basics Station, its frames before lora-packet", () => {
  const KEY = Buffer.alloc(16, 7);

  for (const [what, fields] of [
    ["a frame with payload", { FPort: 10, payload: "hello" }],
    ["a confirmed frame", { FPort: 10, payload: "hello", MType: "Confirmed Data Up" }],
    ["a frame with FOpts", { FOpts: Buffer.from("0201", "hex"), FPort: 1, payload: "x" }],
  ] as const) {
    it(`${what} keeps its fields and its MIC`, () => {
      const packet = loraPacket.fromFields(
        {
          MType: "Unconfirmed Data Up",
          DevAddr: Buffer.from("fe2caf01", "hex"),
          FCnt: 0x8001,
          ...fields,
        } as never,
        KEY,
        KEY,
      );
      const phyPayload = packet.getPHYPayload()!;
      const taken = fieldsOf(phyPayload)!;
      const octets = phyPayloadOf("updf", members(wideJson(taken)));
      assert.deepEqual(octets, phyPayload);
      assert.equal(loraPacket.verifyMIC(loraPacket.fromWire(octets), KEY), true);
      assert.ok(taken.msgtype === "updf");
      assert.equal(taken.DevAddr >>> 0, 0xfe2caf01);
      assert.equal(taken.FCnt, 0x8001);
      assert.equal(taken.FPort, packet.getFPort() ?? -1);
      assert.equal(taken.FRMPayload, packet.FRMPayload?.toString("hex") ?? "");
      assert.equal(taken.FOpts, packet.FOpts?.toString("hex") ?? "");
    });
  }

  it("a join-request keeps its EUIs and its MIC", () => {
    const packet = loraPacket.fromFields(
      {
        MType: "Join Request",
        AppEUI: Buffer.from("00005e100000002f", "hex"),
        DevEUI: Buffer.from("0102030405060708", "hex"),
        DevNonce: Buffer.from("ff01", "hex"),
      } as never,
      undefined,
      undefined,
      KEY,
    );
    const phyPayload = packet.getPHYPayload()!;
    const taken = fieldsOf(phyPayload)!;
    assert.deepEqual(phyPayloadOf("jreq", members(wideJson(taken))), phyPayload);
    assert.ok(taken.msgtype === "jreq");
    assert.deepEqual([taken.JoinEui, taken.DevEui], ["00-00-5E-10-00-00-00-2F", "01-02-03-04-05-06-07-08"]);
    assert.equal(taken.DevNonce, 0xff01);
    assert.equal(parseEui(taken.DevEui, "DevEui"), "0102030405060708");
  });
});

describe("JSON with integers of 64 bits", () => {
  it("keeps them, and leaves alone what looks like one in a text", () => {
    const text =
      '{"a":9007199254740993,"b":-9223372036854775808,"c":[18446744073709551615,1.5,1e3,7],"d":"12345678901234567890 \\" 12345678901234567890"}';
    const value = parseWideJson(text);
    assert.deepEqual(value, {
      a: 9_007_199_254_740_993n,
      b: -9_223_372_036_854_775_808n,
      c: [18_446_744_073_709_551_615n, 1.5, 1000, 7],
      d: '12345678901234567890 " 12345678901234567890',
    });
    assert.deepEqual(parseWideJson(wideJson(value as object)), value);
  });

  it("takes time in proportion to the text, however it is made", () => {
    for (const text of ['"\\'.repeat(8000), "[".repeat(16_000), "1".repeat(16_000), "-".repeat(16_000)]) {
      const begun = performance.now();
      try {
        parseWideJson(text);
      } catch (error) {
        assert.match((error as Error).message, /no JSON text/);
      }
      assert.ok(performance.now() - begun < 500);
    }
  });
});
