/** From places in a bundle to places in the sources. */
import type { LuaOrigin } from "./bundle.ts";

/**
 * The text of an error of Lua, with "chunk:123:" as the place in TypeScript. `chunk` is the name under which the
 * bundle was loaded. What was stripped of its debug information has no lines, and nothing costs heap then.
 */
export function traceToSource(
  text: string,
  chunk: string,
  origins: readonly (LuaOrigin | undefined)[],
): string {
  const name = chunk.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`${name}:(\\d+)`, "g"), (place, line) => {
    const origin = origins[Number(line) - 1];
    return origin ? `${origin.file}:${origin.line}` : place;
  });
}
