/** Power cuts of personalised boards with the versions that abp.test.ts leaves out. */
import { SHORT_FORM, specifySurvival } from "./support/personalised-cuts.ts";

describe("power cuts of a personalised board", () => {
  for (const { board, lorawan11 } of SHORT_FORM) specifySurvival(board, !lorawan11);
});
