/** How long the storage lasts that a reference may be to. */
import { type Expression, isReference, typeOf, type Variable } from "./tree.ts";

/**
 * How many blocks are around the storage that a reference may be to, or around the variable that stands for it: the
 * innermost, where there are several. -1: it outlives the function.
 */
export function depthOfStorage(reference: Expression): number {
  if (!isReference(typeOf(reference))) return -1;
  switch (reference.kind) {
    case "variable": {
      const { variable } = reference;
      if (variable.scope !== "local") return -1;
      return variable.alias ? depthOfStorage(variable.alias) : variable.depth!;
    }
    case "view":
    case "element":
      return depthOfStorage(reference.array);
    case "field":
      return depthOfStorage(reference.base);
    case "conditional":
      return Math.max(depthOfStorage(reference.whenTrue), depthOfStorage(reference.whenFalse));
    case "call":
    case "dispatch":
      return Math.max(-1, ...reference.arguments.map(depthOfStorage));
    default:
      return -1;
  }
}

/** Whether a reference may be to storage that ends with the function. */
export function livesHere(reference: Expression, seen = new Set<Variable>()): boolean {
  if (!isReference(typeOf(reference))) return false;
  const inner = (part: Expression) => livesHere(part, seen);
  switch (reference.kind) {
    case "variable": {
      const { variable } = reference;
      if (variable.scope !== "local" || seen.has(variable)) return false;
      seen.add(variable);
      if (variable.referents) return variable.referents.some(inner);
      return variable.alias === undefined || inner(variable.alias);
    }
    case "view":
    case "element":
      return inner(reference.array);
    case "field":
      return inner(reference.base);
    case "conditional":
      return inner(reference.whenTrue) || inner(reference.whenFalse);
    case "call":
    case "dispatch":
      return reference.arguments.some(inner);
    default:
      return false;
  }
}
