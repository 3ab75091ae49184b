/** Which declarations of a lowered function nothing uses: C would warn of them. */
import type { IrBlock, IrExpression, IrParameter, IrStatement } from "./ir.ts";

export type Declaration = IrStatement | IrParameter;

type Named = IrParameter | (IrStatement & { readonly kind: "declare" | "declareStorage" });

/**
 * The declarations whose value is not used. Being written is no use, neither of a variable nor of an array or record
 * that the function itself holds; a pointer is used where something is written through it.
 */
export function unreadDeclarations(
  parameters: readonly IrParameter[],
  body: IrBlock,
): ReadonlySet<Declaration> {
  const unread = new Set<Declaration>();
  const scopes: Map<string, Named>[] = [new Map()];
  const declare = (declaration: Named) => {
    scopes.at(-1)!.set(declaration.name, declaration);
    unread.add(declaration);
  };
  const use = (name: string, written: boolean) => {
    const declaration = scopes.findLast((scope) => scope.has(name))?.get(name);
    if (declaration && !(written && holdsValue(declaration))) unread.delete(declaration);
  };
  const inScope = (action: () => void) => {
    scopes.push(new Map());
    action();
    scopes.pop();
  };
  /** Every part of a node, in the order of its fields; a row of statements and a for statement are scopes. */
  const visit = (node: unknown, target: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      inScope(() => {
        for (const part of node) visit(part, target);
      });
      return;
    }
    const { kind, name } = node as { kind?: string; name?: unknown };
    const parts = () => {
      const own = kind === "assign" || kind === "step" ? baseOf((node as Assignment).target) : target;
      for (const part of Object.values(node)) visit(part, own);
    };
    if (kind === "for") inScope(parts);
    else parts();
    if (typeof name !== "string") return;
    if (kind === "declare" || kind === "declareStorage") declare(node as Named);
    if (kind === "name" || kind === "array" || kind === "record") use(name, node === target);
  };
  for (const parameter of parameters) declare(parameter);
  visit(body, undefined);
  return unread;
}

type Assignment = IrStatement & { readonly target: IrExpression };

/** Whether writing to the name writes to the function's own storage, not through a pointer. */
function holdsValue(declaration: Named): boolean {
  return !("type" in declaration) || declaration.type.kind === "value";
}

/** The name that a target is, or is a part of; undefined where it is reached by a call or a choice. */
function baseOf(target: IrExpression): unknown {
  let at: { readonly kind?: string; readonly record?: object; readonly array?: object } | undefined = target;
  while (at && !("name" in at)) at = at.record ?? at.array;
  return at;
}
