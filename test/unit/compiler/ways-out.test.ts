/** What messages tell to write must be accepted: it is taken out of the message and written. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createCompiler, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { LANGUAGE_IMPORTS } from "./targets.ts";

const { compile } = createCompiler();

const ENTRY = fileURLToPath(new URL("./ways-out-main.ts", import.meta.url));

const PRELUDE = `${LANGUAGE_IMPORTS}
/** @extern use */
function use(value: U32): void {}
/** @extern input */
function input(): U32 { return 0; }
const a = new Uint8Array(8);
let m: U8 = 0;
class R { n: U8 = 0; }
const r = new R();
function f(i: U8, n: U8, s: I16, data: Bytes<2>, low: Int<0, 64>): void {
  const t = new Uint16Array(5);
  let x: Int<0, 64> = low;
  let y: U8 = n;
`;
const END = `
  if (x > 3 || y > 3) use(t[0]);
}
export function main(): void { f(1, 2, 3, a, 4); m = u8(input()); }
`;

/** One refused line each: the message's way out is put before it, or in its place. */
const refused: readonly string[] = [
  "a[i] = 1;",
  "a[i + n] = 1;",
  "a[i - n] = 1;",
  "a[m] = 1;",
  "a[r.n] = 1;",
  "a[s] = 1;",
  "t[i] = 1;",
  "data[low] = 1;",
  "use(load16le(a, i));",
  "use(load32be(a, low));",
  "fill(a, i, n, 0);",
  "copy(a, 0, a, i, n);",
  "x = i;",
  "x = i + n;",
  "x++;",
  "x += n;",
  "x -= 1;",
  "r.n++;",
  "y++;",
  "y -= low;",
  "y *= i + n;",
  "y = i + n;",
  "m += 5;",
  "use(u32(1 << i));",
  "use(rotl8(3, n));",
  "use(u8(i / n));",
  "use(i % n);",
  "use(i % (n - low));",
  "use(u16(s / 2));",
  "use(u32(s >>> 1));",
  "a[u8(input())] = 1;",
  "a[t[1]] = 1;",
  "t[u8(input())] = 1;",
  "use(u32(1 << input()));",
  "fill(a, 0, u8(input()), 0);",
];

function diagnose(line: string) {
  const text = PRELUDE + line + END;
  return compile({ entry: ENTRY, sources: { [ENTRY]: text } }).diagnostics;
}

/** The line with what its message tells to write. */
function followed(line: string, start: number, length: number, message: string): string {
  const at = start - PRELUDE.length;
  const written = / write (.+)$/.exec(message);
  if (written) return line.replace(line.slice(at, at + length), written[1]);
  const kept = /const x = (.+), and guard that: if \((.+?)\)(?:$|, or)/.exec(message);
  if (kept)
    return `const kept = ${kept[1]}; if (${kept[2].replace("x", "kept")}) { ${line.replace(kept[1], "kept")} }`;
  const guard = /guard it with if \((.+?)\)(?:$|, or)/.exec(message);
  if (guard) return `if (${guard[1]}) { ${line} }`;
  const cast = /wrap it with (\w+)\(\)/.exec(message);
  if (cast) return `${line.slice(0, at)}${cast[1]}(${line.slice(at, at + length)})${line.slice(at + length)}`;
  return line;
}

describe("the ways out that the compiler's messages name", () => {
  for (const line of refused) {
    it(`are accepted for ${line}`, () => {
      let text = line;
      for (let step = 0; step < 2; step++) {
        const [first] = diagnose(text);
        if (first === undefined) break;
        text = followed(text, first.start!, first.length!, String(first.messageText));
      }
      assert.notEqual(text, line, formatDiagnostics(diagnose(line), { colour: false }));
      assert.equal(formatDiagnostics(diagnose(text), { colour: false }), "");
    });
  }

  for (const line of refused) {
    const [first] = diagnose(line);
    const mask = /mask it: (.+? & \d+\)?)/.exec(String(first?.messageText));
    if (mask === null) continue;
    it(`are accepted for ${line} where they mask`, () => {
      const at = first.start! - PRELUDE.length;
      const masked = line.slice(0, at) + mask[1] + line.slice(at + first.length!);
      assert.equal(formatDiagnostics(diagnose(masked), { colour: false }), "");
    });
  }
});
