/**
 * Random programs over the whole device language, from a seed.
 *
 * Most stores are cast where they have to be, so that nearly every program is accepted; some casts and masks are left
 * out on purpose, and what the compiler refuses of these is mended (`mend.ts`): what stays is what it takes for proven.
 */
import { MAIN, type Program } from "../program.ts";
import { Random, randomInput } from "../random.ts";
import { declareData } from "./declarations.ts";
import { declareFunctions, declareWork } from "./functions.ts";
import { declareInterrupt } from "./handlers.ts";
import { ModuleWriter } from "./module.ts";
import { Scope } from "./scope.ts";

const INPUTS = 8;

export function generateProgram(seed: number): Program {
  const random = new Random(seed);
  const modules: Record<string, string> = {};
  const config: Record<string, number | boolean> = {};
  const scope = new Scope();
  if (random.chance(0.4)) {
    const helper = new ModuleWriter(random, scope, "helper", seed, config);
    declareData(helper, random.below(2), random.below(2));
    declareFunctions(helper, random.between(1, 2));
    modules["helper.ts"] = helper.finish();
    // What another module declares can be read, called and, where it is an array or record, written; not assigned.
    const foreign = scope.integers.map((name) => ({
      ...name,
      writable: name.writable && name.text.includes("."),
    }));
    scope.integers.splice(0, scope.integers.length, ...foreign);
    const flags = scope.booleans.map((name) => ({
      ...name,
      writable: name.writable && name.text.includes("."),
    }));
    scope.booleans.splice(0, scope.booleans.length, ...flags);
  }
  const main = new ModuleWriter(random, scope, "main", seed, config);
  declareData(main, random.between(0, 2), random.between(1, 3));
  if (random.chance(0.2)) declareInterrupt(main);
  declareFunctions(
    main,
    random.weighted([
      [3, 0],
      [4, 1],
      [2, 2],
      [1, 3],
    ] as const),
  );
  declareWork(main);
  const helper = modules["helper.ts"];
  const other = helper === undefined ? "" : " ^ helperChecksum()";
  const run = `export function run(a: u32, b: u32): u32 {\n  const result = work(a, b);\n  return u32(result ^ mainChecksum()${other});\n}\n`;
  const text = main.finish() + run;
  modules[MAIN] = helper === undefined ? text : `${importsFrom(helper, text)}${text}`;
  const inputs = Array.from(
    { length: INPUTS },
    () => [randomInput(random.next), randomInput(random.next)] as const,
  );
  return { name: `seed ${seed}`, modules, inputs, config };
}

/** The import of what `text` uses of the other module. */
function importsFrom(other: string, text: string): string {
  const exported = [...other.matchAll(/^export (?:const enum|enum|const|let|function|class) (\w+)/gm)];
  const names = exported.map((match) => match[1]).filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  return names.length > 0 ? `import { ${names.join(", ")} } from "./helper.ts";\n` : "";
}
