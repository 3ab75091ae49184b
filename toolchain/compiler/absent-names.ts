/**
 * What JavaScript has and the device has not: what to write instead. TypeScript knows some of these names and finds
 * others missing; either way the message is the same.
 */
import type { WayOut } from "./messages.ts";

const NO_HEAP = "there is no heap: declare an array, as in new Uint8Array(16), or records(Slot, 8)";
const NO_STRINGS = 'there are no strings: a text is a table, ascii("...")';
const NO_FRACTIONS =
  "there is no floating point: scale integers by hand, or look values up in a table16([...])";
const DROPPED_FRACTION = "put the division directly under a cast, as in u16(a / b), which drops the fraction";
const TIME =
  'the time since power-up is now() of "joinery/hal", in microseconds that wrap; the device knows no date';
const WAITING =
  'the stack calls sample() each PERIOD_S seconds and sleeps in between; the time is now() of "joinery/hal"';
const PRINTING =
  'print with printDecimal(), printHex() and endLine() of "joinery/console", single characters with consoleWrite() of "joinery/hal"';
const NOTHING_MISSING = "nothing is ever missing: take a flag, or a value that stands for none";
const ENVIRONMENT =
  "there is no operating system: what is chosen when the program is built is a @config constant";
const NETWORK = "what the device sends is what sample() writes into its payload";
const LATER = "nothing goes on in the background: keep a state in variables, and go on at the next call";
const OCTETS =
  "take new Uint8Array(n) with load16le(), store16le() and their like, and view() for a part of it";
const LOOP = "write for (let i = 0; i < lengthOf(a); i++)";
const FIXED_LENGTH = "an array has the length that it was declared with: count in a variable beside it";

/** By the names that they are about. */
const GLOBALS = expanded({
  console: PRINTING,
  "alert print": PRINTING,
  "setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate requestAnimationFrame":
    WAITING,
  "Date performance Temporal": TIME,
  "process global globalThis window document navigator self Deno Bun __dirname __filename": ENVIRONMENT,
  "require module exports": 'name what you use: import { ... } from "./other.ts"',
  "fetch XMLHttpRequest WebSocket EventSource URL Request Response": NETWORK,
  "Promise queueMicrotask AbortController EventTarget Event Worker Atomics SharedArrayBuffer": LATER,
  "Map Set WeakMap WeakSet WeakRef Array Object Symbol Reflect Proxy Function structuredClone Iterator":
    NO_HEAP,
  "String JSON RegExp Intl TextEncoder TextDecoder encodeURIComponent decodeURIComponent btoa atob":
    NO_STRINGS,
  "Buffer ArrayBuffer DataView Uint8ClampedArray Float32Array Float64Array BigInt64Array BigUint64Array":
    OCTETS,
  crypto: 'AES-128 and its CMAC are in "joinery/crypto"',
  undefined: NOTHING_MISSING,
  Math: NO_FRACTIONS,
  "NaN Infinity isNaN isFinite parseFloat": NO_FRACTIONS,
  "Number parseInt BigInt": "integers are cast, as in u8(x); of a boolean write flag ? 1 : 0",
  Boolean: "write the comparison, as in x !== 0",
  "Math.random": "step a u32 of your own, as in seed = u32(mul32(seed, 1664525) + 1013904223)",
  "Math.min": "write a < b ? a : b",
  "Math.max": "write a > b ? a : b",
  "Math.abs": "write x < 0 ? -x : x",
  "Math.sign": "compare with 0",
  "Math.imul": "write i32(mul32(a, b))",
  "Math.floor Math.trunc Math.round Math.ceil": DROPPED_FRACTION,
});

/** By the names of members of what the device has without them. */
const MEMBERS = expanded({
  "byteLength size": "the number of elements is lengthOf(array)",
  "buffer byteOffset": OCTETS,
  fill: "write fill(array, 0, n, x) for octets, or a loop",
  "set copyWithin": "write copy(target, i, source, j, n) for octets, or a loop",
  "subarray slice":
    "write view(array, offset, n), which shares the memory, or copy() into an array of its own",
  "forEach map filter reduce reduceRight some every find findIndex findLast findLastIndex": LOOP,
  "indexOf lastIndexOf includes at keys values entries sort toSorted reverse toReversed with": LOOP,
  "push pop shift unshift splice concat": FIXED_LENGTH,
  "toString toFixed toPrecision toLocaleString join": PRINTING,
  "call apply bind": "call the function by its name, or through a dispatch([...]) table",
});

function expanded(entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(entries).flatMap(([names, text]) => names.split(" ").map((name) => [name, text] as const)),
  );
}

/** What to write instead of a global of JavaScript, given as "Math.random" or "setTimeout". */
export function insteadOfGlobal(name: string): WayOut | undefined {
  return wayOut(GLOBALS.get(name) ?? GLOBALS.get(name.split(".")[0]));
}

/** What to write instead of a member of an array or a number. */
export function insteadOfMember(name: string): WayOut | undefined {
  return wayOut(MEMBERS.get(name));
}

function wayOut(text: string | undefined): WayOut | undefined {
  return text === undefined ? undefined : { wayOut: text };
}
