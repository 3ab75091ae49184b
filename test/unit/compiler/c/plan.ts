/** A table of one record: what it holds is known, whichever record is meant. */
import { type Int, table8, tableOf, type u8, type u32 } from "../../../../firmware/lang/index.ts";

class Plan {
  rx2Frequency: u32 = 0;
  fastest: Int<0, 15> = 0;
  isFixed: boolean = false;
}

type PlanIndex = Int<0, 0>;

const PLANS = tableOf(Plan, [{ rx2Frequency: 8695250, fastest: 5 }]);

const BANDWIDTHS = table8([2, 0, 0, 0]);

class Choice {
  plan: PlanIndex = 0;
  dataRate: Int<1, 3> = 3;
  frequency: u32 = 0;
  bandwidth: u8 = 0;
}

const choice = new Choice();

function tune(plan: PlanIndex): void {
  if (PLANS[plan].isFixed) choice.frequency = 0;
  else choice.frequency = PLANS[plan].rx2Frequency;
}

export function main(): void {
  tune(choice.plan);
  // Of the three elements that it may be, all are 0; of the four they are not.
  choice.bandwidth = BANDWIDTHS[choice.dataRate];
  choice.bandwidth = bandwidthOf(4 * choice.plan + choice.dataRate);
}

function bandwidthOf(dataRate: Int<0, 3>): u8 {
  return BANDWIDTHS[dataRate];
}
