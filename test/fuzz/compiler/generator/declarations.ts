/** What a module declares besides classes and functions. */
import { type IntName, RANGES } from "../../../../toolchain/compiler/tree.ts";
import { EDGES } from "../random.ts";
import type { ModuleWriter } from "./module.ts";
import { declareClass } from "./record-classes.ts";
import { arrayOf, type IntegerType, integerType, newArray, WIDTHS, widthType } from "./types.ts";

/** Tables, enums, record classes, arrays and variables. */
export function declareData(module: ModuleWriter, classes: number, arrays: number): void {
  if (module.random.chance(0.3)) declareEnum(module);
  if (module.random.chance(0.3)) declareConfigured(module);
  if (module.random.chance(0.2)) declareConstant(module);
  const tables = module.random.below(3);
  for (let i = 0; i < tables; i++) declareTable(module);
  for (let i = 0; i < classes; i++) declareClass(module);
  declareArray(module, "u8", module.random.pick([8, 16, 24]));
  for (let i = 0; i < arrays; i++)
    declareArray(module, module.random.pick(WIDTHS), module.random.pick([2, 4, 8, 16]));
  const variables = module.random.between(1, 4);
  for (let i = 0; i < variables; i++) declareVariable(module);
}

function declareEnum(module: ModuleWriter): void {
  const name = module.name("Kind");
  const form = module.random.pick(["const enum", "enum"]);
  const first = module.random.pick([0, 0, 1, -5]);
  const last = module.random.pick([7, 200, 1000]);
  // Counted on, written, and computed from the others.
  const [list, values] = module.random.pick([
    [
      ["A", "B", "C"],
      [0, 1, 2],
    ],
    [
      [`A = ${first}`, "B", "C"],
      [first, first + 1, first + 2],
    ],
    [
      [`A = ${first}`, "B = 4", `C = ${last}`],
      [first, 4, last],
    ],
    [
      ["A = 4", "B = A << 2", `C = B - ${last}`],
      [4, 16, 16 - last],
    ],
  ] as const);
  module.text += `${module.export()}${form} ${name} { ${list.join(", ")} }\n`;
  const members = values.map((value, i) => ({ text: `${name}.${"ABC"[i]}`, value }));
  module.scope.constants.push(...members);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  module.scope.enums.push({ text: name, min, max, brand: "number", members });
}

/** A constant of the module: it has no storage. */
function declareConstant(module: ModuleWriter): void {
  const text = module.name("LIMIT");
  const [factor, count] = [module.random.pick(EDGES.slice(0, 12)), module.random.between(1, 4)];
  module.text += `${module.export()}const ${text} = ${factor} * ${count} + 1;\n`;
  module.scope.constants.push({ text, value: factor * count + 1 });
}

function declareConfigured(module: ModuleWriter): void {
  const name = `${module.prefix.toUpperCase()}_CONFIG_${module.seed}`;
  const value = module.random.below(256);
  module.text += `/** @config */\n${module.export()}const ${name}: u8 = ${module.random.below(256)};\n`;
  module.config[name] = value;
  module.scope.integers.push({ text: name, type: widthType("u8"), writable: false });
  const flag = `${module.prefix.toUpperCase()}_FLAG_${module.seed}`;
  module.text += `/** @config */\n${module.export()}const ${flag}: boolean = ${module.random.chance(0.5)};\n`;
  const known = module.random.chance(0.5);
  module.config[flag] = known;
  module.scope.booleans.push({ text: flag, writable: false, known });
}

function declareTable(module: ModuleWriter): void {
  const text = module.name("TABLE");
  const bits = module.random.pick([8, 8, 16, 32] as const);
  const element = `u${bits}` as IntName;
  const { max } = RANGES[element];
  if (module.random.chance(0.15)) {
    const letters = Array.from({ length: module.random.between(2, 8) }, () =>
      module.random.between(0x20, 0x7e),
    );
    const characters = String.fromCharCode(...letters).replace(/["\\`$]/g, "'");
    module.text += `${module.export()}const ${text} = ascii("${characters}");\n`;
    const length = letters.length;
    module.scope.arrays.push({ text, element: "u8", length, exact: true, table: true, lasting: true });
    return;
  }
  const small = module.random.chance(0.4) ? 15 : max;
  const values = Array.from({ length: module.random.pick([2, 3, 8, 16]) }, () =>
    module.random.chance(0.4) ? Math.min(module.random.pick(EDGES), small) : module.random.below(small + 1),
  );
  module.text += `${module.export()}const ${text} = table${bits}([${values.join(", ")}]);\n`;
  const length = values.length;
  module.scope.arrays.push({ text, element, length, exact: true, table: true, values, lasting: true });
}

/** A first value of a type, as the source writes it. */
export function firstText(module: ModuleWriter, type: IntegerType): string {
  return type.members ? module.random.pick(type.members).text : String(firstValue(module, type));
}

/** Now and then first values for an array. */
export function firstValues(
  module: ModuleWriter,
  element: IntName,
  length: number,
  probability: number,
): number[] | undefined {
  if (!module.random.chance(probability)) return undefined;
  return Array.from({ length }, () => firstValue(module, RANGES[element]));
}

/** A first value within a type. */
function firstValue(module: ModuleWriter, type: { readonly min: number; readonly max: number }): number {
  const value = module.random.chance(0.4) ? 0 : module.random.pick(EDGES);
  return Math.max(type.min, Math.min(type.max, module.random.chance(0.2) ? -value : value)) + 0;
}

function declareArray(module: ModuleWriter, element: IntName, length: number): void {
  const text = module.name("Array");
  const values = firstValues(module, element, length, 0.2);
  const first = values ? arrayOf(module.random, element, values) : newArray(element, length);
  module.text += `${module.export()}const ${text} = ${first};\n`;
  module.scope.arrays.push({ text, element, length, exact: true, table: false, lasting: true });
  module.state.push(text);
  if (length < 8 || module.random.chance(0.7)) return;
  const part = module.name("Part");
  module.text += `${module.export()}const ${part} = view(${text}, ${length - 6}, 5);\n`;
  module.scope.arrays.push({ text: part, element, length: 5, exact: true, table: false, lasting: true });
}

function declareVariable(module: ModuleWriter): void {
  const text = module.name("Value");
  if (module.random.chance(0.15)) {
    module.text += `${module.export()}let ${text}: boolean = ${module.random.chance(0.5)};\n`;
    module.scope.booleans.push({ text, writable: true });
    module.state.push(`(${text} ? 1 : 0)`);
    return;
  }
  const type = integerType(module.random, module.scope.enums);
  module.text += `${module.export()}let ${text}: ${type.text} = ${firstText(module, type)};\n`;
  module.scope.integers.push({ text, type, writable: true });
  module.state.push(text);
}
