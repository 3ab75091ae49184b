/** A value that a place may not hold: the message, with the way out that is right for this value. */
import type ts from "typescript";
import { castTo, fixable } from "./fixes.ts";
import { messages, show, type WayOut } from "./messages.ts";
import { type IntType, RANGES } from "./tree.ts";

/** `test` is how to prove that the value lies in a range that is no width. */
export function misfit(
  node: ts.Node,
  range: { readonly min: number; readonly max: number },
  type: IntType,
  test: WayOut = { wayOut: `it must be ${show(type)}` },
): ts.Diagnostic {
  const { name } = type;
  if (!(name in RANGES)) return messages.mayLeaveRange(node, range, name, test);
  if (range.min === range.max) {
    const wayOut = `write a value of ${show(type)}, or a wider type`;
    return messages.mayNotFit(node, range, name, { wayOut });
  }
  const written = castTo(name, node);
  if (written === undefined) {
    const wayOut = `make it an assignment of its own, of what ${name}() gives`;
    return messages.mayNotFit(node, range, name, { wayOut });
  }
  const wayOut = written.assigns ? `write ${written.text}` : `wrap it with ${name}()`;
  return fixable(messages.mayNotFit(node, range, name, { wayOut }), node, [name]);
}
