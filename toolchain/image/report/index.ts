/** What an image takes: flash and RAM by function, variable and module, and the deepest stack. */
export { type Budget, checkBudget, type Excess, excessText } from "./budget.ts";
export { type Grouping, isSameTarget } from "./compare.ts";
export { sizeReport } from "./compose.ts";
export {
  type EnergyEstimate,
  type EnergyPart,
  type EnergyScenario,
  energyADay,
  energyOfRun,
  type StateTimes,
} from "./energy.ts";
export { checkFit } from "./fit.ts";
export { sizeHtml } from "./html.ts";
export { keptReport, REPORT_FILE, readReport, reportJson } from "./kept-report.ts";
export { ReturnAddresses, type StackContents } from "./return-addresses.ts";
export { labelOf, modulesOf, type Part, type SizeReport, type StackReport } from "./size-report.ts";
export type { CompilerNames } from "./source-names.ts";
export { comparisonText, figureLines, sizeText } from "./text.ts";
export { boardLimit, type LimitPlace, tooLarge } from "./too-large.ts";
