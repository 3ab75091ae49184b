/** Where the fields of a JSON text stand, and where a text is no JSON (RFC 8259). */

/** A piece of a text, in UTF-16 units from 0. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

export interface FieldPlace {
  /** With its quotes; of an item of an array, its value. */
  readonly name: Span;
  /** Of an object or array, its opening bracket. */
  readonly value: Span;
}

/** A text is no JSON: what is wrong, and at which piece of it. */
export class JsonFault extends Error {
  override readonly name = "JsonFault";
  readonly span: Span;

  constructor(fault: string, span: Span) {
    super(fault);
    this.span = span;
  }
}

/** A name is in an object twice, which is JSON, and means no one thing (RFC 8259, section 4). */
export class RepeatedName extends JsonFault {}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those that a text of JSON must not have
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
/**
 * Deeper than anybody writes by hand, and far from where the stack ends (RFC 8259, section 9 leaves the limit open).
 */
const MOST_NESTED = 100;
/** What people would take for one piece, to show and underline. */
const PIECE = /\/[/*]|[\p{C}\p{Z}]|[^\s\p{C},:{}[\]"']+|./suy;

/**
 * The place of each field by its path, "pins.dio0", and of the whole by "". Throws JsonFault where the text is no JSON,
 * or nested too deep; RepeatedName where two fields of an object have one name.
 */
export function fieldPlaces(json: string): Map<string, FieldPlace> {
  const places = new Map<string, FieldPlace>();
  let at = 0;
  let nested = 0;

  /** What `pattern` finds here; moves behind it. */
  const taken = (pattern: RegExp): Span | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(json);
    if (found === null) return undefined;
    const span = { start: at, length: found[0].length };
    at += span.length;
    return span;
  };
  const skipSpace = () => taken(SPACE);
  const textOf = ({ start, length }: Span) => json.slice(start, start + length);

  const fail = (wanted: string): never => {
    const span = taken(TEXT) ?? taken(PIECE) ?? { start: at, length: 0 };
    throw new JsonFault(faultAt(textOf(span), wanted), span);
  };
  const take = (character: string, wanted: string) => {
    if (json[at] !== character) fail(wanted);
    at++;
  };

  /** What stands between brackets, item by item. */
  const readItems = (close: string, readItem: (index: number) => void) => {
    if (nested === MOST_NESTED) {
      const fault = `objects and arrays lie more than ${MOST_NESTED} deep in each other here: remove some`;
      throw new JsonFault(fault, { start: at, length: 1 });
    }
    nested++;
    at++;
    skipSpace();
    for (let index = 0; json[at] !== close; index++) {
      readItem(index);
      skipSpace();
      if (json[at] === close) break;
      const comma = { start: at, length: 1 };
      take(",", `"," or "${close}"`);
      skipSpace();
      if (json[at] === close) throw new JsonFault(`there is a comma before "${close}": remove it`, comma);
    }
    at++;
    nested--;
  };
  const readName = () => taken(TEXT) ?? fail("a name in double quotes");

  /** Moves behind a value and notes the fields below it; the value's place. */
  const readValue = (path: string): Span => {
    const inner = (name: string | number) => (path === "" ? `${name}` : `${path}.${name}`);
    const opening = { start: at, length: 1 };
    if (json[at] === "{") {
      const earlier = new Map<string, Span>();
      readItems("}", () => {
        const name = readName();
        const text = JSON.parse(textOf(name));
        const first = earlier.get(text);
        if (first !== undefined) {
          const line = json.slice(0, first.start).split("\n").length;
          const fault = `${inner(text)} is here twice, the first time on line ${line}: remove one of the two`;
          throw new RepeatedName(fault, name);
        }
        earlier.set(text, name);
        const field = inner(text);
        skipSpace();
        take(":", `":"`);
        skipSpace();
        note(field, name);
      });
      return opening;
    }
    if (json[at] === "[") {
      readItems("]", (index) => note(inner(index)));
      return opening;
    }
    return taken(TEXT) ?? taken(SCALAR) ?? fail("a value");
  };
  const note = (path: string, name?: Span) => {
    const begin = { start: at, length: 1 };
    // Before what lies below it, and again when the value is known.
    places.set(path, { name: name ?? begin, value: begin });
    const value = readValue(path);
    places.set(path, { name: name ?? value, value });
  };

  skipSpace();
  note("");
  skipSpace();
  if (at < json.length) fail("the end of the file");
  return places;
}

/** A byte order mark, a space that does not break, and the like: pasted, and blamed on everything else. */
const INVISIBLE = /^[\p{C}\p{Z}]$/u;

/** What is wrong where `found` stands in the place of `wanted`. */
function faultAt(found: string, wanted: string): string {
  if (found === "") return `the file ends where ${wanted} is expected`;
  if (/^\/[/*]/.test(found)) return "there is a comment, which JSON does not have: remove it";
  if (found === "'") return `${wanted} is expected, and JSON knows double quotes only: write "`;
  if (found === '"' && /value|name/.test(wanted)) {
    return "this text does not end on its line, or has a tab, or a \\ that JSON does not know: write \\t and \\\\";
  }
  if (INVISIBLE.test(found)) {
    const code = found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    return `${wanted} is expected before the character U+${code}, which is not seen: remove it`;
  }
  return `${wanted} is expected before ${found.startsWith('"') ? found : `"${found}"`}`;
}
