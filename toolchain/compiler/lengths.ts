/** How long an array is known to be. */
import { type Expression, isRow, type Type, typeOf, type Variable } from "./tree.ts";

export interface Length {
  readonly min: number;
  /** Exactly `min`, or exactly the length that the caller of this function gave for `parameter`. */
  readonly exact: boolean;
  readonly parameter?: Variable;
}

/** The length of an array expression; names of local references are followed to what they refer to. */
export function lengthOfArray(array: Expression): Length {
  switch (array.kind) {
    case "variable": {
      const { variable } = array;
      const min = lengthOfType(typeOf(array));
      if (variable.length) return { min, exact: true, parameter: variable };
      if (variable.referents) return { min, exact: false };
      return variable.alias ? lengthOfArray(variable.alias) : { min, exact: true };
    }
    case "view":
      return { min: array.count, exact: true };
    case "conditional": {
      const a = lengthOfArray(array.whenTrue);
      const b = lengthOfArray(array.whenFalse);
      const same = a.exact && b.exact && a.min === b.min && !a.parameter && !b.parameter;
      return { min: Math.min(a.min, b.min), exact: same };
    }
    default:
      return { min: lengthOfType(typeOf(array)), exact: array.kind === "field" };
  }
}

function lengthOfType(type: Type): number {
  return isRow(type) ? type.length : 0;
}
