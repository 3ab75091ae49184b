/** The search for secrets in what a run tells finds them, in whichever form they stand there. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { leaksIn } from "../../support/leaks.ts";

const KEY = createHash("sha256").update("key").digest().subarray(0, 16);
const SECRETS = new Map([
  ["AppKey", new Uint8Array(KEY)],
  ["NwkKey", new Uint8Array(createHash("sha256").update("other").digest().subarray(0, 16))],
]);

describe("the search for secrets", () => {
  const spaced = (text: string, between: string) => text.replaceAll(/..(?=.)/g, `$&${between}`);
  for (const [order, octets] of [
    ["", KEY],
    [", least significant octet first", Buffer.from(KEY).reverse()],
  ] as const) {
    const hex = octets.toString("hex");
    const forms: readonly [string, string, string | Uint8Array][] = [
      ["small digits", "hexadecimal", `key ${hex}.`],
      ["capital digits", "hexadecimal", `{"key":"${hex.toUpperCase()}"}`],
      ["digits with colons", "hexadecimal", spaced(hex, ":")],
      ["digits by 0x", "hexadecimal", spaced(hex, ", ")],
      ["base64", "base64", octets.toString("base64")],
      ["base64url", "base64", octets.toString("base64url")],
      [
        "base64 of more, one octet on",
        "base64",
        Buffer.concat([KEY.subarray(3, 4), octets, KEY]).toString("base64"),
      ],
      [
        "base64 of more, two octets on",
        "base64",
        Buffer.concat([KEY.subarray(3, 5), octets]).toString("base64"),
      ],
      ["octets", "raw", Buffer.concat([Buffer.from([0xff, 0]), octets, Buffer.from([0x80])])],
      ["JSON of a Buffer", "decimal", JSON.stringify({ key: octets })],
      ["JSON of a Uint8Array", "decimal", JSON.stringify({ key: new Uint8Array(octets) }, null, 2)],
    ];
    for (const [what, form, told] of forms) {
      it(`finds ${what}${order}`, () => {
        assert.ok(leaksIn(told, SECRETS).includes(`AppKey (${form}${order})`), leaksIn(told, SECRETS).join());
        assert.ok(leaksIn(told, SECRETS).every((leak) => leak.startsWith("AppKey")));
      });
    }
  }

  it("finds nothing where there is nothing", () => {
    const noise = Array.from({ length: 2000 }, (_, i) => createHash("sha256").update(`${i}`).digest());
    for (const told of [Buffer.concat(noise), Buffer.concat(noise).toString("hex"), JSON.stringify(noise)])
      assert.deepEqual(leaksIn(told, SECRETS), []);
  });
});
