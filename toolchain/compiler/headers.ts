/**
 * In whose header each record is declared. A header includes those of the records that it mentions, and C has no
 * circles: where modules mention each other's records, the first of them declares all of theirs.
 */
import type { Module } from "./tree.ts";

/** The module whose header declares the records of a module. */
export type Home = (module: Module) => Module;

/** `mentioned`: the modules whose records the declarations of a module mention. */
export function homesOf(
  modules: readonly Module[],
  mentioned: (module: Module) => ReadonlySet<Module>,
): Home {
  const reached = new Map(modules.map((module) => [module, closure(module, mentioned)]));
  const homes = new Map(
    modules.map((module) => {
      const circle = (other: Module) => reached.get(module)!.has(other) && reached.get(other)!.has(module);
      return [module, modules.find((other) => other === module || circle(other))!];
    }),
  );
  return (module) => homes.get(module) ?? module;
}

function closure(from: Module, mentioned: (module: Module) => ReadonlySet<Module>): ReadonlySet<Module> {
  const reached = new Set<Module>();
  const visit = (module: Module) => {
    for (const next of mentioned(module)) {
      if (reached.has(next)) continue;
      reached.add(next);
      visit(next);
    }
  };
  visit(from);
  return reached;
}
