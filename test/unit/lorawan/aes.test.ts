import assert from "node:assert/strict";
import { AesCmac } from "aes-cmac";
import fc from "fast-check";
import { aesCmac, aesDecrypt, aesEncrypt, cmacSubkeys, micEquals } from "../../../hil/lorawan/index.ts";
import { deviceVector, hex, octets, vectorGroup } from "./vectors.ts";

describe("lorawan AES and CMAC", () => {
  for (const vector of vectorGroup("aes128"))
    it(`encrypts and decrypts ${vector.name}`, () => {
      assert.equal(hex(aesEncrypt(octets(vector.key), octets(vector.plaintext))), vector.ciphertext);
      assert.equal(hex(aesDecrypt(octets(vector.key), octets(vector.ciphertext))), vector.plaintext);
    });

  for (const vector of vectorGroup("cmacSubkeys"))
    it(`derives ${vector.name}`, () => {
      const { k1, k2 } = cmacSubkeys(octets(vector.key));
      assert.deepEqual([hex(k1), hex(k2)], [vector.k1, vector.k2]);
    });

  for (const vector of vectorGroup("cmac"))
    it(`signs ${vector.name}`, () => {
      assert.equal(hex(aesCmac(octets(vector.key), octets(vector.message))), vector.mac);
    });

  for (const name of ["AES-CMAC empty", "AES-CMAC 16"])
    it(`signs ${name}`, () => {
      const { input, expected } = deviceVector(name);
      assert.equal(hex(aesCmac(octets(input.key), octets(input.msg))), expected);
    });

  it("agrees with aes-cmac on messages of any length", async () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const message = fc.uint8Array({ maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(key, message, async (k, m) => {
        const judge = await new AesCmac(Buffer.from(k)).calculate(Buffer.from(m));
        assert.equal(hex(aesCmac(k, m)), hex(judge));
      }),
      { seed: 4493, numRuns: 200 },
    );
  });

  it("compares MICs of different lengths as unequal", () => {
    assert.equal(micEquals(octets("01020304"), octets("01020304")), true);
    assert.equal(micEquals(octets("01020304"), octets("01020305")), false);
    assert.equal(micEquals(octets("010203"), octets("01020304")), false);
  });
});
