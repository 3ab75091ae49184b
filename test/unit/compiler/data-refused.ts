/** What the compiler refuses about arrays of records, tables of records, and references. As `refused.ts`. */
import { type Refused, refuse } from "./refused.ts";

const QUEUE = `const frame = new Uint8Array(8);
class Queue { n: Int<0, 9> = 0; readonly items = new Uint8Array(8); }
const queues = records(Queue, 3);
`;

// biome-ignore format: one case a line
export const dataRefused: readonly Refused[] = [
  refuse(1030, "records without a number", "class R { x: U8 = 0; }", "const r = «records(R, 0)»; use(lengthOf(r));", "positive constant"),
  refuse(1030, "records of a class of JavaScript", "", "const r = «records(Date, 2)»;", "record class"),
  refuse(1016, "a row of the record inside itself", "class R { x: U8 = 0; «readonly inner = records(R, 2);» }\nconst r = new R();", "r.x = 1;", "inside itself"),
  refuse(1016, "a row of the record two levels down", "class R { x: U8 = 0; «readonly s = new S();» }\nclass S { readonly inner = records(R, 2); }\nconst r = new R();", "r.x = 1;", "inside itself"),
  refuse(1007, "a first value that is computed", "", "const a = Uint8Array.of(1, «input()», 3); a[0] = 1;", "constant"),
  refuse(2001, "a first value that does not fit", "const a = new Uint8Array([1, «256»]);", "a[0] = 1;", "256 may not fit u8"),
  refuse(1014, "a record assigned whole", "class R { x: U8 = 0; }\nconst r = new R(); const s = new R();\nfunction f(q: R): void { «q» = s; }", "f(r);", "as a whole"),
  refuse(1022, "an element of a local row that is returned", "class R { x: U8 = 0; }\nfunction f(): R { const all = records(R, 2); return «all[1]»; }", "f().x = 1;", "lives in the function"),
  refuse(1022, "a field of an element of a local row that is returned", "class R { readonly key = new Uint8Array(4); }\nfunction f(): Bytes<4> { const all = records(R, 2); const one = all[0]; return «one.key»; }", "f()[0] = 1;", "lives in the function"),
  refuse(1025, "an array of another class", "class R { x: U8 = 0; }\nclass S { x: U8 = 0; }\nconst all = records(S, 2);\nfunction f(r: Records<R, 2>): void { r[0].x = 1; }", "f(«all»);", "an array of R is needed here, this is an array of S"),
  refuse(3001, "an element beyond a row", QUEUE, "queues[«3»].n = 1;", "outside the 3 elements"),
  refuse(3001, "an element beyond the known length of a row", `${QUEUE}function f(all: Records<Queue, 2>): void { all[«2»].n = 1; }`, "f(queues);", "outside the 2 elements"),
  refuse(3004, "a row that is too short", `${QUEUE}function f(all: Records<Queue, 4>): void { all[3].n = 1; }`, "f(«queues»);", "4 elements are asked for, only 3 are known to be there: pass a longer array, or ask for Records<Queue, 3>"),
  refuse(3004, "an array of 16 bits that is too short", "const a = new Uint16Array(3);\nfunction f(x: AtLeast<Uint16Array, 4>): void { x[3] = 1; }", "f(«a»);", "AtLeast<Uint16Array, 3>"),
  refuse(3001, "an array without a length", "const a = new Int16Array(3);\nfunction f(x: Int16Array): void { x[«0»] = 1; }", "f(a);", "outside the 0 elements"),
  refuse(3002, "a view of 16-bit elements over the end", "const a = new Uint16Array(4);", "const v = «view(a, 2, 3)»; v[0] = 1;", "may end at 5, but only 4"),
  refuse(3001, "a guard on an element that another reference has changed", QUEUE, "const one = queues[u8(input()) % 3]; const two = queues[u8(input()) % 3]; if (one.n < 8) { two.n = 9; frame[«one.n»] = 1; }", "0..9"),
  refuse(3001, "a guard on an element that the whole has changed", QUEUE, "const one = queues[u8(input()) % 3]; if (one.n < 8) { queues[0].n = 9; frame[«one.n»] = 1; }", "0..9"),
  refuse(3001, "a guard on an element that a call has changed", `${QUEUE}function g(all: Records<Queue, 3>): void { all[0].n = 9; }`, "const one = queues[1]; if (one.n < 8) { g(queues); frame[«one.n»] = 1; }", "0..9"),
  refuse(3001, "a guard on an element that the board may change", `${QUEUE}/** @extern board_poll */\nfunction poll(all: Records<Queue, 3>): void {}`, "const one = queues[1]; if (one.n < 8) { poll(queues); frame[«one.n»] = 1; }", "0..9"),
  refuse(3001, "a guard on an element that the board may change deep inside", `${QUEUE}class Set { readonly rows = records(Queue, 2); }\nconst set = new Set();\n/** @extern board_poll */\nfunction poll(all: Set): void {}`, "const one = set.rows[1]; if (one.n < 8) { poll(set); frame[«one.n»] = 1; }", "0..9"),
  refuse(3001, "a guard on the element of the round before", QUEUE, "let k: Int<0, 9> = 0; for (let i = 0; i < 3; i++) { const one = queues[i]; frame[«k + one.n - one.n»] = 1; k = one.n; }", "0..9"),
  refuse(1031, "a table of no records", "class R { x: U8 = 0; }\nconst T = «tableOf(R, [])»;", "use(lengthOf(T));", "its constant records"),
  refuse(1031, "a table of what is no class", "const T = «tableOf(Date, [{}])»;", "const x = T;", "a record class"),
  refuse(1032, "a table of records with arrays", "class R { x: U8 = 0; readonly key = new Uint8Array(4); }\nconst T = tableOf(«R», [{ x: 1 }]);", "use(T[0].x);", "'key' of R is an array of u8"),
  refuse(1007, "a value of a table that is computed", "class R { x: U32 = 0; }\nconst T = tableOf(R, [{ x: «input()» }]);", "use(T[0].x);", "'x' of a table must be a constant"),
  refuse(2002, "a value of a table that leaves its field's range", "class R { x: Int<0, 5> = 0; }\nconst T = tableOf(R, [{ x: «6» }]);", "use(T[0].x);", "value 6 may leave"),
  refuse(1001, "a field of a table in short", "class R { x: U8 = 0; }\nconst x = 1;\nconst T = tableOf(R, [{ «x» }]);", "use(T[0].x);", "name: value"),
  refuse(1001, "a table inside a function", "class R { x: U8 = 0; }", "const t = «tableOf(R, [{ x: 1 }])»;", "at module level"),
  refuse(1033, "a constant record as one in RAM", "class R { x: U8 = 0; }\nconst T = tableOf(R, [{ x: 1 }]);\nfunction f(r: R): void { use(r.x); }", "f(«T[0]»);", "TableOf<R, N>"),
  refuse(1033, "a name for a constant record as one in RAM", "class R { x: U8 = 0; }\nconst T = tableOf(R, [{ x: 1 }, {}]);\nfunction f(i: Int<0, 1>): void { const r: R = «T[i]»; r.x = 1; }", "f(1);", "in flash"),
  refuse(1025, "a choice between RAM and flash", "class R { x: U8 = 0; }\nconst T = tableOf(R, [{ x: 1 }]);\nconst r = new R();", "const one = input() > 1 ? r : «T[0]»; if (input() > 2) use(1);", "a R is needed here, this is a constant R"),
  refuse(1025, "a table of records as records in RAM", "class R { x: U8 = 0; }\nconst T = tableOf(R, [{ x: 1 }]);\nfunction f(r: Records<R, 1>): void { r[0].x = 1; }", "f(«T»);", "an array of R is needed here, this is a table of R"),
  refuse(3001, "a row beyond a table", "class R { x: U8 = 0; }\nconst T = tableOf(R, [{ x: 1 }]);", "use(T[«1»].x);", "outside the 1 element"),
  refuse(3004, "a table of records that is too short", "class R { x: U8 = 0; }\nconst T = tableOf(R, [{ x: 1 }]);\nfunction f(t: TableOf<R, 2>): void { use(t[1].x); }", "f(«T»);", "TableOf<R, 1>"),
];
