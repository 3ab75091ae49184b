/** Boards, and images for them. */
export {
  type Board,
  boardNames,
  isLuaBoard,
  type LuaBoard,
  loadBoard,
  type ProcessorBoard,
  packageBoardsFolder,
  processorOf,
  sourceFoldersOf,
  storeLayoutOf,
} from "./board.ts";
export type { AvrdudeFlashing, Flashing, FlashMethod } from "./board-flashing.ts";
export { boardNameIn } from "./board-mark.ts";
export { resetLevel } from "./board-radio.ts";
export { buildImage, compileForBoard, type Firmware, refuseFaults } from "./build.ts";
export { type DebuggerStart, debuggerStart } from "./debugger.ts";
export type { ElfSymbol } from "./elf.ts";
export { BoardError, BuildError, UsageError } from "./errors.ts";
export { projectFlags, readImage } from "./family.ts";
export type { ProjectFlags } from "./gcc.ts";
export { type HexContents, HexError, intelHex, readIntelHex } from "./intel-hex.ts";
export { C_FOLDER, type GeneratedC, type Image } from "./link.ts";
export { buildLuaProgram, type LuaProgram } from "./lua-program.ts";
export { ObjectCache } from "./object-cache.ts";
export { describeFileError, makeFolder, OutputError, writingTo } from "./output-folder.ts";
export {
  type Budget,
  boardLimit,
  checkBudget,
  comparisonText,
  type EnergyEstimate,
  type EnergyPart,
  type EnergyScenario,
  type Excess,
  energyADay,
  energyOfRun,
  excessText,
  figureLines,
  type Grouping,
  isSameTarget,
  keptReport,
  type LimitPlace,
  labelOf,
  modulesOf,
  type Part,
  REPORT_FILE,
  ReturnAddresses,
  readReport,
  reportJson,
  type SizeReport,
  type StackContents,
  type StackReport,
  type StateTimes,
  sizeHtml,
  sizeReport,
  sizeText,
  tooLarge,
} from "./report/index.ts";
export { type SourceLine, SourceLines } from "./source-lines.ts";
export { UF2_PAGE_OCTETS, uf2 } from "./uf2.ts";
