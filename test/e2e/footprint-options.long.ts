/** What each option of the firmware costs on the boards that footprint-options.test.ts leaves out. */
import { EMULATED_BOARDS } from "../unit/emulator/support/emulated-boards.ts";
import { SHORT_FORM_BOARD, specifyOptions } from "./support/option-figures.ts";

describe("the footprint of options", function () {
  this.timeout(900_000);

  for (const board of EMULATED_BOARDS.filter((name) => name !== SHORT_FORM_BOARD)) specifyOptions(board);
});
