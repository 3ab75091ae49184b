/** Record classes, and records of them in RAM and in flash. */
import { firstText, firstValues } from "./declarations.ts";
import type { ModuleWriter } from "./module.ts";
import { arrayType, type FieldType, integerType, newArray, type RecordClass, WIDTHS } from "./types.ts";

export function declareClass(module: ModuleWriter): void {
  const name = module.name("Record");
  const count = module.random.between(2, 5);
  const fields = Array.from({ length: count }, (_, i) => ({
    name: `${name.toLowerCase()}Field${i}`,
    type: randomField(module),
  }));
  const lines = fields.map((field) => `  ${fieldLine(field.name, field.type)}\n`);
  module.text += `${module.export()}class ${name} {\n${lines.join("")}}\n`;
  const record: RecordClass = { name, fields };
  module.scope.classes.push(record);
  const variables = module.random.between(1, 2);
  for (let i = 0; i < variables; i++) {
    const text = module.name("Data");
    module.text += `${module.export()}const ${text} = new ${name}();\n`;
    module.scope.addRecord(text, record, true);
    addState(module, text, record);
  }
  if (module.random.chance(0.4)) declareRows(module, record);
  const scalar = fields.every(({ type }) => type.kind === "integer" || type.kind === "boolean");
  if (scalar && module.random.chance(0.6)) declareRecordTable(module, record);
}

function declareRows(module: ModuleWriter, record: RecordClass): void {
  const text = module.name("Rows");
  const length = module.random.between(2, 4);
  module.text += `${module.export()}const ${text} = records(${record.name}, ${length});\n`;
  module.scope.addRows({ text, record, length, exact: true, table: false, lasting: true });
  addState(module, `${text}[0]`, record);
  addState(module, `${text}[${length - 1}]`, record);
}

function declareRecordTable(module: ModuleWriter, record: RecordClass): void {
  const text = module.name("ROWS");
  const length = module.random.between(1, 4);
  const row = () => {
    const given = record.fields.filter(() => module.random.chance(0.7));
    const values = given.map(({ name, type }) => {
      const value = type.kind === "integer" ? firstText(module, type.type) : module.random.chance(0.5);
      return `${name}: ${value}`;
    });
    return values.length > 0 ? `{ ${values.join(", ")} }` : "{}";
  };
  const list = Array.from({ length }, row).join(", ");
  module.text += `${module.export()}const ${text} = tableOf(${record.name}, [${list}]);\n`;
  module.scope.addRows({ text, record, length, exact: true, table: true, lasting: true });
}

function randomField(module: ModuleWriter): FieldType {
  const kind = module.random.weighted([
    [5, "integer"],
    [1, "boolean"],
    [2, "array"],
    [module.scope.classes.length > 0 ? 1 : 0, "record"],
    [module.scope.classes.length > 0 ? 1 : 0, "rows"],
  ] as const);
  switch (kind) {
    case "integer": {
      const type = integerType(module.random, module.scope.enums);
      return { kind, type, initial: firstText(module, type) };
    }
    case "boolean":
      return { kind, initial: module.random.chance(0.5) };
    case "array": {
      const element = module.random.pick(WIDTHS);
      const length = module.random.pick([2, 4, 8]);
      return { kind, element, length, values: firstValues(module, element, length, 0.2) };
    }
    case "record":
      return { kind, record: module.random.pick(module.scope.classes) };
    case "rows":
      return { kind, record: module.random.pick(module.scope.classes), length: module.random.between(2, 3) };
  }
}

function addState(module: ModuleWriter, text: string, record: RecordClass): void {
  for (const { name, type } of record.fields) {
    const path = `${text}.${name}`;
    if (type.kind === "integer") module.state.push(path);
    if (type.kind === "boolean") module.state.push(`(${path} ? 1 : 0)`);
    if (type.kind === "array") module.state.push(`${path}[0]`, `${path}[${type.length - 1}]`);
    if (type.kind === "record") addState(module, path, type.record);
    if (type.kind === "rows") addState(module, `${path}[${type.length - 1}]`, type.record);
  }
}

function fieldLine(name: string, type: FieldType): string {
  switch (type.kind) {
    case "integer":
      return `${name}: ${type.type.text} = ${type.initial};`;
    case "boolean":
      return `${name}: boolean = ${type.initial};`;
    case "array": {
      const list = type.values && `${arrayType(type.element)}.of(${type.values.join(", ")})`;
      return `readonly ${name} = ${list ?? newArray(type.element, type.length)};`;
    }
    case "record":
      return `readonly ${name} = new ${type.record.name}();`;
    case "rows":
      return `readonly ${name} = records(${type.record.name}, ${type.length});`;
  }
}
