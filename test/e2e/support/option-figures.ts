/** The figures of a board's options, measured, against those that are recorded. */
import assert from "node:assert/strict";
import { OPTIONS_FILE, readOptions } from "../../bench/option-files.ts";
import { compilerOf, measureOptions, OPTIONS, type OptionFigures } from "../../bench/options.ts";

export const WAY_OUT = "if that is meant: npm run bench -- device --write";

/** The one that has least room, which every run of the tests measures. */
export const SHORT_FORM_BOARD = "pro-mini-rfm95";

/** Declares the tests of a board. */
export function specifyOptions(board: string): void {
  const { compilers, boards: known } = readOptions();
  describe(`on ${board}`, () => {
    let measured: OptionFigures[string];
    before(async function () {
      const { name, version } = compilerOf(board);
      if (compilers[name] !== version) this.skip();
      measured = (await measureOptions(() => {}, [board]))[board];
    });

    for (const option of Object.keys(OPTIONS)) {
      it(`is what ${OPTIONS_FILE} says: ${option}`, () => {
        assert.deepEqual(measured[option], known[board][option], WAY_OUT);
      });
    }
  });
}
