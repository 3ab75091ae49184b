/** What runs of one seed have in common: everything but wall times. */
import { WALL_TIMES } from "../../../hil/rig/index.ts";

/** A report, a timeline or a part of one, as JSON has it, without wall times. */
export function repeatable<T>(told: T): T {
  return JSON.parse(JSON.stringify(told, (name, value) => (WALL_TIMES.includes(name) ? undefined : value)));
}
