import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type AirFrame, type JoinReport, type Party, reportPage } from "../../../../hil/rig/index.ts";
import { airChart } from "../../../../hil/rig/report/html/air-chart.ts";
import { frameFields } from "../../../../hil/rig/report/html/frame-fields.ts";
import { markup } from "../../../../hil/rig/report/html/markup.ts";
import { lifelinesOf, sequenceSteps } from "../../../../hil/rig/report/html/sequence-steps.ts";
import { recordOfJoin } from "../../../../hil/rig/report/rig-record.ts";

const HOSTILE = `<script>alert("1")</script>&'\u0007`;
const ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\ufffd";

const FRAME: AirFrame = {
  number: 1,
  name: "join-request",
  from: "device",
  startMs: 963.2,
  endMs: 1024.9,
  frequencyHz: 868_500_000,
  bandwidthHz: 125_000,
  modulation: "lora",
  spreadingFactor: 7,
  codingRate: "4/5",
  iqInverted: false,
  bitRate: null,
  powerDbm: 14,
  aborted: false,
  arrivals: [{ receiver: "02000000FFFE0001", rssiDbm: -86, snrDb: 12, intact: true }],
  octets: "00010b000000000002fc6ea34e000000020500dc31df4f",
};

const PEER = {
  name: "js.example",
  tlsa: "3 1 1",
  dnssec: "secure",
  accepted: true,
  reason: null,
  proof: null,
};

const REPORT: JoinReport = {
  scenario: "join",
  verdict: "passed",
  reason: null,
  board: "pro-mini-rfm95",
  lorawan: "1.1",
  region: ["EU868"],
  seed: 1,
  fault: null,
  networkServer: null,
  image: { flashBytes: 11000, ramBytes: 500, stackPeakBytes: 128 },
  join: {
    devEui: "020000004EA36EFC",
    joinEui: "0200000000000B01",
    devNonces: [5],
    devNonce: 5,
    joinNonce: 7,
    devAddr: "02ABCDEF",
    rx1OffsetUs: -321.5,
  },
  trust: { server: PEER, client: PEER },
  uplinks: [{ fCnt: 0x10003, fPort: 2, payload: "0a0b" }],
  downlinks: [],
  findings: [],
  checks: [{ name: "device: joins", ok: true, detail: "joined" }],
  air: [FRAME],
  receiveWindows: [],
  events: [],
  energy: null,
  virtualMs: 2000,
  wallMs: 100,
};

describe("markup", () => {
  it("escapes what is put in, but not markup, and leaves out what is not there", () => {
    const inner = markup`<b>${"a < b & c"}</b>`;
    const outer = markup`<p title="${`"'`}">${[inner, 5, undefined, null, "<"]}</p>`;
    assert.equal(outer.text, `<p title="&quot;&#39;"><b>a &lt; b &amp; c</b>5&lt;</p>`);
  });
});

describe("the page of a run", () => {
  it("escapes whatever a run has to say", () => {
    const peer = { ...PEER, accepted: false, name: HOSTILE, reason: HOSTILE };
    const proof = {
      certificate: { subject: HOSTILE, dnsNames: [HOSTILE], notAfter: "2026-01-01", publicKeySha256: "00" },
      tlsaOwner: HOSTILE,
      tlsaRecords: [{ parameters: HOSTILE, data: HOSTILE }],
      signatures: [
        { name: HOSTILE, type: HOSTILE, zone: HOSTILE, keyTag: 1, algorithm: 13, expires: "2026" },
      ],
    };
    const event = {
      virtualMs: 1,
      wallMs: 1,
      party: "device",
      step: "console",
      ok: null,
      text: HOSTILE,
    } as const;
    const page = reportPage({
      ...REPORT,
      verdict: "failed",
      reason: HOSTILE,
      board: HOSTILE,
      fault: HOSTILE,
      region: [HOSTILE],
      join: { ...REPORT.join, devEui: HOSTILE, devAddr: HOSTILE },
      trust: { server: { ...peer, proof }, client: peer },
      checks: [{ name: HOSTILE, ok: false, detail: HOSTILE }],
      air: [{ ...FRAME, from: HOSTILE, arrivals: [{ ...FRAME.arrivals[0], receiver: HOSTILE }] }],
      events: [event, { ...event, party: "join-server", step: "join-refused", ok: false }],
      energy: [{ state: HOSTILE, seconds: 1, microampere: 1, milliampereHours: 1 }],
    });
    assert.ok(!page.includes("<script"), "a script came through");
    assert.ok(!page.includes("\u0007"), "a control character came through");
    assert.ok(page.split(ESCAPED).length > 20, "all of it is told");
  });

  it("runs nothing and loads nothing, and its policy lets nothing but its own style through", () => {
    const page = reportPage(REPORT);
    assert.doesNotMatch(page, /<script|\son\w+=|\sstyle=|javascript:|https?:|url\(|@import/);
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? "";
    const digest = createHash("sha256").update(style).digest("base64");
    const policy = `default-src 'none'; img-src data:; style-src 'sha256-${digest}'`;
    assert.ok(page.includes(`content="${policy.replaceAll("'", "&#39;")}"`));
  });

  it("has a heading for each of its sections, each id once, and each link leads somewhere", () => {
    const page = reportPage(REPORT);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, target] of page.matchAll(/ href="#([^"]+)"/g)) assert.ok(ids.includes(target), target);
  });

  it("says so where nothing was sent, printed or measured", () => {
    const page = reportPage({ ...REPORT, air: [], join: { ...REPORT.join, rx1OffsetUs: null } });
    for (const words of ["Nothing was on the air", "has printed nothing", "no currents", "not opened"]) {
      assert.ok(page.includes(words), words);
    }
  });
});

describe("a frame field by field", () => {
  const fields = (octets: string, over: Partial<AirFrame> = {}, report: Partial<JoinReport> = {}) =>
    frameFields({ ...FRAME, octets, ...over }, recordOfJoin({ ...REPORT, ...report })).map(
      ({ name, octets, meaning }) => `${name} | ${octets} | ${meaning}`,
    );

  it("join-request", () => {
    assert.deepEqual(fields(FRAME.octets), [
      "MHDR | 00 | FType 0 join-request, Major 0",
      "JoinEUI | 01 0b 00 00 00 00 00 02 | 0200000000000B01",
      "DevEUI | fc 6e a3 4e 00 00 00 02 | 020000004EA36EFC",
      "DevNonce | 05 00 | 5",
      "MIC | dc 31 df 4f | over all before it",
    ]);
  });

  it("join-accept, with what the report holds", () => {
    const [, encrypted] = fields(`20${"ab".repeat(16)}`);
    assert.match(encrypted, /^encrypted \| (ab ?){16} \| JoinNonce 7, DevAddr 02ABCDEF, /);
    const [, unknown] = fields(`20${"ab".repeat(16)}`, {}, { join: { ...REPORT.join, joinNonce: null } });
    assert.match(unknown, / \| JoinNonce, NetID, DevAddr, settings, MIC$/);
  });

  it("data uplink, with the payload as the Application Server decrypted it, by the low half of the counter", () => {
    assert.deepEqual(fields("40efcdab02f20300060702aabb01020304"), [
      "MHDR | 40 | FType 2 unconfirmed data uplink, Major 0",
      "DevAddr | ef cd ab 02 | 02ABCDEF",
      "FCtrl | f2 | ADR, ADRACKReq, ACK, ClassB, FOptsLen 2",
      "FCnt | 03 00 | 3",
      "FOpts | 06 07 | MAC commands, encrypted",
      "FPort | 02 | 2",
      "FRMPayload | aa bb | encrypted; decrypted 0a 0b",
      "MIC | 01 02 03 04 | over all before it, and what the counters add",
    ]);
  });

  it("data downlink of LoRaWAN 1.0.4, whose MAC commands can be read", () => {
    const octets = "60efcdab02120000 06ff 01020304".replaceAll(" ", "");
    assert.deepEqual(fields(octets, {}, { lorawan: "1.0.4" }).slice(2, 5), [
      "FCtrl | 12 | FPending, FOptsLen 2",
      "FCnt | 00 00 | 0",
      "FOpts | 06 ff | DevStatusReq, 1 octet of no known command",
    ]);
  });

  it("what is no frame, and a beacon", () => {
    assert.deepEqual(fields("01"), [
      "PHYPayload | 01 | no frame of LoRaWAN R1: Major 1 is not LoRaWAN R1 (0)",
    ]);
    assert.match(
      fields("40aa")[0],
      /^PHYPayload \| 40 aa \| no frame of LoRaWAN R1: a data frame has at least 12/,
    );
    assert.deepEqual(fields(""), ["PHYPayload |  | no frame of LoRaWAN R1: the PHYPayload is empty"]);
    assert.deepEqual(fields("0102", { name: "beacon" }), [
      "PHYPayload | 01 02 | beacon of class B, without header",
    ]);
  });
});

describe("the chart of the air", () => {
  const numbers = (pattern: RegExp, text: string) =>
    [...text.matchAll(pattern)].map(([, value]) => Number(value));

  it("has a row a channel, whatever the crystals do, and a link a frame", () => {
    const air = [868_500_000, 868_499_980, 867_100_000].map((frequencyHz, index) => ({
      ...FRAME,
      number: index + 1,
      startMs: 1000 + 300 * index,
      endMs: 1060 + 300 * index,
      frequencyHz,
    }));
    const { text } = airChart(recordOfJoin({ ...REPORT, air }), "", 800);
    assert.equal(text.match(/class="channel"/g)?.length, 2);
    assert.deepEqual(numbers(/href="#frame-(\d+)"/g, text), [1, 2, 3]);
    const [first, second, third] = numbers(/class="up" x="([\d.]+)"/g, text);
    assert.ok(Math.abs(third - second - (second - first)) < 1, "time is to scale within a stretch");
  });

  it("cuts silence out, and grows where many packets need room", () => {
    const air = Array.from({ length: 100 }, (_, index) => ({
      ...FRAME,
      number: index + 1,
      startMs: 60_000 * index,
      endMs: 60_000 * index + 60,
    }));
    const { text } = airChart(recordOfJoin({ ...REPORT, air }), "", 340);
    assert.equal(text.match(/class="cut"/g)?.length, 99);
    const [width] = numbers(/<svg class="air" width="([\d.]+)"/g, text);
    const boxes = numbers(/class="up" x="([\d.]+)"/g, text);
    assert.ok(boxes.every((x, index) => index === 0 || x > boxes[index - 1] + 10));
    assert.ok(Math.max(...boxes) < width);
  });

  it("leaves a receiver out that is always on, and marks what nobody got", () => {
    const receiveWindows = [
      {
        startMs: 0,
        endMs: 2000,
        frequencyHz: 869_525_000,
        bandwidthHz: 125_000,
        spreadingFactor: 12,
        received: false,
      },
      {
        startMs: 0,
        endMs: 90_000,
        frequencyHz: 869_525_000,
        bandwidthHz: 125_000,
        spreadingFactor: 12,
        received: false,
      },
    ];
    const report = { ...REPORT, receiveWindows, air: [{ ...FRAME, arrivals: [] }] };
    const { text } = airChart(recordOfJoin(report), "", 800);
    assert.equal(text.match(/class="window"/g)?.length, 1);
    assert.equal(text.match(/class="lost"/g)?.length, 1);
    assert.match(text, /received by nobody/);
  });
});

describe("the steps of the sequence diagram", () => {
  const event = (virtualMs: number, party: Party, step: string, ok = true) =>
    ({ virtualMs, wallMs: 0, party, step, ok, text: step.replaceAll("-", " ") }) as const;

  const stepsOf = (report: JoinReport) =>
    sequenceSteps(recordOfJoin(report), true).steps.filter((step) => step !== undefined);

  it("are messages between lines, notes, and whatever fails, in order of time", () => {
    const steps = stepsOf({
      ...REPORT,
      events: [
        event(1024.9, "network-server", "uplink-received"),
        event(1200, "network-server", "uplink-deduplicated"),
        event(1200, "join-server", "join-request-received"),
        event(1200, "join-server", "mic-checked"),
        event(1200, "join-server", "join-refused", false),
        event(1200, "network-server", "downlink-dropped", false),
      ],
    });
    assert.deepEqual(
      steps.map(({ from, to, text, ok }) => `${from} ${to} ${text} ${ok}`),
      [
        "device gateway join-request (SF7, 125 kHz, −86 dBm) null",
        "gateway network-server uplink true",
        "network-server join-server JoinReq true",
        "join-server join-server mic checked true",
        "join-server network-server JoinAns: join refused false",
        "network-server network-server downlink dropped false",
      ],
    );
  });

  it("end with the first data that went both ways", () => {
    const downlink = {
      ...FRAME,
      number: 3,
      name: "unconfirmed downlink",
      iqInverted: true,
      from: "02",
      startMs: 3000,
      endMs: 3050,
    };
    const later = { ...FRAME, number: 4, startMs: 60_000, endMs: 60_050 };
    const events = [event(2000, "network-server", "uplink-forwarded")];
    const last = (air: readonly AirFrame[]) => stepsOf({ ...REPORT, air, events }).at(-1)?.atMs;
    assert.equal(last([FRAME, downlink, later]), 3000);
    assert.equal(last([FRAME, later]), FRAME.startMs);
  });

  it("are no more than can be read, with a count of those left out; what nobody got is lost, and strangers are named", () => {
    const air = Array.from({ length: 100 }, (_, index) => ({
      ...FRAME,
      from: "stranger",
      startMs: index,
      arrivals: [],
    }));
    const { steps, left } = sequenceSteps(recordOfJoin({ ...REPORT, air }), true);
    assert.deepEqual([steps.length, left], [91, 10]);
    assert.equal(steps[45], undefined, "the middle is left out");
    assert.equal(steps[0]?.lost, true);
    assert.equal(steps[0]?.text, "stranger: join-request (SF7, 125 kHz, nobody got it)");
    assert.equal(steps[90]?.atMs, 99);
  });

  it("have lines of their own for a second device, for a network that is visited, and for somebody else's server", () => {
    const record = recordOfJoin(REPORT);
    const [device] = record.devices;
    const gateway = "02000000FFFE000C";
    const roaming = {
      ...record,
      devices: [device, { ...device, name: "device-2" }],
      visitedGateway: gateway,
      air: [{ ...FRAME, from: "device-2", arrivals: [{ ...FRAME.arrivals[0], receiver: gateway }] }],
      events: [
        event(1025, "visited-network-server", "uplink-received"),
        {
          ...event(1026, "network-server", "uplink-received"),
          text: `uplink received (gateway 60010C/${gateway})`,
        },
        { ...event(1030, "device", "console"), ok: null, text: "device-2: uplink 0" },
      ],
    };
    assert.deepEqual(lifelinesOf(roaming), [
      ...["device", "device-2", "visited-gateway", "visited-network-server", "gateway", "network-server"],
      ...["join-server", "application-server"],
    ]);
    assert.deepEqual(
      sequenceSteps(roaming, false).steps.map((step) => [step?.from, step?.to]),
      [
        ["device-2", "visited-gateway"],
        ["visited-gateway", "visited-network-server"],
        ["visited-network-server", "network-server"],
        ["device-2", "device-2"],
      ],
    );
    const foreign = { ...record, networkServer: "udp://ns.example:1700" };
    assert.deepEqual(lifelinesOf(foreign), ["device", "gateway", "network-server"]);
    assert.deepEqual(
      sequenceSteps(foreign, true).steps.map((step) => [step?.from, step?.to]),
      [
        ["device", "gateway"],
        ["gateway", "network-server"],
      ],
    );
  });
});
