/** AES and CMAC of the firmware, judged by aes-js and aes-cmac. */
import assert from "node:assert/strict";
import { AesCmac } from "aes-cmac";
// @ts-expect-error aes-js has no types
import aesJs from "aes-js";
import fc from "fast-check";
import { cmac, encryptBlock, forgetKey, useKey } from "../../../firmware/crypto/index.ts";

const block = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("firmware: AES and CMAC", () => {
  it("encrypts as aes-js does", () => {
    fc.assert(
      fc.property(block, block, (key, plaintext) => {
        const made = Uint8Array.from(plaintext);
        useKey(key);
        encryptBlock(made);
        forgetKey();
        assert.deepEqual(made, Uint8Array.from(new aesJs.ModeOfOperation.ecb(key).encrypt(plaintext)));
      }),
      { seed: 197, numRuns: 300 },
    );
  });

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

  it("leaves nothing of a key behind", () => {
    const uses: Array<(key: Uint8Array) => void> = [
      (key) => {
        useKey(key);
        forgetKey();
      },
      (key) => cmac(key, new Uint8Array(80), 0, 20, new Uint8Array(16)),
    ];
    for (const use of uses) {
      const traces = [0xa0, 0x10].map((first) => {
        use(Uint8Array.from({ length: 16 }, (_, i) => first + i));
        const block = new Uint8Array(16);
        encryptBlock(block);
        return Buffer.from(block).toString("hex");
      });
      assert.equal(traces[0], traces[1]);
    }
  });
});
