/** AES and CMAC of the firmware, judged by aes-js and aes-cmac. */
import assert from "node:assert/strict";
import { AesCmac } from "aes-cmac";
// @ts-expect-error aes-js has no types
import aesJs from "aes-js";
import fc from "fast-check";
import * as octets from "../../../firmware/crypto/aes-octets.ts";
import * as words from "../../../firmware/crypto/aes-words.ts";
import { cmac } from "../../../firmware/crypto/index.ts";

const block = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("firmware: AES and CMAC", () => {
  for (const [name, { encryptBlock, forgetKey }] of Object.entries({ octets, words })) {
    it(`encrypts in ${name} as aes-js does`, () => {
      fc.assert(
        fc.property(block, block, (key, plaintext) => {
          const made = Uint8Array.from(plaintext);
          encryptBlock(key, made);
          forgetKey();
          assert.deepEqual(made, Uint8Array.from(new aesJs.ModeOfOperation.ecb(key).encrypt(plaintext)));
        }),
        { seed: 197, numRuns: 300 },
      );
    });
  }

  it("authenticates as aes-cmac does, wherever the message lies", async () => {
    const message = fc
      .tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 80 }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
    await fc.assert(
      fc.asyncProperty(
        block,
        fc.uint8Array({ minLength: 80, maxLength: 80 }),
        message,
        async (key, buffer, [start, end]) => {
          const tag = new Uint8Array(16);
          cmac(key, buffer, start, end, tag);
          const judge = await new AesCmac(Buffer.from(key)).calculate(
            Buffer.from(buffer.subarray(start, end)),
          );
          assert.equal(Buffer.from(tag).toString("hex"), Buffer.from(judge).toString("hex"));
        },
      ),
      { seed: 4493, numRuns: 300 },
    );
  });
});
