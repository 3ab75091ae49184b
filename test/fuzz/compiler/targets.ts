/** Everything that programs run on, by the names that the command line takes. */
import type { Accepted } from "./batch.ts";
import type { Outcomes } from "./calls.ts";
import { avrTarget } from "./run-avr.ts";
import { type CTarget, runC } from "./run-c.ts";
import { cortexM0Target } from "./run-cortex-m0.ts";
import { hostTarget } from "./run-host.ts";
import { type Bundles, LUA_TARGETS } from "./run-lua.ts";

export interface Target {
  readonly name: string;
  /** The outcomes of every member; files go into `folder`. */
  run(accepted: Pick<Accepted, "members" | "files">, folder: string, bundles: Bundles): Promise<Outcomes>;
}

function fromC(target: CTarget): Target {
  return {
    name: target.name,
    run: ({ members, files }, folder) => runC(target, folder, members, files),
  };
}

/** All targets but Node, which says what is right. */
export const TARGETS: readonly Target[] = [
  fromC(hostTarget("O0")),
  fromC(hostTarget("O2")),
  fromC(hostTarget("Os")),
  fromC(avrTarget),
  fromC(cortexM0Target),
  ...LUA_TARGETS,
];

/** The targets of the given names; throws with the names that there are. */
export function targetsNamed(names: readonly string[]): readonly Target[] {
  return names.map((name) => {
    const target = TARGETS.find((candidate) => candidate.name === name);
    if (target) return target;
    throw new Error(`no target is named '${name}': ${TARGETS.map((known) => known.name).join(", ")}`);
  });
}
