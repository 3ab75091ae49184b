/** Which of the image's plans is in use. An image with one plan has no choice, and pays nothing for it. */
import type { PlanIndex } from "#region";

class Selection {
  plan: PlanIndex = 0;
}

export const selection = new Selection();

/**
 * Puts the device into one of the regions of its image, in the order in which they were chosen for it, 0 the first. Before
 * `startDevice`, which an application's `setup` is: sessions and channels are of the region in which they began.
 */
export function selectRegion(index: PlanIndex): void {
  selection.plan = index;
}
