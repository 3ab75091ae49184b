/**
 * Programs under Node, from checked sources. What Node gives is what JavaScript means: the other targets must agree.
 */
import { Script } from "node:vm";
import type { Member } from "./batch.ts";
import { HASH, mixed, type Outcome, type Outcomes } from "./calls.ts";
import { checkedLanguage, checks, Invalid, restart } from "./checked-runtime.ts";
import { checkedSource, fieldRanges } from "./checked-source.ts";
import { importsOf, interruptOf, MAIN, type Program } from "./program.ts";

export function runNode(members: readonly Member[]): Outcomes {
  return new Map(members.map(({ index, program }) => [index, outcomesOf(program)]));
}

function outcomesOf(program: Program): Outcome[] {
  const outcomes: Outcome[] = [];
  let hash = HASH;
  let ticks = 0;
  const port = {
    trace(value: number) {
      hash = mixed(hash, value);
    },
    tick() {
      if (handler) (exports[handler.name] as () => void)();
      return ticks++ & 0xffff;
    },
  };
  const handler = interruptOf(program);
  let exports: Record<string, unknown> = {};
  try {
    exports = load(program, port);
    const run = exports.run as (a: number, b: number) => number;
    for (const [a, b] of program.inputs) {
      [hash, ticks] = [HASH, 0];
      restart();
      const value = checks.fit(run(a, b), 0, 0xffffffff);
      outcomes.push(mixed(hash, value));
    }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    outcomes.push({ failure, invalid: error instanceof Invalid });
  }
  return outcomes;
}

/** The exports of the program's main module. */
function load(program: Program, port: object): Record<string, unknown> {
  const loaded = new Map<string, Record<string, unknown>>();
  const fields = fieldRanges(program.modules);
  const moduleOf = (name: string): Record<string, unknown> => {
    if (name === "language") return checkedLanguage;
    if (name === "port") return port as Record<string, unknown>;
    const file = name.replace(/^\.\//, "");
    const known = loaded.get(file);
    if (known) return known;
    const exports = {};
    loaded.set(file, exports);
    const text = program.modules[file];
    const whole = importsOf(text, "language", "port") + configured(text, program);
    const source = checkedSource(file, whole, fields);
    const script = new Script(`(function (exports, require, $) {${source}\n})`, { filename: file });
    script.runInThisContext()(exports, moduleOf, checks);
    return exports;
  };
  return moduleOf(MAIN);
}

/** The text with the values that the configuration gives. */
function configured(text: string, program: Program): string {
  return Object.entries(program.config ?? {}).reduce(
    (all, [name, value]) => all.replace(new RegExp(`(const ${name}\\b[^=]*= )[^;]+;`), `$1${value};`),
    text,
  );
}
