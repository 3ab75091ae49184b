/** Key pairs that follow from secrets, against the key pairs of RFC 8032 and RFC 6979. */
import assert from "node:assert/strict";
import { hkdfSync, X509Certificate } from "node:crypto";
import {
  ALGORITHM,
  createAuthority,
  type SecretSource,
  TestRoot,
  type ZoneRecord,
} from "../../../hil/trust/index.ts";
import { createKeyPair } from "../../../hil/trust/keys/index.ts";

const seeded =
  (seed: string): SecretSource =>
  (label, octets) =>
    new Uint8Array(hkdfSync("sha256", seed, "", label, octets));

const octetsOf = (text: string | undefined) => Buffer.from(text ?? "", "base64url").toString("hex");

describe("key pairs from secrets", () => {
  it("are those of RFC 8032, 7.1, for Ed25519", () => {
    const secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const { publicKey } = createKeyPair("ed25519", "a", () => Buffer.from(secret, "hex"));
    const expected = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert.equal(octetsOf(publicKey.export({ format: "jwk" }).x), expected);
  });

  it("are that of RFC 6979, A.2.5, for P-256, from the number before its private key", () => {
    const secret = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6720".padStart(80, "0");
    const { publicKey, privateKey } = createKeyPair("p256", "a", () => Buffer.from(secret, "hex"));
    const { x, y } = publicKey.export({ format: "jwk" });
    assert.equal(octetsOf(x), "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
    assert.equal(octetsOf(y), "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
    assert.match(octetsOf(privateKey.export({ format: "jwk" }).d), /6721$/);
  });

  it("are taken from within the order, also from the least and the greatest octets", () => {
    for (const octet of [0, 255]) {
      const { privateKey } = createKeyPair("p256", "a", (_, octets) => new Uint8Array(octets).fill(octet));
      assert.equal(privateKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    }
  });

  it("are fresh without a source", () => {
    for (const kind of ["p256", "ed25519"] as const) {
      const [one, two] = [createKeyPair(kind, "a"), createKeyPair(kind, "a")];
      assert.ok(!one.publicKey.equals(two.publicKey));
    }
  });
});

describe("authorities from secrets", () => {
  const validity = { notBefore: new Date("2026-01-01"), days: 10 };
  const issue = async (secrets: SecretSource | undefined, commonName = "one.example") => {
    const authority = await createAuthority({ organisation: "Test", secrets, ...validity });
    const leaf = await authority.issue({ commonName, dnsNames: [commonName], profile: "server" });
    const certificate = new X509Certificate(Buffer.from(leaf.certificateDer));
    assert.ok(certificate.verify(authority.intermediateCertificate.publicKey));
    return [certificate, authority.intermediateCertificate, authority.rootCertificate].map(
      ({ publicKey, serialNumber }) => [publicKey.export({ format: "jwk" }).x, serialNumber],
    );
  };

  it("have the keys and serial numbers that follow from them, all different", async () => {
    const one = await issue(seeded("1"));
    assert.deepEqual(await issue(seeded("1")), one);
    assert.equal(new Set(one.flat()).size, 6);
    const others = [await issue(seeded("2")), await issue(undefined), await issue(undefined)];
    assert.equal(new Set([one, ...others].flat(2)).size, 24);
    assert.notDeepEqual((await issue(seeded("1"), "two.example"))[0], one[0]);
  });
});

describe("a name space from secrets", () => {
  const records: ZoneRecord[] = [{ name: "a.example", type: "A", data: "127.0.0.1" }];
  const keysOf = (
    secrets: SecretSource | undefined,
    algorithm: (typeof ALGORITHM)[keyof typeof ALGORITHM],
  ) => {
    const root = new TestRoot({ zones: [{ origin: "example", records }], algorithm, secrets });
    return [".", "example"].flatMap((origin) =>
      root
        .zone(origin)
        .rrset(origin, "DNSKEY")!
        .records.map(({ rdata }) => rdata.toString("hex")),
    );
  };

  for (const [name, algorithm] of Object.entries(ALGORITHM)) {
    it(`has the keys that follow from them, all different: ${name}`, () => {
      const one = keysOf(seeded("1"), algorithm);
      assert.deepEqual(keysOf(seeded("1"), algorithm), one);
      const others = [
        keysOf(seeded("2"), algorithm),
        keysOf(undefined, algorithm),
        keysOf(undefined, algorithm),
      ];
      assert.equal(new Set([one, ...others].flat()).size, 16);
    });
  }
});
