/** Records: a table each, with the fields in their order from 1 on; records in a row are a table of these from 0 on. */

import type * as lua from "typescript-to-lua";
import type { tree } from "../compiler/index.ts";
import { elementCode } from "./arrays.ts";
import { callCode } from "./calls.ts";
import { chosenCode } from "./conditions.ts";
import { index, number } from "./syntax.ts";
import type { Writer } from "./writer.ts";

/** A table from 1 on is the smallest that Lua has. */
export function fieldKey(field: tree.Field): lua.Expression {
  return number([...field.record.fields.values()].indexOf(field) + 1);
}

export function fieldCode(at: Writer, expression: Extract<tree.Expression, { kind: "field" }>) {
  return index(recordCode(at, expression.base), fieldKey(expression.field));
}

/** A record by reference. */
export function recordCode(at: Writer, expression: tree.Expression): lua.Expression {
  switch (expression.kind) {
    case "variable": {
      const { variable } = expression;
      return variable.scope === "local" && variable.initial ? at.own(variable) : at.valueOf(variable);
    }
    case "field":
      return fieldCode(at, expression);
    case "element":
      return elementCode(at, expression);
    case "call":
    case "dispatch":
      return callCode(at, expression);
    case "conditional":
      return chosenCode(at, expression, (branch) => recordCode(at, branch));
    default:
      throw new Error(`'${expression.node.getText()}' is no record`);
  }
}
