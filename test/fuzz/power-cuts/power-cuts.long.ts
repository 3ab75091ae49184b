/** The short form of the campaign on the boards that power-cuts.test.ts leaves out. */
import { EMULATED_BOARDS } from "../../unit/emulator/support/emulated-boards.ts";
import { SHORT_FORM_BOARDS, specifySurvival } from "./survival.ts";

describe("power cuts", () => {
  for (const board of EMULATED_BOARDS.filter((name) => !SHORT_FORM_BOARDS.includes(name)))
    specifySurvival(board);
});
