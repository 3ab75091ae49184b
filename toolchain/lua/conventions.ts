/**
 * How references are passed. An array is a table and, only where some caller passes a view, the index in it at
 * which the array begins; its length goes along where the function asks for it.
 */
import { type Calls, tree, walk } from "../compiler/index.ts";

export class Conventions {
  readonly #calls: Calls;
  readonly #based = new Set<tree.Variable | tree.FunctionTree>();

  constructor(calls: Calls) {
    this.#calls = calls;
    for (const callee of calls.order) {
      // The board cannot know what its callers pass.
      if (callee.external === undefined) continue;
      for (const parameter of callee.parameters)
        if (parameter.type?.kind === "array") this.#based.add(parameter);
    }
    for (let known = -1; known !== this.#based.size; ) {
      known = this.#based.size;
      for (const caller of calls.order) this.#visit(caller);
    }
  }

  /**
   * Whether an array parameter, a local name for several arrays, or the array that a function returns may begin inside
   * its table.
   */
  isBased(of: tree.Variable | tree.FunctionTree): boolean {
    return this.#based.has(of);
  }

  takesLength(parameter: tree.Variable): boolean {
    return this.#calls.asksLength(parameter);
  }

  #visit(caller: tree.FunctionTree): void {
    walk(
      caller.body,
      (statement) => {
        if (statement.kind === "declare" && statement.variable.type?.kind === "array") {
          const { variable } = statement;
          if (variable.referents?.some((array) => this.#mayBeInside(array))) this.#based.add(variable);
        }
        if (statement.kind === "return" && statement.value && caller.result.kind === "array") {
          if (this.#mayBeInside(statement.value)) this.#based.add(caller);
        }
      },
      (expression) => {
        if (expression.kind !== "call" && expression.kind !== "dispatch") return;
        const callees = tree.calleesOf(expression);
        if (callees.some((callee) => this.#based.has(callee))) this.#addAll(callees);
        expression.arguments.forEach((argument, i) => {
          const alike = callees.map((callee) => callee.parameters[i]);
          if (alike[0].type?.kind !== "array") return;
          if (this.#mayBeInside(argument) || alike.some((parameter) => this.#based.has(parameter))) {
            this.#addAll(alike);
          }
        });
      },
    );
  }

  #addAll(members: readonly (tree.Variable | tree.FunctionTree)[]): void {
    for (const member of members) this.#based.add(member);
  }

  /** Whether an array may begin elsewhere than at the beginning of its table. */
  #mayBeInside(array: tree.Expression): boolean {
    switch (array.kind) {
      case "variable": {
        const { variable } = array;
        return variable.alias ? this.#mayBeInside(variable.alias) : this.#based.has(variable);
      }
      case "view": {
        const { offset } = array;
        return offset.kind !== "number" || offset.value !== 0 || this.#mayBeInside(array.array);
      }
      case "conditional":
        return this.#mayBeInside(array.whenTrue) || this.#mayBeInside(array.whenFalse);
      case "call":
      case "dispatch":
        return tree.calleesOf(array).some((callee) => this.#based.has(callee));
      default:
        return false;
    }
  }
}
