/** The rate of a board's console, which the processor makes from its clock as well as it can. */
import type { Check, Fail } from "../json-document/index.ts";
import { object, wholeNumber } from "../json-document/index.ts";
import type { ConsoleDivider, Processor } from "./processors.ts";

/** A console whose rate is off by more cannot be read: half a bit in the ten of a character, shared by two. */
const MOST_OFF = 0.02;

/** What terminals offer. */
const USUAL_BAUD = [
  1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 250_000, 460_800, 500_000, 921_600,
  1_000_000,
];

/** `console`, before the rate is compared with the clock. */
export const consoleShape: Check = object({ baud: wholeNumber(300) });

/** The rate nearest to `baud`. */
function achievedBaud(clockHz: number, baud: number, divider: ConsoleDivider): number {
  const { multiplier, leastDivisor, mostDivisor } = divider;
  const dividendHz = clockHz * multiplier;
  const divisor = Math.min(Math.max(Math.round(dividendHz / baud), leastDivisor), mostDivisor);
  return dividendHz / divisor;
}

/**
 * Calls `fail` where the console of the processor cannot have the rate that is asked for, and names the next that it
 * can have.
 */
export function checkBaud(baud: number, clockHz: number, { consoleDivider }: Processor, fail: Fail): void {
  const isMet = (wanted: number) => off(wanted) <= MOST_OFF;
  const off = (wanted: number) => Math.abs(achievedBaud(clockHz, wanted, consoleDivider) / wanted - 1);
  if (isMet(baud)) return;
  const can = USUAL_BAUD.filter(isMet);
  const near = [can.findLast((rate) => rate < baud), can.find((rate) => rate > baud)].filter(
    (rate) => rate !== undefined,
  );
  const achieved = Math.round(achievedBaud(clockHz, baud, consoleDivider));
  fail.because(
    "console.baud",
    `is ${baud}, and the nearest that ${clockHz} Hz divide to is ${achieved} Bd, ${percent(off(baud))} off: write ${near.join(" or ")}`,
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
