/** Where the fields of a JSON text stand. */

/**
 * The line of each field of a text that JSON.parse takes, from 1, by its path: "pins.dio0"; "" is the whole. Of fields of
 * one name the last counts, as it does for JSON.parse.
 */
export function fieldLines(json: string): Map<string, number> {
  const lines = new Map<string, number>();
  let at = 0;
  let line = 1;
  const skipSpace = () => {
    for (; /\s/.test(json.charAt(at)); at++) if (json[at] === "\n") line++;
  };
  const readString = (): string => {
    const from = at++;
    for (; json[at] !== '"'; at++) if (json[at] === "\\") at++;
    return JSON.parse(json.slice(from, ++at));
  };
  /** What stands between brackets, item by item, each followed by a comma or the closing bracket. */
  const readItems = (close: string, readItem: (index: number) => void) => {
    at++;
    skipSpace();
    for (let index = 0; json[at] !== close; index++) {
      readItem(index);
      skipSpace();
      if (json[at] === ",") at++;
      skipSpace();
    }
    at++;
  };
  const readValue = (path: string) => {
    skipSpace();
    const inner = (name: string | number) => (path === "" ? `${name}` : `${path}.${name}`);
    if (json[at] === "{") {
      readItems("}", () => {
        const begin = line;
        const field = inner(readString());
        lines.set(field, begin);
        skipSpace();
        at++; // the colon
        readValue(field);
      });
    } else if (json[at] === "[") {
      readItems("]", (index) => {
        lines.set(inner(index), line);
        readValue(inner(index));
      });
    } else if (json[at] === '"') {
      readString();
    } else {
      while (at < json.length && !/[\s,\]}]/.test(json[at])) at++;
    }
  };
  skipSpace();
  lines.set("", line);
  readValue("");
  return lines;
}
