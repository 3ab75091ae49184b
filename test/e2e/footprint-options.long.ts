/** What each option of the firmware costs on the boards that footprint-options.test.ts leaves out. */
import { LONG_FORM_BOARDS } from "../unit/emulator/support/emulated-boards.ts";
import { specifyOptions } from "./support/option-figures.ts";

describe("the footprint of options", function () {
  this.timeout(900_000);

  for (const board of LONG_FORM_BOARDS) specifyOptions(board);
});
