import assert from "node:assert/strict";
import {
  type Check,
  type JoinReport,
  junitXml,
  type Palette,
  summary,
  timelineHead,
  timelineLine,
} from "../../../hil/rig/index.ts";

const plain = (text: string) => text;
const PLAIN: Palette = { dim: plain, bold: plain, green: plain, red: plain, cyan: plain };
const MARKED: Palette = { ...PLAIN, green: (text) => `<g>${text}</g>`, red: (text) => `<r>${text}</r>` };

const PROVEN = { tlsa: "3 1 1", dnssec: "secure", accepted: true, reason: null, proof: null } as const;
const UNPROVEN = { name: null, tlsa: null, dnssec: null, accepted: null, reason: null, proof: null } as const;

const PASSED: JoinReport = {
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
    devEui: "0200000000000001",
    joinEui: "0200000000000B01",
    devNonces: [4],
    devNonce: 4,
    joinNonce: 5,
    devAddr: "02ABCDEF",
    rx1OffsetUs: -321.5,
  },
  trust: {
    server: { name: "js.example", ...PROVEN },
    client: { name: "_ns.example", ...PROVEN },
  },
  uplinks: [
    { fCnt: 0, fPort: 2, payload: "00" },
    { fCnt: 1, fPort: 2, payload: "01" },
  ],
  downlinks: [{ fCnt: 0, fPort: 10, payload: "02" }],
  findings: [],
  checks: [{ name: "device: joins", ok: true, detail: "joined" }],
  air: [],
  receiveWindows: [],
  events: [],
  energy: null,
  virtualMs: 126_400,
  wallMs: 1234.5,
};
const REASON = "Join Server: join refused: no such device";
const FAILED: JoinReport = {
  ...PASSED,
  verdict: "failed",
  reason: REASON,
  join: { ...PASSED.join, devNonce: null, joinNonce: null, devAddr: null, rx1OffsetUs: null },
  trust: { ...PASSED.trust, client: UNPROVEN },
  uplinks: [],
  downlinks: [],
  checks: [...PASSED.checks, { name: "device: stores it", ok: false, detail: "stored none" }],
};

describe("the JUnit XML of a run", () => {
  it("has a case for each check and one for the verdict", () => {
    assert.equal(
      junitXml(PASSED),
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="joinery" tests="2" failures="0" errors="0" skipped="0" time="1.234">',
        '  <testsuite name="join pro-mini-rfm95 LoRaWAN 1.1 EU868" tests="2" failures="0" errors="0" skipped="0" time="1.234">',
        '    <testcase classname="join pro-mini-rfm95 LoRaWAN 1.1 EU868" name="device: joins" time="0"/>',
        '    <testcase classname="join pro-mini-rfm95 LoRaWAN 1.1 EU868" name="verdict" time="0"/>',
        "  </testsuite>",
        "</testsuites>",
        "",
      ].join("\n"),
    );
  });

  it("tells what failed and the reason", () => {
    const xml = junitXml(FAILED);
    assert.match(xml, /tests="3" failures="2"/);
    assert.match(xml, /name="device: stores it" time="0">\n {6}<failure message="stored none"\/>/);
    assert.match(xml, new RegExp(`name="verdict" time="0">\n {6}<failure message="${REASON}"/>`));
  });

  it("counts a refused run as a failure though all its checks hold", () => {
    assert.match(junitXml({ ...FAILED, checks: PASSED.checks }), /tests="2" failures="1"/);
  });

  it("escapes what XML marks up and replaces what it does not have", () => {
    const check: Check = {
      name: `a<b>&"c"'d'`,
      ok: false,
      detail: "tab\tbell\u0007 escape\u001b[31m\uffff µ",
    };
    const xml = junitXml({ ...PASSED, checks: [check] });
    assert.ok(xml.includes('name="a&lt;b&gt;&amp;&quot;c&quot;&apos;d&apos;"'), xml);
    assert.ok(xml.includes('message="tab\tbell\ufffd escape\ufffd[31m\ufffd µ"'), xml);
  });
});

describe("the timeline in a terminal", () => {
  const entry = { virtualMs: 6007.04, wallMs: 1921, party: "join-server", text: "MIC checked" } as const;

  it("has its columns under their heads", () => {
    const head = timelineHead(PLAIN);
    const line = timelineLine({ ...entry, ok: true }, PLAIN);
    assert.equal(line, "   6.0070 s    1.92 s  Join Server        ✓ MIC checked");
    assert.equal(head.indexOf("virtual") + "virtual".length, line.indexOf(" s") + " s".length);
    assert.equal(head.indexOf("who"), line.indexOf("Join Server"));
  });

  it("leaves virtual time out before the board has power", () => {
    const line = timelineLine({ ...entry, virtualMs: undefined, ok: undefined }, PLAIN);
    assert.equal(line, "               1.92 s  Join Server          MIC checked");
  });

  it("marks what went right, what went wrong, and neither", () => {
    const mark = (ok: boolean | undefined) =>
      timelineLine({ ...entry, ok }, MARKED).slice(42, -"MIC checked".length);
    assert.deepEqual([mark(true), mark(false), mark(undefined)], ["<g>✓</g> ", "<r>✗</r> ", "  "]);
  });
});

describe("the summary in a terminal", () => {
  it("says what was measured and that it passed", () => {
    assert.deepEqual(summary(PASSED, MARKED).split("\n"), [
      "",
      "  image     11000 B flash, 500 B RAM, 128 B stack at its deepest",
      "  join      DevEUI 0200000000000001, DevNonce 4, JoinNonce 5, DevAddr 02ABCDEF",
      "  RX1       -321.5 µs against nominal",
      "  trust     server js.example (TLSA 3 1 1, DNSSEC secure); client _ns.example (TLSA 3 1 1, DNSSEC secure)",
      "  data      2 uplinks decrypted, 1 downlink received",
      "  checks    1 of 1 hold",
      "",
      "  <g>passed</g> in 1.2 s (126.4 s of the board's time)",
    ]);
  });

  it("names what does not hold, what was not reached, and ends with the reason", () => {
    const lines = summary(FAILED, MARKED).split("\n");
    assert.ok(lines.includes("  <r>✗</r> device: stores it: stored none"));
    assert.ok(lines.some((line) => line.endsWith("DevNonce none, JoinNonce none, DevAddr none")));
    assert.ok(lines.some((line) => line.endsWith("client unnamed (TLSA none, DNSSEC not reached)")));
    assert.ok(lines.includes("  RX1       not opened"));
    assert.equal(lines.at(-1), `  <r>failed</r>: ${REASON}`);
  });

  it("says beside checks that all hold why the run failed nevertheless", () => {
    const lines = summary({ ...FAILED, checks: PASSED.checks }, MARKED).split("\n");
    assert.ok(lines.includes("  checks    1 of 1 hold, but something was refused besides"));
    assert.equal(lines.at(-1), `  <r>failed</r>: ${REASON}`);
  });
});
