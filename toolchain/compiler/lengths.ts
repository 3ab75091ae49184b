/** How long an array is known to be. */
import { type Expression, typeOf, type Variable } from "./tree.ts";

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
      const type = typeOf(array);
      const min = type.kind === "array" ? type.length : 0;
      if (variable.length) return { min, exact: true, parameter: variable };
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
    default: {
      const type = typeOf(array);
      return { min: type.kind === "array" ? type.length : 0, exact: array.kind === "field" };
    }
  }
}
