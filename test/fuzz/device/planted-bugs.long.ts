/** The fuzz finds each of the planted bugs. */
import { specifyPlanted } from "./find-planted.ts";
import { PLANTED_BUGS, SHORT_FORM } from "./planted-bugs.ts";

describe("the fuzz of the device finds a planted bug", function () {
  this.timeout(300_000);

  for (const bug of PLANTED_BUGS.filter((one) => !SHORT_FORM.includes(one))) specifyPlanted(bug);
});
