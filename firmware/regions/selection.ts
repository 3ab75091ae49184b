/** Which of the image's plans is in use. An image with one plan has no choice, and pays nothing for it. */
import type { PlanIndex } from "#region";

class Selection {
  plan: PlanIndex = 0;
}

export const selection = new Selection();
