import assert from "node:assert/strict";
import {
  encode,
  formatDatr,
  type LoraRxpk,
  type LoraTxpk,
  PacketError,
  parseDatr,
  parseFromGateway,
  parseFromServer,
  payloadOf,
  type Stat,
} from "../../../hil/gateway/index.ts";

const EUI = "AA555A0000000101";
const EUI_OCTETS = "aa555a0000000101";

const RXPK: LoraRxpk = {
  tmst: 3512348611,
  chan: 2,
  rfch: 0,
  freq: 866.349812,
  stat: 1,
  modu: "LORA",
  datr: "SF7BW125",
  codr: "4/6",
  rssi: -35,
  lsnr: 5.1,
  size: 5,
  data: "SGVsbG8=",
};

const TXPK: LoraTxpk = {
  imme: true,
  freq: 864.123456,
  rfch: 0,
  powe: 14,
  modu: "LORA",
  datr: "SF11BW125",
  codr: "4/6",
  ipol: false,
  size: 32,
  data: "H3P3N2i9qc4yt7rK7ldqoeCVJGBybzPY5h1Dd7P7p8v=",
};

const STAT: Stat = {
  time: "2014-01-12 08:59:28 GMT",
  lati: 46.24,
  long: 3.2523,
  alti: 145,
  rxnb: 2,
  rxok: 2,
  rxfw: 2,
  ackr: 100,
  dwnb: 2,
  txnb: 2,
};

/** A datagram from its hexadecimal head and JSON, as text or as a value. */
function datagram(head: string, json: unknown = ""): Buffer {
  const text = typeof json === "string" ? json : JSON.stringify(json);
  return Buffer.concat([Buffer.from(head, "hex"), Buffer.from(text)]);
}

const push = (json: unknown) => datagram(`02123400${EUI_OCTETS}`, json);
const pullResp = (json: unknown) => datagram("02123403", json);
const without = (object: object, member: string) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== member));

describe("datagrams of the Semtech UDP protocol", () => {
  describe("look like PROTOCOL.TXT says", () => {
    for (const [title, packet, head, json] of [
      [
        "PUSH_DATA",
        { type: "PUSH_DATA", token: 0x1234, gatewayEui: EUI, rxpk: [RXPK] },
        `02123400${EUI_OCTETS}`,
        { rxpk: [RXPK] },
      ],
      [
        "PUSH_DATA with stat alone",
        { type: "PUSH_DATA", token: 0x1234, gatewayEui: EUI, rxpk: [], stat: STAT },
        `02123400${EUI_OCTETS}`,
        { stat: STAT },
      ],
      ["PUSH_ACK", { type: "PUSH_ACK", token: 0xfffe }, "02fffe01", ""],
      ["PULL_DATA", { type: "PULL_DATA", token: 1, gatewayEui: EUI }, `02000102${EUI_OCTETS}`, ""],
      ["PULL_RESP", { type: "PULL_RESP", token: 0xab00, txpk: TXPK }, "02ab0003", { txpk: TXPK }],
      ["PULL_ACK", { type: "PULL_ACK", token: 0 }, "02000004", ""],
      [
        "TX_ACK of a programmed packet",
        { type: "TX_ACK", token: 2, gatewayEui: EUI, error: "NONE" },
        `02000205${EUI_OCTETS}`,
        "",
      ],
      [
        "TX_ACK of a refused packet",
        { type: "TX_ACK", token: 2, gatewayEui: EUI, error: "TOO_LATE" },
        `02000205${EUI_OCTETS}`,
        { txpk_ack: { error: "TOO_LATE" } },
      ],
    ] as const) {
      it(title, () => {
        const octets = encode(packet);
        assert.deepEqual(octets, datagram(head, json));
        const parsed =
          packet.type === "PUSH_ACK" || packet.type === "PULL_ACK" || packet.type === "PULL_RESP"
            ? parseFromServer(octets)
            : parseFromGateway(octets);
        assert.deepEqual(JSON.parse(JSON.stringify(parsed)), packet);
      });
    }
  });

  it("may be a part of a larger buffer", () => {
    const whole = Buffer.concat([Buffer.from("ffff", "hex"), encode({ type: "PULL_ACK", token: 7 })]);
    assert.deepEqual(parseFromServer(new Uint8Array(whole).subarray(2)), { type: "PULL_ACK", token: 7 });
  });

  it("carry an FSK packet with its bit rate", () => {
    const fsk = { ...without(RXPK, "lsnr"), modu: "FSK", datr: 50000 };
    const parsed = parseFromGateway(push({ rxpk: [without(fsk, "codr")] }));
    assert.ok(parsed.type === "PUSH_DATA");
    assert.equal(parsed.rxpk[0].datr, 50000);
  });

  it("may have members that the protocol does not know", () => {
    const parsed = parseFromGateway(push({ rxpk: [{ ...RXPK, mid: 3, rsig: [] }], extra: 1 }));
    assert.ok(parsed.type === "PUSH_DATA");
    assert.equal(parsed.rxpk.length, 1);
    assert.equal("mid" in parsed.rxpk[0], false);
  });

  it("may leave out padding of the payload", () => {
    const parsed = parseFromGateway(push({ rxpk: [{ ...RXPK, data: "SGVsbG8" }] }));
    assert.ok(parsed.type === "PUSH_DATA");
    assert.equal(payloadOf(parsed.rxpk[0]).toString(), "Hello");
  });

  it("may say NONE in words in TX_ACK", () => {
    const parsed = parseFromGateway(datagram(`02000205${EUI_OCTETS}`, { txpk_ack: { error: "NONE" } }));
    assert.ok(parsed.type === "TX_ACK");
    assert.equal(parsed.error, "NONE");
  });
});

describe("malformed datagrams from a gateway", () => {
  const rxpk = (over: object) => push({ rxpk: [{ ...RXPK, ...over }] });
  for (const [title, octets, member, problem] of [
    ["nothing", datagram(""), "datagram", /has 0 octets/],
    ["half a header", datagram("0212"), "datagram", /has 2 octets/],
    ["version 1", datagram(`01123402${EUI_OCTETS}`), "version", /is 1, only version 2/],
    ["an unknown identifier", datagram("02123406"), "identifier", /6 is not one/],
    ["a datagram of the server", datagram("02123401"), "identifier", /PUSH_ACK goes from server to gateway/],
    ["a short EUI", datagram("02123402aa555a"), "gateway EUI", /has 3 octets instead of 8/],
    ["PULL_DATA with more", datagram(`02123402${EUI_OCTETS}7b7d`), "PULL_DATA", /2 octets follow/],
    ["no JSON", push(""), "JSON", /Unexpected end/],
    ["broken JSON", push('{"rxpk":['), "JSON", /./],
    ["octets that are not UTF-8", datagram(`02123400${EUI_OCTETS}22ff22`), "JSON", /UTF-8/],
    ["an array at the root", push([]), "PUSH_DATA", /expected an object, got an array/],
    ["null at the root", push("null"), "PUSH_DATA", /got null/],
    ["rxpk that is no array", push({ rxpk: RXPK }), "PUSH_DATA.rxpk", /expected an array/],
    ["rxpk with a number in it", push({ rxpk: [RXPK, 5] }), "rxpk[1]", /expected an object, got number/],
    ["no tmst", push({ rxpk: [without(RXPK, "tmst")] }), "rxpk[0].tmst", /is missing/],
    ["no freq", push({ rxpk: [without(RXPK, "freq")] }), "rxpk[0].freq", /is missing/],
    ["no modu", push({ rxpk: [without(RXPK, "modu")] }), "rxpk[0].modu", /is missing/],
    ["no datr", push({ rxpk: [without(RXPK, "datr")] }), "rxpk[0].datr", /is missing/],
    ["no lsnr", push({ rxpk: [without(RXPK, "lsnr")] }), "rxpk[0].lsnr", /is missing/],
    ["no data", push({ rxpk: [without(RXPK, "data")] }), "rxpk[0].data", /is missing/],
    ["an error in the second rxpk", push({ rxpk: [RXPK, { ...RXPK, freq: "1" }] }), "rxpk[1].freq", /string/],
    ["tmst of 33 bits", rxpk({ tmst: 2 ** 32 }), "rxpk[0].tmst", /unsigned 32-bit integer, got 4294967296/],
    ["a negative tmst", rxpk({ tmst: -1 }), "rxpk[0].tmst", /unsigned 32-bit/],
    ["a fractional tmst", rxpk({ tmst: 1.5 }), "rxpk[0].tmst", /unsigned 32-bit/],
    ["freq in words", rxpk({ freq: "868.1" }), "rxpk[0].freq", /expected a number, got string/],
    [
      "an infinite freq",
      push(JSON.stringify({ rxpk: [RXPK] }).replace("866.349812", "1e999")),
      "rxpk[0].freq",
      /Infinity/,
    ],
    ["stat 2", rxpk({ stat: 2 }), "rxpk[0].stat", /expected 1, -1, 0, got 2/],
    ["a modulation that is not known", rxpk({ modu: "LR-FHSS" }), "rxpk[0].modu", /"LORA", "FSK"/],
    ["SF13", rxpk({ datr: "SF13BW125" }), "rxpk[0].datr", /something like "SF7BW125"/],
    ["a data rate in bit/s for LoRa", rxpk({ datr: 50000 }), "rxpk[0].datr", /expected a string/],
    ["a coding rate of 4/9", rxpk({ codr: "4/9" }), "rxpk[0].codr", /something like "4\/5"/],
    ["data that is not base64", rxpk({ data: "SGVs*G8=" }), "rxpk[0].data", /something like/],
    ["data that is cut off", rxpk({ data: "SGVsb" }), "rxpk[0].data", /cut off/],
    ["a size that is not the data's", rxpk({ size: 4 }), "rxpk[0].size", /is 4, but data has 5 octets/],
    ["stat that is no object", push({ stat: 1 }), "stat", /expected an object/],
    ["stat without time", push({ stat: without(STAT, "time") }), "stat.time", /is missing/],
    ["stat with a negative count", push({ stat: { ...STAT, rxnb: -1 } }), "stat.rxnb", /unsigned/],
    ["TX_ACK without txpk_ack", datagram(`02000205${EUI_OCTETS}`, {}), "TX_ACK.txpk_ack", /is missing/],
    [
      "TX_ACK with an error of its own",
      datagram(`02000205${EUI_OCTETS}`, { txpk_ack: { error: "TIRED" } }),
      "txpk_ack.error",
      /"NONE", "TOO_LATE".*got "TIRED"/,
    ],
  ] as const) {
    it(`with ${title}`, () => {
      assert.throws(
        () => parseFromGateway(octets),
        (error) => {
          assert.ok(error instanceof PacketError, String(error));
          assert.equal(error.member, member);
          assert.match(error.message, problem);
          return true;
        },
      );
    });
  }
});

describe("malformed datagrams from a server", () => {
  const txpk = (over: object) => pullResp({ txpk: { ...TXPK, ...over } });
  for (const [title, octets, member, problem] of [
    ["a datagram of a gateway", datagram(`02123402${EUI_OCTETS}`), "identifier", /from gateway to server/],
    ["PULL_ACK with more", datagram("0212340400"), "PULL_ACK", /1 octets follow/],
    ["no txpk", pullResp({}), "PULL_RESP.txpk", /is missing/],
    ["no freq", pullResp({ txpk: without(TXPK, "freq") }), "txpk.freq", /is missing/],
    ["no codr", pullResp({ txpk: without(TXPK, "codr") }), "txpk.codr", /is missing/],
    ["no time to send at", txpk({ imme: false }), "txpk.imme", /neither tmst nor tmms/],
    ["imme in words", txpk({ imme: "yes" }), "txpk.imme", /expected true or false, got string/],
    ["half a dBm", txpk({ powe: 13.5 }), "txpk.powe", /expected an integer, got 13.5/],
    ["a wrong size", txpk({ size: 31 }), "txpk.size", /is 31, but data has 32 octets/],
    ["an array as txpk", pullResp({ txpk: [] }), "txpk", /got an array/],
  ] as const) {
    it(`with ${title}`, () => {
      assert.throws(
        () => parseFromServer(octets),
        (error) => {
          assert.ok(error instanceof PacketError, String(error));
          assert.equal(error.member, member);
          assert.match(error.message, problem);
          return true;
        },
      );
    });
  }
});

describe("fuzzed datagrams", () => {
  it("are parsed or refused with a PacketError, never anything else", () => {
    let state = 20_260_101;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor((state / 0x80000000) * below);
    };
    const seeds = [
      push({ rxpk: [RXPK], stat: STAT }),
      encode({ type: "PULL_DATA", token: 1, gatewayEui: EUI }),
      encode({ type: "TX_ACK", token: 1, gatewayEui: EUI, error: "TX_FREQ" }),
      pullResp({ txpk: TXPK }),
    ];
    let refused = 0;
    for (let round = 0; round < 4000; round++) {
      let octets = Buffer.from(seeds[random(seeds.length)]);
      for (let change = 0; change <= random(4); change++) {
        const at = random(octets.length);
        const kind = random(3);
        if (kind === 0) octets[at] = random(256);
        else if (kind === 1) octets = octets.subarray(0, at + 1);
        else octets = Buffer.concat([octets.subarray(0, at), octets.subarray(random(octets.length))]);
        if (octets.length === 0) octets = Buffer.from([random(256)]);
      }
      for (const parse of [parseFromGateway, parseFromServer]) {
        try {
          parse(octets);
        } catch (error) {
          assert.ok(error instanceof PacketError, `${octets.toString("hex")}: ${(error as Error).stack}`);
          refused++;
        }
      }
    }
    assert.ok(refused > 4000, `${refused} refused`);
  });
});

describe("LoRa data rates", () => {
  it("are taken apart and put together", () => {
    assert.deepEqual(parseDatr("SF12BW500"), { spreadingFactor: 12, bandwidthHz: 500_000 });
    assert.equal(formatDatr({ spreadingFactor: 12, bandwidthHz: 500_000 }), "SF12BW500");
  });

  for (const text of ["", "SF4BW125", "SF13BW125", "SF7", "SF7BW0", "sf7bw125", " SF7BW125"]) {
    it(`"${text}" is none`, () => assert.equal(parseDatr(text), undefined));
  }
});

describe("encoding", () => {
  it("refuses an EUI that is not one", () => {
    assert.throws(
      () => encode({ type: "PULL_DATA", token: 1, gatewayEui: "AA55" }),
      /gateway EUI "AA55" must have 16 hexadecimal digits/,
    );
  });
});
