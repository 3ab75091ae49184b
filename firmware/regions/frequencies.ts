/** Where channels and windows may lie, in units of 100 Hz. */
import { PLANS } from "#region";
import type { u32 } from "../lang/index.ts";
import { selection } from "./selection.ts";

/** Whether a window may be opened at a frequency: it lies in the plan's range, and on its grid. */
export function isAllowed(frequency: u32): boolean {
  const plan = PLANS[selection.plan];
  if (frequency < plan.lowestFrequency || frequency > plan.highestFrequency) return false;
  return plan.frequencyStep === 1 || (frequency - plan.lowestFrequency) % plan.frequencyStep === 0;
}
