/** The lines of fields in a JSON text. */
import assert from "node:assert/strict";
import { fieldLines } from "../../../toolchain/json-document/lines.ts";

describe("the lines of a JSON text's fields", () => {
  it("are those that their names stand in, however it is laid out", () => {
    const text = `
{ "a": 1, "b": {
    "c": "}\\"{\\n", "d":
      [ true, -1.5e3,
        { "e": null } ]
  }, "f": [], "g": {},
  "h":"x"}
`;
    assert.deepEqual(
      [...fieldLines(text)],
      [
        ["", 2],
        ["a", 2],
        ["b", 2],
        ["b.c", 3],
        ["b.d", 3],
        ["b.d.0", 4],
        ["b.d.1", 4],
        ["b.d.2", 5],
        ["b.d.2.e", 5],
        ["f", 6],
        ["g", 6],
        ["h", 7],
      ],
    );
  });

  it("are those of the last of several that have one name", () => {
    assert.equal(fieldLines('{ "a": 1,\n "a": 2 }').get("a"), 2);
  });

  it("are one line for what is no object", () => {
    for (const text of ["1", "[]", '"x"', "null"]) assert.deepEqual([...fieldLines(text)], [["", 1]]);
  });
});
