// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the constructs are TypeScript too
// biome-ignore-all lint/style/useTemplate: as above
/**
 * Ordinary TypeScript, a line a construct: what is supported, and what is refused by which number at which place.
 *
 * Before each construct stands what the compiler says of it: "fine", or the numbers of the messages, each of which
 * has its place between « and ». A construct may use u (a u8), flag (a boolean), b (eight octets), r (a record of
 * class R with the field x), the class C, the function f(u8): u8, the enums E (constant), P (plain) and S (strings),
 * the types Alias and Generic<T>, and the language, whose types are in capitals; "@language" is its module.
 */
export interface Construct {
  readonly text: string;
  readonly verdict: string;
}

/** A whole file; the verdict has the first message and its offset: "TS1005@30". */
export interface SourceText {
  readonly what: string;
  readonly text: string;
  readonly verdict: string;
  readonly extension?: ".tsx";
}

function lines(table: string): Construct[] {
  return table
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, verdict, text] = /^\s*(\S+)\s+(.*)$/.exec(line)!;
      return { verdict, text };
    });
}

export const statements: readonly Construct[] = lines(`
fine    ;
fine    { }
fine    { u = 1; }
fine    let x: U8 = 1; u = x;
fine    const x = 3; u = x;
DEV1001 «var x = 1»;
DEV1001 let «x: U8»;
DEV1001 let «[x]» = [1];
DEV1001 let «{ x }» = r;
DEV1001 const «{ x: y = 2, ...rest }» = { x: 1, z: 2 };
DEV1001 «using x = null»;
TS2852  «await» using x = null;
fine    u = 1;
DEV2001 «u++»;
DEV2001 «--u»;
fine    if (flag) u = 1;
fine    if (flag) u = 1; else u = 2;
fine    for (let i = 0; i < 3; i++) u = 1;
fine    for (;;) break;
fine    for (let i = 0, j = 1; i < 3; i++, j = 2) u = 1;
DEV1001 for («var i = 0»; i < 3; i++) u = 1;
DEV1001 «for (const x of b) u = 1;»
TS1103  for «await» (const x of b) u = 1;
DEV1001 «for (const x in b) u = 1;»
fine    while (flag) flag = false;
fine    do { u = 1; } while (flag);
fine    for (;;) { if (flag) continue; break; }
DEV1001 «outer: for (;;) { for (;;) break outer; }»
DEV1001 «outer: for (;;) { for (;;) continue outer; }»
DEV1001 «label: u = 1;»
DEV1001 «block: { break block; }»
TS1107  «break;»
TS1107  «continue;»
fine    return;
TS2322  «return» 1;
DEV1001 «throw new Error("x");»
DEV1001 «throw u;»
DEV1001 «try { u = 1; } catch { u = 2; }»
DEV1001 «try { u = 1; } catch (e) { u = 2; } finally { u = 3; }»
fine    switch (u) { case 1: u = 2; break; default: u = 3; }
fine    switch (u) { }
fine    switch (u) { default: u = 1; }
fine    switch (u) { case 1: case 2: u = 3; }
TS7029  switch (u) { «case 1:» u = 2; case 2: u = 3; }
DEV1012,DEV1021 switch («flag») { case «true»: u = 3; }
DEV1001 switch (u) { case 1: «const x = 1;» u = x; break; }
DEV1001 switch (u) { case 1: «function g() {}» }
TS1101  «with» (r) { u = 1; }
DEV1001 «debugger;»
DEV1001 «function g(): void {}»
DEV1001 «async function g() {}»
DEV1001 «function* g() {}»
DEV1001 «class C {}»
DEV1001 «class C { x: U8 = 0; }»
DEV1001 «interface I { x: number }»
DEV1001 «type T = U8;»
DEV1001 «enum E { A }»
DEV1001 «const enum E { A }»
TS1235  «namespace» N { }
TS1184  «declare» let x: number;
TS1184  «declare» function g(): void;
DEV1001 «abstract class C {}»
TS1232  «import» x from "x";
TS1184  «export» const x = 1;
TS1258  «export» default 1;
TS1233  «export» { u };
DEV1003 «"use strict"»;
fine    /* a comment */ u = 1; // and another
fine    /** @type {string} and {@link other} */ u = 1;
fine    // a comment alone
fine    u = 1, flag = true;
fine    (u = 1);
fine    f(1);
DEV1004 «f»;
DEV1026 «u»;
DEV1026 «1»;
DEV1001 «[u]» = [1];
DEV1001 («{ x: u }» = r);
DEV2001 «u += 1»;
DEV2001 «u -= 1»;
DEV2001 «u *= 2»;
DEV1013 «u /= 2»;
fine    u %= 2;
DEV1001 u «**=» 2;
DEV2001 «u <<= 1»;
fine    u >>= 1;
fine    u >>>= 1;
fine    u &= 1;
fine    u |= 1;
fine    u ^= 1;
DEV1001 flag «&&=» true;
DEV1001 flag «||=» true;
DEV1001 u «??=» 1;
DEV1001 «delete b[0]»;
DEV1001 «void 0»;
DEV1001 «async () => {}»;
TS2304  @«dec» class C {}
DEV1001 if (flag) «function g() {}»
fine    for (let i: U8 = 0; i < 3; i++) {}
fine    for (const i = 0; flag; ) flag = false;
fine    while (true) { u = 1; break; }
fine    do ; while (false);
fine    let x = 1, y = 2; u = x; u = y;
DEV1001 let «x!: U8»; u = 1;
fine    let async = 1; u = async;
fine    let of = 1, get = 2, type = 3; u = of; u = get; u = type;
fine    let let_ = 1; u = let_;
TS1214  «yield»;
TS1308  «await» f(1);
DEV1024 const v = «assert(flag)»;
fine    assert(flag);
fine    copy(b, 0, b, 4, 4);
fine    fill(b, 0, 8, 0);
fine    store16le(b, 0, 1);
fine    critical(() => { u = 1; });
`);

export const expressions: readonly Construct[] = lines(String.raw`
fine    1
fine    0x1f
fine    0b101
fine    0o17
TS1121  «017»
fine    1_000
fine    1e2
DEV1002 «1.5»
DEV1002 «.5»
DEV1002 «1e400»
fine    1e-400
DEV1002 «9007199254740993»
DEV1004 «NaN»
DEV1004 «Infinity»
fine    -0
DEV1001 «1n»
DEV1003 «"text"»
DEV1003 «'text'»
DEV1003 «"\u{1F600}"»
DEV1003 ${"«`text`»"}
DEV1003 ${"«`a${u}b${u}c`»"}
DEV1001 ${"«String.raw`text`»"}
DEV1001 «/re/g»
fine    true
DEV1001 «null»
DEV1004 «undefined»
TS2683  «this»
TS2660  «super».x
DEV1001 «new.target»
DEV1001 «import.meta»
DEV1001 «import("x")»
DEV1001 «import("@language")»
DEV1001 «import.defer("x")»
fine    u
fine    (u)
fine    ((u))
fine    b[0]
DEV1009 «b[0]!»
DEV1001 «b?.[0]»
fine    b.length
DEV1003 b[«"length"»]
fine    r.x
DEV1001 «r?.x»
DEV1003 r[«"x"»]
DEV1009 «r!».x
TS2339  r.«#x»
fine    f(1)
DEV1001 «f?.(1)»
TS2558  f<«U8»>(1)
TS2635  f<«U8»>
TS2556  f(«...b»)
TS2554  «f»()
TS2554  f(1, «2»)
DEV1001 «new Uint8Array(4)»
DEV1001 «new Uint8Array»
DEV1001 «new Uint8Array([1, 2])»
DEV1001 «new Date()»
TS2554  «new f()»
DEV1001 «[]»
DEV1001 «[1, 2]»
DEV1001 «[1, , 2]»
DEV1001 «[...b]»
DEV1001 «{}»
DEV1001 «{ x: 1 }»
DEV1001 «{ u }»
DEV1001 «{ ...r }»
DEV1001 «{ [u]: 1 }»
DEV1001 «{ get x() { return 1; } }»
TS7032,TS7006 { set «x»(«v») {} }
DEV1001 «{ m() {} }»
DEV1001 «{ async *m() {} }»
DEV1001 «{ "x": 1, 2: 3 }»
DEV1001 «() => 1»
DEV1001 «(x: U8): U8 => x»
DEV1001 «async () => 1»
DEV1001 «<T,>(x: T) => x»
DEV1001 «function () {}»
DEV1001 «function g() {}»
DEV1001 «function* () {}»
DEV1001 «async function () {}»
DEV1001 «class {}»
DEV1001 «class C extends Object {}»
DEV1001 «typeof u»
DEV1001 «void u»
DEV1001 «delete b[0]»
TS1308  «await» u
TS1163  «yield» u
fine    +u
fine    -u
fine    ~u
fine    !flag
DEV1011 !«u»
DEV2001 «u++»
DEV2001 «++u»
DEV2001 «u--»
DEV2001 «--u»
fine    u + 1
fine    u - 1
fine    u * 2
DEV1013 «u / 2»
fine    u8(u / 2)
fine    u % 2
DEV1001 u «**» 2
fine    u & 1
fine    u | 1
fine    u ^ 1
fine    u << 1
fine    u >> 1
fine    u >>> 1
fine    u < 1
fine    u <= 1
fine    u > 1
fine    u >= 1
DEV1010 u «==» 1
DEV1010 u «!=» 1
fine    u === 1
fine    u !== 1
fine    flag === true
DEV1012 «flag» < true
DEV1003 «"a"» + u
DEV1001 u «in» b
DEV1001 b «instanceof» Uint8Array
TS18016 «#x» in r
fine    flag && flag
fine    flag || flag
DEV1011,DEV1011 «u» && «u»
DEV1001 u «??» 1
TS2695  «u», 1
fine    flag ? 1 : 2
fine    flag ? 1 : flag ? 2 : 3
DEV1003 flag ? «"a"» : 1
DEV1001 «u = 1»
DEV1001 «u += 1»
DEV1001 «flag &&= true»
DEV1001 «[u] = b»
DEV1009 «u as U8»
TS1355  «u» as const
DEV1009 «u as unknown as U8»
DEV1009 «<U8>u»
DEV1009 «u!»
fine    u satisfies U8
fine    (u satisfies U8) + 1
fine    1 satisfies U8
DEV1004 «f»
DEV1004 «Math»
DEV1004 «Math.max»(1, 2)
DEV1004 «Math».PI
DEV1004 «console»
DEV1004 «globalThis»
DEV1004 «arguments»
DEV1004 «eval»("1")
DEV1004 «parseInt»("1")
DEV1001 «Number(u)»
DEV1001 «BigInt(u)»
DEV1004 «Array.from»(b)
DEV1004 «b.map»((x) => x)
DEV1004 «b.slice»(0, 2)
DEV1004 «b.subarray»(0, 2)
DEV1004 «b.fill»(0)
DEV1004 «r.toString»()
DEV1004 «u.toString»()
DEV1004 (u).«toFixed»
DEV1003 «"a"».length
DEV1003 «"abc"»[0]
DEV1001 «[1]»[0]
DEV1001 («{ x: 1 }»).x
DEV1004 «(() => 1)»()
DEV1004 «(function () { return 1; })»()
TS2695  («1», f)(2)
fine    E.A
fine    E["A"]
TS2476  E[«0»]
fine    P.A
DEV1002 «S.A»
DEV1004 «C»
DEV1001 «new R()»
TS2552  «undefinedName»
DEV1004 «u8»
fine    u8(1)
TS2554  «u8»()
TS2554  u8(1, «2»)
TS2345  u8(«"1"»)
TS2345  u8(«flag»)
TS2556  u8(«...b»)
DEV1001 «u8?.(1)»
DEV1004 «u8.call»(null, 1)
fine    ascii("x")
DEV1007 ascii(«"é"»)
fine    ${"ascii(`x`)"}
DEV1007 ${"ascii(«`${u}`»)"}
TS2554  «ascii»()
DEV1001 «table8([1, 2])»
fine    lengthOf(b)
TS2345  lengthOf(«u»)
fine    view(b, 0, 2)
fine    equal(b, 0, b, 0, 1)
fine    mul32(u, 2)
fine    load16le(b, 0)
DEV1004 «Symbol».iterator
DEV1004 «process».exit(0)
DEV1004 «require»("x")
TS2304  «変数»
fine    \u0075
DEV1003 «"\ud800"»
fine    u/**/
fine    u // comment
DEV1009 («u as number»)
fine    -(-u)
fine    - -u
fine    +-~u
fine    !!flag
fine    f(f(f(1)))
fine    b[b[0] & 7]
DEV3001 b[«u»]
DEV3001 b[«-1»]
DEV1002 b[«1.5»]
DEV1003 b[«"0"»]
TS2538  b[«flag»]
TS1011  b[«»]
TS7053  «r[u]»
TS2339  u.«x»
TS2339  f.«x»
DEV1004 «f».length
DEV1036 «U8»
TS2693  «string»
`);

export const types: readonly Construct[] = lines(`
fine    U8
fine    (U8)
fine    boolean
DEV1006 «string»
DEV1006 «bigint»
DEV1006 «symbol»
DEV1006 «object»
DEV1006 «any»
DEV1006 «unknown»
DEV1006 «never»
fine    void
DEV1006 «null»
DEV1006 «undefined»
fine    true
fine    1
fine    -1
DEV1006 «1n»
DEV1006 «"x"»
DEV1006 ${"«`x`»"}
DEV1006 ${"«`a${string}b`»"}
fine    1 | 2
DEV1006 «U8 | U16»
DEV1006 «U8 & U16»
DEV1006 «U8[]»
DEV1006 «readonly U8[]»
DEV1006 «[U8, U8]»
DEV1006 «[a: U8, b?: U8]»
DEV1006 «[U8?, ...U8[]]»
DEV1006 «{ x: U8 }»
DEV1006 «{ x(): void; readonly y?: U8; [k: string]: unknown; new (): R; (): void; get z(): U8; set z(v: U8) }»
DEV1006 «() => void»
DEV1006 «new () => R»
DEV1006 «abstract new () => R»
DEV1006 «(x: U8, ...rest: U8[]) => asserts x»
DEV1006 «(x: unknown) => x is U8»
DEV1006 «(this: R) => asserts this is R»
DEV1006 «typeof u»
DEV1006 «typeof b[0]»
DEV1004 typeof import(«"x"»)
DEV1004 import(«"x"»).Y
DEV1004 import(«"x"», { with: { "resolution-mode": "import" } }).Y
DEV1006 «keyof R»
TS1335  «unique symbol»
DEV1006 «R["x"]»
DEV1006 «U8 extends number ? U8 : never»
DEV1006 «U8[] extends (infer T extends number)[] ? T : never»
DEV1006 «{ [K in keyof R]: R[K] }»
DEV1006 «{ readonly [K in keyof R as K]?: R[K] }»
DEV1006 «{ -readonly [K in keyof R]-?: R[K] }»
TS2526  «this»
DEV1006 «Array<U8>»
fine    Uint8Array
fine    Uint8Array<ArrayBuffer>
fine    Bytes<4>
TS2314  «Bytes»
DEV1006 «Bytes<U8>»
fine    Int<0, 9>
DEV1006 «Int<9, 0>»
DEV1006 «Int<0.5, 2>»
DEV1006 «Int<0, 4294967296>»
fine    Table8<2>
fine    E
fine    E.A
fine    P
DEV1006 «S»
fine    R
TS2503  «N».T
TS2304  «Missing»
fine    Alias
DEV1006 «Generic<U8>»
TS2304  «intrinsic»
DEV1006 «Promise<U8>»
DEV1006 «Map<U8, U8>»
DEV1006 «Date»
DEV1006 «Record<string, U8>»
DEV1006 «Readonly<R>»
TS1225  asserts «x»
TS1225  «x» is U8
TS17020 «?U8»
TS1144  U8«?»
TS17020 «!U8»
TS8020  «*»
TS8020  «function(U8): U8»
TS1110  «...»U8
`);

export const members: readonly Construct[] = lines(`
fine    x: U8 = 0;
fine    readonly x: U8 = 0;
DEV1005 «x» = 0;
fine    x = false;
TS2564  «x»: U8;
DEV1016 «x!: U8;»
DEV1016 «x?: U8;»
DEV1016 «x?: U8 = 0;»
DEV1016 «static x: U8 = 0;»
DEV1016 «private x: U8 = 0;»
DEV1016 «protected x: U8 = 0;»
DEV1016 «public x: U8 = 0;»
DEV1016 «#x: U8 = 0;»
DEV1016 «declare x: U8;»
TS4112  override «x»: U8 = 0;
DEV1016 «accessor x: U8 = 0;»
TS1253  «abstract» x: U8;
DEV1016 «"x": U8 = 0;»
DEV1016 «1: U8 = 0;»
DEV1016 «["x"]: U8 = 0;»
DEV1016 «constructor() {}»
DEV1016 «m() {}»
TS2391  «m»(): void;
DEV1016 «async m() {}»
DEV1016 «*m() {}»
DEV1016 «get x(): U8 { return 1; }»
DEV1016 «set x(v: U8) {}»
DEV1016 «static { }»
DEV1016 «[k: string]: unknown;»
TS2304  @«dec» x: U8 = 0;
TS2304  @«dec» m() {}
fine    ;
DEV1003 x: string = «""»;
DEV1001 x = «[]»;
DEV1001 x = «{}»;
DEV1001 x = «() => 1»;
fine    x = new Uint8Array(4);
fine    x = new R();
DEV1007 x: U8 = «u»;
DEV2001 x: U8 = «300»;
DEV1001 x = «this»;
`);

export const declarations: readonly Construct[] = lines(String.raw`
fine    const X = 1; export function run(): void { u = X; }
fine    let x: U8 = 1; export function run(): void { u = x; }
DEV1001 «var x: U8 = 1»; export function run(): void { u = x; }
TS2322  let x; export function run(): void { «u» = x; }
DEV1001 declare const «X: U8»; export function run(): void { u = X; }
DEV1001 declare let «x: U8»; export function run(): void { u = x; }
DEV1001 const «{ x }» = r; export function run(): void { u = x; }
DEV1001 const «[x]» = b; export function run(): void { u = x; }
fine    using x = null; export function run(): void {}
fine    export const X = 1, Y = 2; export function run(): void { u = X; u = Y; }
DEV1003 const X = «"text"»; export function run(): void { u = X.length; }
DEV1001 const X = «[1, 2]»; export function run(): void { u = X[0]; }
DEV1001 const X = «{ y: 1 }»; export function run(): void { u = X.y; }
DEV1001 const X = () => 1; export function run(): void { u = «X()»; }
DEV1001 const X = 1n; export function run(): void { u = «Number(X)»; }
DEV1001 const X = «/a/»; export function run(): void { flag = X.test("a"); }
DEV1007 const X = «f(1)»; export function run(): void { u = X; }
DEV1007 const X = «u»; export function run(): void { u = X; }
DEV2001 const X: U8 = «256»; export function run(): void { u = X; }
fine    const T = table8([1, 2]); export function run(): void { u = T[0]; }
TS2322  const T = table8([1, «...[2]»]); export function run(): void { u = T[0]; }
TS2345  const T = table8(«[1, , 2]»); export function run(): void { u = T[0]; }
TS2345  const T = table8(«b»); export function run(): void { u = T[0]; }
DEV1015 let «T» = table8([1]); export function run(): void { u = T[0]; }
fine    const a = new Uint8Array(4); export function run(): void { a[0] = 1; }
DEV1001 const a = «new Float64Array(4)»; export function run(): void { a[0] = 1; }
DEV1001 const a = «new Array(4)»; export function run(): void { a[0] = 1; }
DEV1001 const a = «new DataView(b.buffer)»; export function run(): void { a; }
fine    enum Plain { A, B } export function run(): void { u = Plain.B; }
fine    enum Plain { A, B } export function run(): void { u = Plain["B"]; }
DEV1001 enum Plain { A, B } export function run(): void { const x = «Plain[0]»; }
DEV1002 enum Text { A = "a" } export function run(): void { const x = «Text.A»; }
DEV1002 const enum Text { A = "a" } export function run(): void { const x = «Text.A»; }
fine    const enum Mixed { A = 1, B = A << 2, C = B | 1 } export function run(): void { u = Mixed.C; }
DEV1002 const enum Half { A = 0.5 } export function run(): void { u = «Half.A»; }
DEV1002 enum Computed { A = f(1) } export function run(): void { u = «Computed.A»; }
DEV1002 declare enum Elsewhere { A } export function run(): void { u = «Elsewhere.A»; }
TS2748  declare const enum Elsewhere { A = 2 } export function run(): void { u = «Elsewhere».A; }
DEV1006 interface I { x: U8 } export function run(): void { const i: «I» = r; }
DEV1006 interface I { x: U8 } function g(i: «I»): void { i.x = 1; } export function run(): void { g(r); }
DEV1006 type T = { x: U8 }; function g(t: «T»): void { t.x = 1; } export function run(): void { g(r); }
fine    type T = U8; function g(t: T): void { u = t; } export function run(): void { g(1); }
DEV1006 type T<A> = A; function g(t: «T<U8>»): void { u = t; } export function run(): void { g(1); }
fine    class A { x: U8 = 0; } const a = new A(); export function run(): void { a.x = 1; }
DEV1016 class A<«T»> { x: U8 = 0; } const a = new A(); export function run(): void { a.x = 1; }
DEV1016 class A { x: U8 = 0; } class B «extends A» {} const a = new B(); export function run(): void { a.x = 1; }
DEV1016 class A «implements I» { x: U8 = 0; } interface I { x: U8 } const a = new A(); export function run(): void { a.x = 1; }
TS2511  abstract class A { x: U8 = 0; } export function run(): void { const a = «new A()»; }
DEV1016 «@dec» class A { x: U8 = 0; } const a = new A(); export function run(): void { a.x = 1; } function dec(..._: unknown[]): void {}
DEV1016,DEV1016 «declare» class A { «x: U8;» } export function run(): void { const a = new A(); a.x = 1; }
DEV1015 class A { x: U8 = 0; } let «a» = new A(); export function run(): void { a.x = 1; }
TS2554  class A { x: U8 = 0; } const a = new A(«1»); export function run(): void { a.x = 1; }
DEV1004 class A { x: U8 = 0; } export function run(): void { const a = «A»; }
DEV1001 const A = class { x: U8 = 0; }; const a = «new A()»; export function run(): void { a.x = 1; }
DEV1004 class A { x: U8 = 0; } interface A { y: U8 } const a = new A(); export function run(): void { a.«y» = 1; }
DEV1016 class A { «constructor(public x: U8) {}» } const a = new A(1); export function run(): void { a.x = 1; }
fine    class A {} const a = new A(); function g(x: A): void {} export function run(): void { g(a); }
DEV1017 «namespace Q { export const X = 1; }» export function run(): void { u = Q.X; }
DEV1017 «namespace Q { export function g(): void {} }» export function run(): void { Q.g(); }
DEV1017 «declare namespace Q { const X: U8; }» export function run(): void { u = Q.X; }
TS2664  declare module «"q"» { const X: U8; } export function run(): void {}
DEV1017 «declare global { const X: U8; }» export function run(): void { u = X; }
TS1540  module «Q» { } export function run(): void {}
TS2307  import { x } from «"./nowhere.ts"»; export function run(): void { u = x; }
TS2307  import x from «"./nowhere.ts"»; export function run(): void { u = x; }
TS2882  import «"./nowhere.ts"»; export function run(): void {}
DEV1004 import * as L from "@language"; export function run(): void { u = «L».u8(1); }
fine    import * as L from "@language"; let x: L.u8 = 0; export function run(): void { x = 1; }
fine    import type { u8 as Octet } from "@language"; let x: Octet = 0; export function run(): void { x = 1; }
fine    import { u8 as octet } from "@language"; export function run(): void { u = octet(300); }
fine    import { type u8 as Octet } from "@language"; let x: Octet = 0; export function run(): void { x = 1; }
fine    import type * as L from "@language"; let x: L.u8 = 0; export function run(): void { x = 1; }
TS1192  import «d» from "@language"; export function run(): void { u = d; }
DEV1001 «import L = require("@language");» export function run(): void { u = L.u8(1); }
TS2702  import Q = «R»; export function run(): void { const a = new Q(); a.x = 1; }
DEV1001,DEV1004 import «defer * as L» from "@language"; export function run(): void { u = «L».u8(1); }
DEV1001 import { u8 as octet } from "@language" «with { type: "json" }»; export function run(): void { u = octet(1); }
TS2880  import { u8 as octet } from "@language" «assert» { type: "json" }; export function run(): void { u = octet(1); }
fine    import { "u8" as octet } from "@language"; export function run(): void { u = octet(1); }
fine    export { u8 as octet } from "@language"; export function run(): void {}
fine    export * from "@language"; export function run(): void {}
fine    export * as L from "@language"; export function run(): void {}
fine    export type { u8 as Octet } from "@language"; export function run(): void {}
fine    export default function run2(): void {} export function run(): void { run2(); }
DEV1017 «export default u;» export function run(): void {}
fine    export default class A { x: U8 = 0; } export function run(): void { const a = new A(); a.x = 1; }
TS1203  «export = u;» export function run(): void {}
TS1315  «export as namespace Q;» export function run(): void {}
fine    export { r as other }; export function run(): void {}
fine    export {}; export function run(): void {}
DEV1017 «f(1);» export function run(): void {}
DEV1017 «if (flag) u = 1;» export function run(): void {}
DEV1017 «for (;;) {}» export function run(): void {}
DEV1017 «{ }» export function run(): void {}
DEV1017 «debugger;» export function run(): void {}
DEV1017 «label: ;» export function run(): void {}
fine    ; export function run(): void {}
DEV1017 «"use strict";» export function run(): void {}
DEV1017 «await 1;» export function run(): void {}
DEV1001 export async function «g»(): Promise<void> {} export function run(): void { g(); }
DEV1001 async function «g»(): U8 { return 1; } export function run(): void { u = g(); }
DEV1001 async function «g»(x: U8): void { x = 700; } export function run(): void { g(1); }
DEV1001 function* «g»(): U8 { yield 1; } export function run(): void { u = g(); }
DEV1001 export async function «run»(): void { u = 700; }
DEV1001 export function* «run»(): void { u = 700; }
DEV1001 function* «g»(): Generator<number> { yield 1; } export function run(): void { g(); }
DEV1001 async function* «g»(): AsyncGenerator<number> { yield 1; } export function run(): void { g(); }
DEV1001 function g<«T»>(x: T): void {} export function run(): void { g(1); }
DEV1001 function g<«const T extends U8 = 1»>(x: T): void {} export function run(): void { g(1); }
DEV1001 function g(«x?: U8»): void {} export function run(): void { g(1); }
DEV1001 function g(«x: U8 = 1»): void {} export function run(): void { g(1); }
DEV1001 function g(«...x: U8[]»): void {} export function run(): void { g(1); }
DEV1001 function g(«{ x }: R»): void {} export function run(): void { g(r); }
DEV1001,DEV1001 function g(«[x]: U8[]»): void {} export function run(): void { g(«[1]»); }
DEV1004 function g(this: R): void {} export function run(): void { «g.call»(r); }
TS7006  function g(«x»): void {} export function run(): void { g(1); }
DEV1005 function «g»(x: U8) { return x; } export function run(): void { g(1); }
DEV1005 function «g»(x: U8): number { return x; } export function run(): void { u = g(1); }
DEV1001 «function g(x: U8): void;» function g(x: U8): void {} export function run(): void { g(1); }
DEV1006 function g(x: U8): «asserts x is 1» {} export function run(): void { g(1); }
DEV1006 function g(x: «unknown»): x is U8 { return true; } export function run(): void { flag = g(1); }
DEV1006 function g(x: U8): «never» { for (;;) {} } export function run(): void { g(1); }
TS2369  function g(«readonly x: U8»): void {} export function run(): void { g(1); }
TS1206  function g(«@»dec x: U8): void {} export function run(): void { g(1); }
DEV1001 «declare function g(): void;» export function run(): void { g(); }
TS2339  function g(): void { g.«x» = 1; } export function run(): void { g(); }
DEV1004 function g(): void { «arguments»; } export function run(): void { g(); }
TS2683  function g(): void { «this»; } export function run(): void { g(); }
TS2300,TS2300 function g(«a»: U8, «a»: U8): void {} export function run(): void { g(1, 2); }
DEV1007 function b2(): U8 { return 1; } const T = table8([«b2()»]); export function run(): void { u = T[0]; }
DEV1001 declare const «x: unique symbol»; export function run(): void { x; }
fine    type Q = typeof import("@language"); export function run(): void {}
fine    interface V<in out T> { x: T } export function run(): void {}
fine    abstract class A { abstract m(): void; } export function run(): void {}
fine    interface A extends R { <T>(x: T): T; new (x: U8): A; readonly [k: string]: unknown; m?(): void } export function run(): void {}
fine    class A { private constructor() {} static #p = 1; static { this.#p; } get q() { return 1; } set q(v) {} accessor s = 1; declare t: U8; [Symbol.iterator]() {} async *g() {} } export function run(): void {}
fine    let package2 = 1, protected2 = 2; export function run(): void { u = 1; }
DEV1001 export declare const «elsewhere: U8»; export function run(): void { u = elsewhere; }
fine    let π: U8 = 1; export function run(): void { u = π; }
fine    let ñandú: U8 = 1; let nandu: U8 = 2; export function run(): void { u = ñandú; u = nandu; }
fine    let \u0061bc: U8 = 1; export function run(): void { u = abc; }
DEV1029 let $: U8 = 1; let «_: U8 = 1»; let $$_: U8 = 2; export function run(): void { u = $; u = _; u = $$_; }
fine    let int: U8 = 1; let main: U8 = 1; let NULL: U8 = 2; export function run(): void { u = int; u = main; u = NULL; }
`);

const N = 10_000;

export const files: readonly SourceText[] = [
  { what: "nothing", text: "", verdict: "DEV1018@0" },
  { what: "nothing but space", text: " \t\r\n\u00a0\u2028\ufeff", verdict: "DEV1018@7" },
  { what: "nothing but a comment", text: "// nothing", verdict: "DEV1018@10" },
  { what: "a byte order mark", text: "\ufeffexport function main(): void {}", verdict: "fine" },
  {
    what: "lines that end with carriage returns",
    text: "export function main(): void {\r  ;\r\n}",
    verdict: "fine",
  },
  {
    what: "a line for the shell",
    text: "#!/usr/bin/env node\nexport function main(): void {}",
    verdict: "fine",
  },
  { what: "no main", text: "export function other(): void {}", verdict: "DEV1018@0" },
  { what: "a main that is not exported", text: "function main(): void {}", verdict: "DEV1018@0" },
  { what: "a main that is a constant", text: "export const main = 1;", verdict: "DEV1018@0" },
  {
    what: "a main with a parameter",
    text: "export function main(x: boolean): void {}",
    verdict: "DEV1018@16",
  },
  {
    what: "a main with a result",
    text: "export function main(): boolean { return true; }",
    verdict: "DEV1018@16",
  },
  { what: "a main without a body", text: "export declare function main(): void;", verdict: "DEV1001@0" },
  {
    what: "two mains",
    text: "export function main(): void {}\nexport function main(): void {}",
    verdict: "TS2323@16",
  },
  {
    what: "a main that is the default",
    text: "export default function main(): void {}",
    verdict: "DEV1018@0",
  },
  { what: "a file that is no text", text: "\ufffd\ufffd\u0000\u0001\u0002", verdict: "TS1490@0" },
  { what: "characters that begin nothing", text: "№ § € \u0000 \u001b", verdict: "TS1127@0" },
  {
    what: "half a surrogate pair",
    text: 'export function main(): void { const x = "\ud800"; }',
    verdict: "DEV1003@41",
  },
  {
    what: "a name beyond the basic plane",
    text: "let 𝒙 = false;\nexport function main(): void { 𝒙 = true; }",
    verdict: "fine",
  },
  {
    what: "text that runs from right to left",
    text: "let שלום = false;\nexport function main(): void { שלום = true; }",
    verdict: "fine",
  },
  { what: "an unfinished function", text: "export function main(): void {", verdict: "TS1005@30" },
  { what: "an unfinished string", text: 'export function main(): void { const x = "', verdict: "TS1002@42" },
  {
    what: "an unfinished template",
    text: "export function main(): void { const x = `${",
    verdict: "TS1109@44",
  },
  { what: "an unfinished comment", text: "export function main(): void {} /*", verdict: "TS1010@34" },
  {
    what: "an unfinished regular expression",
    text: "export function main(): void { const x = /a",
    verdict: "TS1161@41",
  },
  { what: "brackets that do not match", text: "export function main(): void { (]}", verdict: "TS1109@32" },
  {
    what: "marks of a merge",
    text: "<<<<<<< ours\nexport function main(): void {}\n=======\n>>>>>>> theirs",
    verdict: "TS1185@0",
  },
  { what: "decorators of nothing", text: "export function main(): void {}\n@dec", verdict: "TS1146@36" },
  {
    what: "modifiers of nothing",
    text: "export function main(): void {}\nexport abstract",
    verdict: "TS1128@32",
  },
  { what: "a lone backslash", text: "export function main(): void { \\ }", verdict: "TS1127@31" },
  { what: "a lone hash", text: "export function main(): void { # }", verdict: "TS1127@31" },
  { what: "C", text: "#include <stdio.h>\nint main(void) { return 0; }", verdict: "TS1434@19" },
  { what: "JSON", text: '{ "a": [1, 2, null] }', verdict: "TS1005@5" },
  {
    what: "a comment that ignores an error",
    text: "export function main(): void {\n  // @ts-ignore\n  main(1, 2);\n}",
    verdict: "TS2554@54",
  },
  {
    what: "a comment that expects an error",
    text: "export function main(): void {\n  /* @ts-expect-error */\n  main(1, 2);\n}",
    verdict: "TS2554@63",
  },
  {
    what: "a comment that checks nothing",
    text: "// @ts-nocheck\nexport function main(): void { main(1, 2); }",
    verdict: "TS2554@51",
  },
  {
    what: "JSX in a .ts file",
    text: "export function main(): void { const x = <div>text</div>; }",
    verdict: "TS1161@51",
  },
  {
    what: "JSX",
    extension: ".tsx",
    text: 'export function main(): void { const x = <div a="b" c={1} {...{}} d:e="f">text {1} <br/> <></> </div>; }',
    verdict: "TS7026@41",
  },
  {
    what: "a JSX file without JSX",
    extension: ".tsx",
    text: "export function main(): void {}",
    verdict: "fine",
  },
  {
    what: "words that are reserved",
    text: "let package = 1, private = 2, implements = 3;\nexport function main(): void {}",
    verdict: "TS1214@4",
  },
  {
    what: "a literal of 10,000 digits",
    text: `let x = false;\nexport function main(): void { x = 1 < ${"9".repeat(N)}; }`,
    verdict: "DEV1002@54",
  },
  {
    what: "a hexadecimal literal of 10,000 digits",
    text: `let x = false;\nexport function main(): void { x = 1 < 0x${"f".repeat(N)}; }`,
    verdict: "DEV1002@54",
  },
  {
    what: "a string of a million characters",
    text: `export function main(): void { const x = "${"x".repeat(100 * N)}"; }`,
    verdict: "DEV1003@41",
  },
  {
    what: "a name of 10,000 letters",
    text: `let ${"x".repeat(N)} = false;\nexport function main(): void { ${"x".repeat(N)} = true; }`,
    verdict: "fine",
  },
  {
    what: "a line of 10,000 statements",
    text: `let x = false;\nexport function main(): void { ${"x = !x; ".repeat(N)}}`,
    verdict: "fine",
  },
  {
    what: "10,000 functions",
    text: `${Array.from({ length: N }, (_, i) => `function f${i}(): void {}`).join("\n")}\nexport function main(): void { f9999(); }`,
    verdict: "fine",
  },
  {
    what: "10,000 parentheses",
    text: `let x = false;\nexport function main(): void { x = ${"(".repeat(N)}x${")".repeat(N)}; }`,
    verdict: "DEV1050@295",
  },
  {
    what: "10,000 blocks",
    text: `export function main(): void { ${"{".repeat(N)}${"}".repeat(N)} }`,
    verdict: "DEV1050@279",
  },
  {
    what: "10,000 brackets that are never closed",
    text: `export function main(): void { const x = ${"[".repeat(N)}`,
    verdict: "DEV1050@286",
  },
];
