/**
 * `break` and `continue`: 5.1 has no goto, and `break` only out of a loop.
 *
 * A target is `native` where Lua's own break reaches it; `tail` where each jump to it has nothing left to do, since
 * what follows went into the other branch; `wrapped` where its body stands in a loop that runs once. A jump across
 * other loops sets a flag that each of them asks after its end.
 */
import * as lua from "typescript-to-lua";
import { assign, local, truth, when } from "./syntax.ts";

export interface Target {
  readonly mode: "native" | "tail" | "wrapped";
  /** Set by a jump that must leave other loops first. */
  flag?: lua.Identifier;
}

export type JumpKind = "break" | "continue" | "return";

export class Jumps {
  /** The loops of Lua around this point, innermost last: each is left by `break` and belongs to one target. */
  readonly #loops: { readonly target: Target; readonly crossing: Set<Target> }[] = [];
  readonly #breaks: Target[] = [];
  readonly #continues: Target[] = [];
  /** Ends of functions that are written in place; the end of the function itself is Lua's own `return`. */
  readonly #returns: Target[] = [];

  /** Runs `action` with the targets of the source's `break` and `continue`; a switch has no `continue` of its own. */
  within<T>(targets: { break: Target; continue?: Target }, action: () => T): T {
    this.#breaks.push(targets.break);
    if (targets.continue) this.#continues.push(targets.continue);
    const result = action();
    this.#breaks.pop();
    if (targets.continue) this.#continues.pop();
    return result;
  }

  /** Runs `action`, the body of a function, with the target of its `return`. */
  returning(target: Target, action: () => void): void {
    this.#returns.push(target);
    action();
    this.#returns.pop();
  }

  #target(kind: JumpKind): Target | undefined {
    return { break: this.#breaks, continue: this.#continues, return: this.#returns }[kind].at(-1);
  }

  /** Whether a jump from here relies on nothing being left to do. */
  isTail(kind: JumpKind): boolean {
    return this.#target(kind)?.mode === "tail";
  }

  /** The statements of a jump of the source. */
  jump(kind: JumpKind, fresh: () => lua.Identifier): lua.Statement[] {
    const target = this.#target(kind)!;
    if (target.mode === "tail") return [];
    const crossed = this.#loops.slice(this.#loops.findLastIndex((loop) => loop.target === target) + 1);
    if (crossed.length === 0) return [lua.createBreakStatement()];
    target.flag ??= fresh();
    for (const loop of crossed) loop.crossing.add(target);
    return [assign([target.flag], [truth(true)]), lua.createBreakStatement()];
  }

  /** The body of a Lua loop that `break` to `target` leaves, and the statements that must follow the loop. */
  loop(target: Target, body: () => lua.Statement[]): { body: lua.Statement[]; after: lua.Statement[] } {
    const loop = { target, crossing: new Set<Target>() };
    this.#loops.push(loop);
    const statements = body();
    this.#loops.pop();
    const leave = [...loop.crossing].map(({ flag }) => when(flag!, [lua.createBreakStatement()]));
    return { body: statements, after: leave };
  }

  /** The declaration of the flag of a target, if a jump needed it: it goes before the loop. */
  declaration(target: Target): lua.Statement[] {
    return target.flag ? [local([target.flag], [truth(false)])] : [];
  }
}
