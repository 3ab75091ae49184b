/** The places of fields in a JSON text, and of what makes it none. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fieldPlaces, JsonFault, RepeatedName } from "../../../toolchain/json-document/places.ts";

/** By the path of each field: the pieces of the text that are its name and its value. */
function piecesOf(text: string): [string, string, string][] {
  const piece = ({ start, length }: { start: number; length: number }) => text.slice(start, start + length);
  return [...fieldPlaces(text)].map(([path, { name, value }]) => [path, piece(name), piece(value)]);
}

describe("the places of a JSON text's fields", () => {
  it("are those of their names and values, however it is laid out", () => {
    const text = `
{ "a": 1, "b": {
    "c": "}\\"{\\n", "d":
      [ true, -1.5e3,
        { "e": null } ]
  }, "f": [], "g": {},
  "h":"x"}
`;
    assert.deepEqual(piecesOf(text), [
      ["", "{", "{"],
      ["a", '"a"', "1"],
      ["b", '"b"', "{"],
      ["b.c", '"c"', '"}\\"{\\n"'],
      ["b.d", '"d"', "["],
      ["b.d.0", "true", "true"],
      ["b.d.1", "-1.5e3", "-1.5e3"],
      ["b.d.2", "{", "{"],
      ["b.d.2.e", '"e"', "null"],
      ["f", '"f"', "["],
      ["g", '"g"', "{"],
      ["h", '"h"', '"x"'],
    ]);
    assert.equal(fieldPlaces(text).get("b.c")?.name.start, text.indexOf('"c"'));
  });

  it("are none where an object has two fields of one name, which is refused at the second", () => {
    for (const [marked, fault] of [
      ['{ "a": 1,\n\n «"a"»: 2 }', "a is here twice, the first time on line 1: remove one of the two"],
      [
        '{ "b": [{\n"a": 1, «"\\u0061"»: 1 }] }',
        "b.0.a is here twice, the first time on line 2: remove one of the two",
      ],
    ]) {
      assert.throws(
        () => fieldPlaces(marked.replace(/[«»]/g, "")),
        (error: JsonFault) => {
          assert.ok(error instanceof RepeatedName);
          assert.equal(error.message, fault);
          assert.equal(error.span.start, marked.indexOf("«"));
          assert.equal(error.span.length, marked.indexOf("»") - marked.indexOf("«") - 1);
          return true;
        },
      );
    }
    assert.equal(fieldPlaces('{ "a": { "a": 1 }, "b": { "a": 1 } }').size, 5);
  });

  it("are that of the whole for what is no object", () => {
    for (const text of ["1", '"x"', "null"]) assert.deepEqual(piecesOf(text), [["", text, text]]);
  });

  const faults: readonly [marked: string, fault: RegExp][] = [
    ['{ "a": 1, «b»: 2 }', /^a name in double quotes is expected before "b"$/],
    ["{ «'»a': 1 }", /^a name in double quotes is expected, and JSON knows double quotes only: write "$/],
    ["{ \"a\": «'»x' }", /^a value is expected, and JSON knows double quotes only/],
    ['{ "a": 1\n  «"b"»: 2 }', /^"," or "}" is expected before "b"$/],
    ['{ "a" «1» }', /^":" is expected before "1"$/],
    ['{ "a": 1«,» }', /^there is a comma before "}": remove it$/],
    ["[1«,»]", /^there is a comma before "]": remove it$/],
    ["{«,»}", /^a name in double quotes is expected before ","$/],
    ["{ «//» mine\n}", /^there is a comment, which JSON does not have: remove it$/],
    ['{ "a": 1 }\n«x»', /^the end of the file is expected before "x"$/],
    ['{ "a": «yes» }', /^a value is expected before "yes"$/],
    ['{ "a": 0«1» }', /^"," or "}" is expected before "1"$/],
    ['{ "a": «"»C:\\temp\\x" }', /^this text does not end on its line, or .* a \\ that JSON does not know/],
    ['{ "a": «"»b }\n', /^this text does not end on its line/],
    ['{ "a": «"»b\tc" }', /^this text .* has a tab, .*: write \\t and/],
    ['{ "a": 1 «/» 2 }', /^"," or "}" is expected before "\/"$/],
    ["«\ufeff»{}", /^a value is expected before the character U\+FEFF, which is not seen: remove it$/],
    ['{«\u00a0»"a": 1 }', /^a name in double quotes is expected before the character U\+00A0/],
    [`${"[".repeat(100)}«[»${"[".repeat(1e5)}`, /^objects and arrays lie more than 100 deep in each other/],
    ['{ "a": [1, 2', /^the file ends where "," or "]" is expected$/],
    ["", /^the file ends where a value is expected$/],
  ];
  for (const [marked, fault] of faults) {
    it(`are refused, and the fault's is told, in ${JSON.stringify(marked).slice(0, 60)}`, () => {
      const text = marked.replaceAll(/[«»]/g, "");
      const [start, end] = marked.includes("«")
        ? [marked.indexOf("«"), marked.indexOf("»") - 1]
        : [text.length, text.length];
      assert.throws(
        () => fieldPlaces(text),
        (error) => {
          assert.ok(error instanceof JsonFault);
          assert.match(error.message, fault);
          assert.deepEqual(error.span, { start, length: end - start });
          return true;
        },
      );
    });
  }

  it("are refused where JSON.parse refuses, and only there", () => {
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const isRead = (text: string) => {
      try {
        fieldPlaces(text);
        return true;
      } catch (error) {
        assert.ok(error instanceof JsonFault);
        return false;
      }
    };
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"\\u00e4"',
      '"\\x"',
      '"\t"',
      "1",
      "-",
      ".5",
      "e3",
      "01",
    ];
    const text = fc.oneof(
      fc.json(),
      fc
        .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "}", '"', "0", "\\", "\n", "\u00a0", "\ufeff"))
        .map(([json, at, other]) => {
          const cut = at % (json.length + 1);
          return json.slice(0, cut) + other + json.slice(cut + 1);
        }),
      fc
        .array(fc.constantFrom(...pieces, " ", "true", "nul"), { maxLength: 8 })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (json) => assert.equal(isRead(json), isJson(json), json)),
      { seed: 1, numRuns: 3000 },
    );
  });
});
