import assert from "node:assert/strict";
import { bindTrustAnchors, dsText, TestRoot } from "../../../hil/trust/dns/index.ts";
import { Resolver, readTrustAnchors } from "../../../hil/trust/resolver/index.ts";

const DIGEST = "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";
const KEY = "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3";

describe("trust anchor files", () => {
  const root = new TestRoot({ zones: [{ origin: "a.example", records: [] }] });
  const { flags, algorithm, key } = root.anchor.dnskey;
  const base64 = Buffer.from(key).toString("base64");
  const ds = root.anchor.ds;

  const FORMS: Readonly<Record<string, string>> = {
    "a DS record": dsText(root.anchor),
    "a DNSKEY record, as unbound-anchor writes it": `; autotrust\n.\t172800\tIN\tDNSKEY\t${flags} 3 ${algorithm} ${base64} ;{id = 1 (ksk), size = 256b} ;;state=2\n`,
    "a DNSKEY record in brackets, without TTL and class": `. DNSKEY ${flags} 3 ${algorithm} ( ${base64.slice(0, 20)} ${base64.slice(20)} )`,
    "BIND's static-ds": bindTrustAnchors(root.anchor),
    "BIND's initial-key": `// root\ntrust-anchors {\n  /* now */ . initial-key ${flags} 3 ${algorithm} "${base64}"; # end\n};\n`,
    "IANA's XML": `<?xml version="1.0"?><TrustAnchor id="1" source="x"><Zone>.</Zone>
      <KeyDigest id="old" validFrom="2010-01-01T00:00:00+00:00" validUntil="2011-01-01T00:00:00+00:00">
        <KeyTag>1</KeyTag><Algorithm>8</Algorithm><DigestType>2</DigestType><Digest>${DIGEST}</Digest></KeyDigest>
      <KeyDigest id="now" validFrom="2020-01-01T00:00:00+00:00"><KeyTag>${ds.keyTag}</KeyTag><Algorithm>${ds.algorithm}</Algorithm>
        <DigestType>2</DigestType><Digest>${Buffer.from(ds.digest).toString("hex")}</Digest></KeyDigest></TrustAnchor>`,
  };

  describe("make a resolver trust the root by", () => {
    let server: { host: string; port: number };
    before(async () => {
      server = await root.listen();
    });
    after(() => root.close());
    for (const [form, text] of Object.entries(FORMS))
      it(form, async () => {
        const anchors = readTrustAnchors(text, "root.key");
        assert.equal(anchors.length, 1);
        assert.equal(
          (await new Resolver({ servers: [server], anchors }).resolve("a.example", "NS")).status,
          "secure",
        );
      });
  });

  it("hold several anchors, of any zone", () => {
    const text = `. IN DS 20326 8 2 ${DIGEST}\nExample.Org. 300 IN DNSKEY 257 3 8 ${KEY}\n\n; end\n`;
    assert.deepEqual(
      readTrustAnchors(text, "f").map(({ origin }) => origin),
      [".", "example.org"],
    );
  });

  const REFUSED: readonly [string, RegExp][] = [
    ["", /trust anchor file root\.key: has no anchor that holds/],
    ["; nothing\n", /has no anchor that holds/],
    [". IN A 127.0.0.1", /line 1: record type A: DS or DNSKEY is needed/],
    [`\n. IN DS 20326 8 2 ${DIGEST.slice(2)}`, /line 2: digest of 31 octets; digest type 2 has 32/],
    [`. IN DS 20326 8 2 ${DIGEST.slice(1)}`, /hexadecimal digits are needed/],
    [`. IN DS 70000 8 2 ${DIGEST}`, /key tag 70000: a number from 0 to 65535/],
    [". IN DS 20326", /digest type is missing/],
    [`. IN DNSKEY 257 2 8 ${KEY}`, /protocol 2: a DNSKEY has protocol 3/],
    [". IN DNSKEY 257 3 8 !", /base64 is needed/],
    [`${"a".repeat(64)}. IN DNSKEY 257 3 8 ${KEY}`, /a label has 1\.\.63 octets/],
    ['trust-anchors { . other-ds 1 8 2 "00"; };', /anchor of \.: other-ds: static-ds/],
    ["trust-anchors { };", /has no anchor/],
    [`<TrustAnchor><KeyDigest validUntil="2000-01-01T00:00:00Z"></KeyDigest></TrustAnchor>`, /has no anchor/],
  ];
  for (const [text, reason] of REFUSED)
    it(`refuse ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.throws(() => readTrustAnchors(text, "root.key"), reason);
    });
});
