/** The colours of a page: modules of one folder share a hue. */
import { type ModuleSize, modulesOf, type SizeReport } from "./size-report.ts";

export interface Group {
  /** "lorawan", "apps", "the board", ... */
  readonly name: string;
  /** What follows "group-" in the page's classes. */
  readonly style: string;
  readonly flashBytes: number;
  readonly ramBytes: number;
}

/** Degrees on the colour wheel, neighbours far from each other. */
export const HUES: readonly number[] = [212, 28, 145, 335, 265, 50, 180, 5, 95, 300, 235, 165];

const NAMES: Readonly<Record<Exclude<ModuleSize["origin"], "typescript" | "application">, string>> = {
  board: "the board's C",
  library: "libgcc and libc",
  system: "vectors, start-up, padding",
};

/** The groups of a report, the largest in flash first, by name. */
export function groupsOf(report: SizeReport): Map<string, Group> {
  const sums = new Map<string, { flashBytes: number; ramBytes: number; isSource: boolean }>();
  for (const module of modulesOf(report.parts)) {
    const name = groupName(module);
    const sum = sums.get(name) ?? {
      flashBytes: 0,
      ramBytes: 0,
      isSource: name !== NAMES.library && name !== NAMES.system,
    };
    sum.flashBytes += module.flashBytes;
    sum.ramBytes += module.ramBytes;
    sums.set(name, sum);
  }
  const groups = new Map<string, Group>();
  let hue = 0;
  for (const [name, { flashBytes, ramBytes, isSource }] of [...sums].sort(
    ([, a], [, b]) => b.flashBytes - a.flashBytes || b.ramBytes - a.ramBytes,
  )) {
    const style = isSource ? String(hue++ % HUES.length) : "grey";
    groups.set(name, { name, style, flashBytes, ramBytes });
  }
  return groups;
}

/** The folder of a module; modules at the top are a group of their own. */
export function groupName({ module, origin }: Pick<ModuleSize, "module" | "origin">): string {
  if (origin === "application" || module.startsWith("./")) return "the application";
  if (origin !== "typescript") return NAMES[origin];
  const slash = module.indexOf("/");
  return slash < 0 ? module : module.slice(0, slash);
}
