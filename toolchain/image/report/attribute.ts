/**
 * Gives every octet of an image to the function or variable that it belongs to. The symbol table says what each
 * function and variable takes; the debug information says which code in a function was inlined from another one,
 * and that code counts for the function that it was written in.
 */
import type { ElfFile, ElfFileSymbol } from "../elf-file.ts";
import type { DebugInfo, Scope } from "./dwarf.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { bySize, byText, labelOf, type Part } from "./size-report.ts";
import type { Owner, SourceNames } from "./source-names.ts";

/** A part while its octets are counted. */
export interface Tally extends Owner {
  readonly kind: Part["kind"];
  flashBytes: number;
  ramBytes: number;
  callable: boolean;
  readonly inlinedInto: Set<string>;
}

export interface Attribution {
  readonly parts: readonly Tally[];
  /** The functions at an address of the flash: the one that can be called, then each inlined into the one before. */
  functionsAt(address: number): readonly Tally[];
}

/** Attributes the memories of a linked program. */
export function attribute(
  elf: ElfFile,
  debug: DebugInfo,
  names: SourceNames,
  layout: MemoryLayout,
): Attribution {
  const tallies = new Map<string, Tally>();
  const tally = (kind: Part["kind"], owner: Owner): Tally => {
    const key = `${kind} ${labelOf(owner)}`;
    const known = tallies.get(key);
    if (known !== undefined) return known;
    const made: Tally = {
      ...owner,
      kind,
      flashBytes: 0,
      ramBytes: 0,
      callable: false,
      inlinedInto: new Set(),
    };
    tallies.set(key, made);
    return made;
  };
  const partOf = (symbol: ElfFileSymbol): Tally => {
    if (layout.startUp.has(symbol.name)) {
      return tally("other", { origin: "system", module: "start-up", name: symbol.name });
    }
    // The helpers of libgcc are labels with a size.
    const isFunction = symbol.kind !== "object" && layout.isCode(symbol.address);
    const part = tally(isFunction ? "function" : "variable", names.ownerOf(symbol.name));
    if (isFunction) part.callable = true;
    return part;
  };

  // What an address belongs to, the outermost first; addresses that nothing is known of are left out.
  const owners = new Map<number, readonly Tally[]>();
  const sized = elf.symbols
    .filter(({ size }) => size > 0)
    .sort(
      (a, b) =>
        a.address - b.address ||
        b.size - a.size ||
        // Of the names of one function that which its source has.
        Number(names.isPart(b.name)) - Number(names.isPart(a.name)) ||
        byText(a.name, b.name),
    );
  for (const symbol of sized) {
    const chain = [partOf(symbol)];
    for (let at = symbol.address; at < symbol.address + symbol.size; at++) {
      if (!owners.has(at)) owners.set(at, chain);
    }
  }
  const claimInner = (outer: readonly Tally[], scope: Scope) => {
    const part = names.isPart(scope.name) ? tally("function", names.ownerOf(scope.name)) : undefined;
    // gcc inlines the rest of a function that it has split into the part that it split off.
    const chain = part === undefined || part === outer.at(-1) ? outer : [...outer, part];
    for (const { low, high } of chain === outer ? [] : scope.ranges) {
      for (let at = low; at < high; at++) owners.set(at, chain);
    }
    for (const inner of scope.inner) claimInner(chain, inner);
  };
  for (const scope of debug.functions) {
    const chain = owners.get(scope.ranges[0].low);
    if (chain !== undefined) for (const inner of scope.inner) claimInner(chain, inner);
  }

  for (const { virtualAddress, octets, memorySize } of elf.segments) {
    const end = virtualAddress + memorySize;
    const inRam = layout.isRam(virtualAddress);
    if (!inRam && !layout.isFlash(virtualAddress)) continue;
    for (let at = virtualAddress; at < end; ) {
      const chain = owners.get(at);
      let next = at + 1;
      while (next < end && owners.get(next) === chain) next++;
      const stored = Math.max(0, Math.min(next, virtualAddress + octets.length) - at);
      if (chain !== undefined) {
        count(chain, inRam ? next - at : 0, stored);
      } else if (inRam && !layout.isCode(at)) {
        const unnamed = tally("other", { origin: "system", module: "padding", name: "RAM without a name" });
        count([unnamed], next - at, stored);
      } else {
        for (const { low, high, ...owner } of layout.piecesBetween(at, next)) {
          count([tally("other", owner)], inRam ? high - low : 0, high - low);
        }
      }
      at = next;
    }
  }
  const parts = [...tallies.values()].filter(({ flashBytes, ramBytes }) => flashBytes + ramBytes > 0);
  parts.sort((a, b) => bySize(a, b) || byText(labelOf(a), labelOf(b)) || byText(a.kind, b.kind));
  return { parts, functionsAt: (address) => owners.get(address) ?? [] };
}

function count(chain: readonly Tally[], ramBytes: number, flashBytes: number): void {
  const part = chain[chain.length - 1];
  part.flashBytes += flashBytes;
  part.ramBytes += ramBytes;
  const caller = chain[chain.length - 2];
  if (caller !== undefined) part.inlinedInto.add(labelOf(caller));
}
