/** Which regions an image is for. */
import { closestName } from "../spelling.ts";
import { REGION_NAMES, type RegionName } from "./figures.ts";

/** One region; or several in one image, of which it is in the first until the application selects another. */
export type RegionChoice = RegionName | readonly RegionName[];

/** What counts where nobody chooses. */
export const DEFAULT_REGION = "EU868" satisfies RegionName;

/** The regions of a choice, one at least. */
export function regionsOf(choice: RegionChoice = DEFAULT_REGION): readonly RegionName[] {
  return typeof choice === "string" ? [choice] : choice;
}

/** Whether there is a region of a name. */
export function isRegionName(name: unknown): name is RegionName {
  return REGION_NAMES.some((known) => known === name);
}

/** The region that is perhaps meant by a name that none has. */
export function nearestRegion(name: string): string | undefined {
  return closestName(name, REGION_NAMES);
}

/** "EU868", "EU868 and US915" */
export function regionText(choice: RegionChoice | undefined): string {
  return regionsOf(choice).join(" and ");
}
