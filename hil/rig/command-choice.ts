/** What `joinery hil run` has chosen for a spec that it runs, in a process of its own. */
import type { RigOptions } from "./rig.ts";

/** The variable of the environment that tells the spec's process. */
export const CHOICE_VARIABLE = "JOINERY_HIL_RUN";

/** Of RigOptions, what is chosen for a whole run and can be handed to another process. */
export type CommandChoice = Partial<Omit<RigOptions, "onEntry" | "beacons" | "deviceClass">> & {
  /** Whether the timeline goes to stdout. */
  readonly printsTimeline?: boolean;
};

/** Nothing where the spec is run by something else. */
export function commandChoice(): CommandChoice {
  const text = process.env[CHOICE_VARIABLE];
  return text === undefined ? {} : (JSON.parse(text) as CommandChoice);
}
