/** The report of a linked image. */
import { EM_AVR } from "../elf.ts";
import { type ElfFile, EM_ARM, readElfFile } from "../elf-file.ts";
import { BuildError } from "../errors.ts";
import { armCode } from "./arm-code.ts";
import { armLayout } from "./arm-layout.ts";
import { type Attribution, attribute } from "./attribute.ts";
import { avrCode } from "./avr-code.ts";
import { avrLayout } from "./avr-layout.ts";
import { deepestStack, type StackBound, type Way } from "./deepest-stack.ts";
import { readDebugInfo } from "./dwarf.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import type { MachineCode } from "./routine.ts";
import { labelOf, type Part, type SizeReport, type StackStep } from "./size-report.ts";
import { type CompilerNames, plain, SourceNames } from "./source-names.ts";

/** How a step of the start-up code is called. */
const START_UP = "start-up";

/** What a report is made of. */
export interface ReportInput {
  /** The board's name and memories. */
  readonly board: { readonly name: string; readonly flashBytes: number; readonly ramBytes: number };
  readonly lorawan?: SizeReport["lorawan"];
  readonly region?: SizeReport["region"];
  /** The linked program. */
  readonly elf: Uint8Array;
  /** The flash from where it begins. */
  readonly flash: Uint8Array;
  readonly flashAddress: number;
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly names: CompilerNames;
  /** The C files of the application. */
  readonly ownC: readonly string[];
}

/**
 * What an image takes, by what takes it: pass it an `Image`, with the version of LoRaWAN that it is for. The same image
 * gives the same report.
 */
export function sizeReport(input: ReportInput): SizeReport {
  const { board, lorawan, region, flashBytes, ramBytes } = input;
  const elf = readElfFile(input.elf);
  const debug = readDebugInfo(elf);
  const names = new SourceNames(input.names, debug, input.ownC);
  const { code, layout } = machineOf(elf, input);
  const attribution = attribute(elf, debug, names, layout);
  const bound = deepestStack(code, (at) => dispatchTargets(elf, attribution, names, at));
  const parts = attribution.parts.map(
    ({ kind, origin, module, name, callable, inlinedInto, ...tally }): Part => ({
      kind,
      origin,
      module,
      name,
      flashBytes: tally.flashBytes,
      ramBytes: tally.ramBytes,
      ...(kind === "function" && {
        code: { callable, inlinedInto: [...inlinedInto].sort(), stack: null },
      }),
    }),
  );
  return {
    board: board.name,
    ...(lorawan !== undefined && { lorawan }),
    ...(region !== undefined && { region }),
    flashBytes,
    ramBytes,
    stackBytes: bound.unknown.length === 0 ? bound.bytes : null,
    capacity: { flashBytes: board.flashBytes, ramBytes: board.ramBytes },
    parts: withStacks(parts, bound, attribution),
    stack: {
      program: { bytes: bound.program.bytes, steps: steps(bound.program, attribution) },
      interrupt:
        bound.interrupt === undefined
          ? null
          : { bytes: bound.interrupt.bytes, steps: steps(bound.interrupt, attribution) },
      unknown: bound.unknown.map(({ at, reason }) => ({ where: nameAt(attribution, at), reason })),
    },
  };
}

function machineOf(elf: ElfFile, { flash }: ReportInput): { code: MachineCode; layout: MemoryLayout } {
  if (elf.machine === EM_AVR) return { code: avrCode(elf, flash), layout: avrLayout(elf) };
  if (elf.machine === EM_ARM) return { code: armCode(elf), layout: armLayout(elf) };
  throw new BuildError(`no report of sizes for an ELF file of machine ${elf.machine}`);
}

/**
 * What the call through a pointer at an address may reach: the entries of the dispatch tables that the functions
 * there use. Undefined where they use none, as in a board's C.
 */
function dispatchTargets(
  elf: ElfFile,
  attribution: Attribution,
  names: SourceNames,
  at: number,
): number[] | undefined {
  const listed = new Set(attribution.functionsAt(at).flatMap((part) => names.dispatchesOf(labelOf(part))));
  if (listed.size === 0) return undefined;
  return elf.symbols
    .filter(({ kind, name }) => kind === "function" && listed.has(plain(name)))
    .map(({ address }) => address);
}

/** Adds what each function needs of the stack, where the way through the calls has come by it. */
function withStacks(parts: readonly Part[], bound: StackBound, attribution: Attribution): Part[] {
  const stacks = new Map<string, { own: number; deepest: number }>();
  for (const [entry, way] of bound.ways) {
    const label = nameAt(attribution, entry, 1);
    const known = stacks.get(label) ?? { own: 0, deepest: 0 };
    const own = bound.routines.get(entry)?.ownBytes ?? 0;
    stacks.set(label, { own: Math.max(known.own, own), deepest: Math.max(known.deepest, way.bytes) });
  }
  return parts.map((part) =>
    part.code?.callable
      ? { ...part, code: { ...part.code, stack: stacks.get(labelOf(part)) ?? null } }
      : part,
  );
}

function steps(way: Way, attribution: Attribution): StackStep[] {
  const found: StackStep[] = [];
  for (const { entry, callAt, bytes } of way.steps) {
    const step = {
      function: nameAt(attribution, entry, 1),
      through: callAt === undefined ? [] : attribution.functionsAt(callAt).slice(1).map(labelOf),
      bytes,
    };
    const before = found.at(-1);
    // The start-up code is one piece after the other, each going over to the next.
    if (before?.function !== START_UP || step.function !== START_UP) found.push(step);
    else found[found.length - 1] = { ...step, bytes: before.bytes + bytes };
  }
  return found;
}

/** The function at an address: the innermost, or that of another `depth` from outside. */
function nameAt(attribution: Attribution, address: number, depth?: number): string {
  const chain = attribution.functionsAt(address);
  const part = depth === undefined ? chain.at(-1) : chain[depth - 1];
  return part === undefined || part.origin === "system" ? START_UP : labelOf(part);
}
