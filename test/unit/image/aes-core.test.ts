import assert from "node:assert/strict";
import { compileForBoard, loadBoard } from "../../../toolchain/image/index.ts";

describe("the cipher behind #aes", () => {
  for (const [board, module] of [
    ["pro-mini-rfm95", "aes_octets.c"],
    ["feather-32u4-rfm95", "aes_octets.c"],
    ["nucleo-l073rz-sx1276", "aes_words.c"],
    ["feather-rp2040-rfm95", "aes_words.c"],
  ]) {
    it(`is that for the width of the processor, on ${board}: ${module}`, () => {
      const { diagnostics, files } = compileForBoard({ board: loadBoard(board) });
      assert.deepEqual(diagnostics, []);
      assert.deepEqual(
        [...files.keys()].filter((name) => /^aes_.*\.c$/.test(name)),
        [module],
      );
    });
  }
});
