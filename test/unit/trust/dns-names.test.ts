import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { compareNames, joinEuiName, netIdName, parseName } from "../../../hil/trust/dns/index.ts";

interface NameVector {
  name: string;
  joinEui: string;
  fqdn: string;
}

const vectors = JSON.parse(readFileSync(new URL("../../data/vectors.json", import.meta.url), "utf8"));
const dnsNames: NameVector[] = vectors.groups.dnsNames;

describe("names of LoRaWAN servers in DNS (TS002-1.0, 19)", () => {
  for (const { name, joinEui, fqdn } of dnsNames) {
    it(`${name} is found at ${fqdn}`, () => {
      const suffix = fqdn.split(".").slice(16).join(".");
      assert.equal(joinEuiName(joinEui, suffix), fqdn);
      assert.equal(joinEuiName(joinEui.toUpperCase(), `${suffix.toUpperCase()}.`), fqdn);
    });
  }

  it("the LoRa Alliance's zones are the default", () => {
    assert.equal(joinEuiName("00005E100000002F"), dnsNames[0].fqdn);
    assert.equal(netIdName("00050A"), "00050a.netids.lora-alliance.org");
  });

  it("a NetID is one label, most significant digit first", () => {
    assert.equal(netIdName("60050A", "netid.iotreg.net"), "60050a.netid.iotreg.net");
  });

  for (const joinEui of [
    "",
    "00005E100000002",
    "00005E100000002F0",
    "0x005E100000002F",
    "00005E100000002G",
  ]) {
    it(`${JSON.stringify(joinEui)} is no JoinEUI`, () => {
      assert.throws(() => joinEuiName(joinEui), /16 hexadecimal digits/);
    });
  }

  it("what is no NetID or no suffix is refused", () => {
    assert.throws(() => netIdName("0050A"), /6 hexadecimal digits/);
    assert.throws(() => netIdName("00050A", "netids..org"), /label is empty/);
  });
});

describe("domain names", () => {
  const label63 = "x".repeat(63);
  // Three labels of 63 and one of 61 octets: 3 * 64 + 62 + 1 = 255 on the wire.
  const longest = `${label63}.${label63}.${label63}.${"x".repeat(61)}`;

  for (const [written, canonical] of [
    [".", "."],
    ["Example.", "example"],
    ["_NS-Client.ns.Net-A.example", "_ns-client.ns.net-a.example"],
    ["*.device.example.", "*.device.example"],
    ["a\\.b.example", "a\\046b.example"],
    ["\\065.example", "a.example"],
    [label63, label63],
    [longest, longest],
  ]) {
    it(`${written.slice(0, 40)} reads as ${canonical.slice(0, 40)}`, () => {
      assert.equal(parseName(written), canonical);
    });
  }

  for (const [written, reason] of [
    ["", /label is empty/],
    ["..", /label is empty/],
    [".example", /label is empty/],
    ["a..example", /label is empty/],
    [`x${label63}.example`, /label has 64 octets/],
    [`${longest}x`, /256 octets on the wire/],
    ["bücher.example", /A-label/],
    ["two words.example", /printable ASCII/],
    ["a\\25.example", /three digits/],
    ["a\\256.example", /three digits/],
    ["a\\", /three digits or a character/],
  ] as const) {
    it(`${JSON.stringify(written.slice(0, 40))} is refused`, () => {
      assert.throws(() => parseName(written), reason);
    });
  }

  it("sort in the canonical order of RFC 4034, 6.1", () => {
    const ordered = [
      "example",
      "a.example",
      "yljkjljk.a.example",
      "Z.a.example",
      "zABC.a.EXAMPLE",
      "z.example",
      "\\001.z.example",
      "*.z.example",
      "\\200.z.example",
    ].map(parseName);
    const shuffled = [5, 0, 8, 3, 1, 7, 2, 6, 4].map((i) => ordered[i]);
    assert.deepEqual(shuffled.sort(compareNames), ordered);
  });
});
