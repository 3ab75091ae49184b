/**
 * What `joinery explain` says of TypeScript's own errors: where they are documented, and of those that firmware meets
 * most what to write instead.
 */

export interface TypeScriptError {
  /** "TS2322". */
  readonly number: string;
  readonly title: string;
  /** In Markdown, as the pages of docs/messages. */
  readonly text: string;
}

const CASTS = `What is stored in an integer must be a number, and of a width that is known to fit. A number of any
other width is cast where it is stored:

* \`u8(x)\`, \`u16(x)\`, \`u32(x)\` keep the low 8, 16 or 32 bits, as C does
* \`i8(x)\`, \`i16(x)\`, \`i32(x)\` the same, signed
* of a boolean write \`flag ? 1 : 0\`; of an array one element, \`a[i]\`
* a text is no value: \`const TEXT = ascii("...")\` is a table of its octets

The casts come from \`joinery/lang\`.`;

/** By TypeScript's numbers: a title, and the way out. */
const WAYS_OUT: ReadonlyMap<number, readonly [title: string, wayOut: string]> = new Map([
  [2322, ["A value of another type than its place", CASTS]],
  [2345, ["An argument of another type than its parameter", CASTS]],
  [
    2304,
    [
      "A name that is declared nowhere",
      "What firmware uses is declared in its own files, or imported from `joinery/lang`, `joinery/hal`, `joinery/console` or `joinery/crypto`.",
    ],
  ],
  [
    2307,
    [
      "A module that is not there",
      'Files of the program are imported with their ending, as in `import { f } from "./other.ts"`; packages have no place in firmware.',
    ],
  ],
  [
    2542,
    [
      "An element that can only be read",
      "A row of records holds the same records for ever: assign the fields, `slots[i].x = 1`. Of a table DEV1038 tells.",
    ],
  ],
  [
    2554,
    [
      "Another number of arguments than of parameters",
      "A call gives every parameter, none more: none is optional.",
    ],
  ],
]);

/** What is to be said of the error that TypeScript numbers `code`. */
export function typeScriptError(code: number): TypeScriptError {
  const number = `TS${code}`;
  const [title, wayOut] = WAYS_OUT.get(code) ?? ["An error of TypeScript itself", undefined];
  const origin = `${number} is an error of TypeScript, not one of Joinery's: firmware is TypeScript first, and a
statement is held to the device's rules once TypeScript takes it. It is documented with the language, at
https://www.typescriptlang.org/docs/; a search for "${number}" finds what others made of it.`;
  const paragraphs = [`# ${number}: ${title}`, oneLine(origin), ...(wayOut ? [oneLine(wayOut)] : [])];
  return { number, title, text: `${paragraphs.join("\n\n")}\n` };
}

/** Lines that are broken in this file only, joined: lists and paragraphs stay. */
function oneLine(text: string): string {
  return text.replace(/([^\n])\n(?![\n*])/g, "$1 ");
}
