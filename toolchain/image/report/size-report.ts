/** What an image takes, by what takes it: the document that `joinery size --json` prints and a build keeps. */

import type { EnergyEstimate } from "./energy.ts";

/** Who wrote a piece of an image. */
export type Origin =
  /** The firmware and the application. */
  | "typescript"
  /** The board's C. */
  | "board"
  /** The application's own C. */
  | "application"
  /** The C compiler's own libraries. */
  | "library"
  /** What brings a C program up: vectors, start-up code, and the linker's padding. */
  | "system";

/** A function, a variable, or something else that the linker put into the image. Every octet belongs to one of them. */
export interface Part {
  readonly kind: "function" | "variable" | "other";
  readonly origin: Origin;
  /**
   * The source: "lorawan/join.ts", "hal.c", of the application "./app.ts", "./battery.c"; what else there is has a name
   * of its own.
   */
  readonly module: string;
  readonly name: string;
  /** Code, constants, and the initial values of variables. */
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** Functions only. */
  readonly code?: FunctionCode;
}

export interface FunctionCode {
  /** Whether it can be called; otherwise all its code lies where it was inlined. */
  readonly callable: boolean;
  /**
   * The functions that have copies of its code, as "lorawan/join.ts:acceptJoin". The octets of the copies count here.
   */
  readonly inlinedInto: readonly string[];
  /** Octets from its entry, of itself alone and with what it calls; null where it is not called on its own. */
  readonly stack: { readonly own: number; readonly deepest: number } | null;
}

/** A function on the way to the deepest stack. */
export interface StackStep {
  /** "lorawan/join.ts:acceptJoin". */
  readonly function: string;
  /** Functions inlined there, one in the other, the last of which calls the next step. */
  readonly through: readonly string[];
  /** What it adds, with the return address of the next step. */
  readonly bytes: number;
}

export interface StackReport {
  /** The deepest way of the program. */
  readonly program: { readonly bytes: number; readonly steps: readonly StackStep[] };
  /** The deepest handler of an interrupt, with what the processor pushes; null where there is none. */
  readonly interrupt: { readonly bytes: number; readonly steps: readonly StackStep[] } | null;
  /** Places that are not understood, and why; where there are any, the octets are a lower bound. */
  readonly unknown: readonly { readonly where: string; readonly reason: string }[];
}

export interface SizeReport {
  readonly board: string;
  /** The version of LoRaWAN L2 that the firmware is for; left out where the image was made of something else. */
  readonly lorawan?: "1.0.4" | "1.1";
  /** The regions that it is for; left out where that is not known. */
  readonly region?: readonly string[];
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** The most stack that the program and one interrupt can need; null where that is not known. */
  readonly stackBytes: number | null;
  readonly capacity: { readonly flashBytes: number; readonly ramBytes: number };
  /** By flash, then by RAM, the largest first. Their octets add up to the image's. */
  readonly parts: readonly Part[];
  readonly stack: StackReport;
  /** What the board draws in a day with it, at each data rate that was measured; left out where nothing was. */
  readonly energy?: readonly EnergyEstimate[];
}

/** A part as people name it: "lorawan/join.ts:acceptJoin". */
export function labelOf(part: Pick<Part, "module" | "name">): string {
  return `${part.module}:${part.name}`;
}

/** What a module takes. */
export interface ModuleSize {
  readonly module: string;
  readonly origin: Origin;
  readonly flashBytes: number;
  readonly ramBytes: number;
}

/** The modules of a report, the largest in flash first. */
export function modulesOf(parts: readonly Part[]): ModuleSize[] {
  const modules = new Map<string, ModuleSize>();
  for (const { module, origin, flashBytes, ramBytes } of parts) {
    const known = modules.get(module);
    modules.set(module, {
      module,
      origin: known?.origin ?? origin,
      flashBytes: (known?.flashBytes ?? 0) + flashBytes,
      ramBytes: (known?.ramBytes ?? 0) + ramBytes,
    });
  }
  return [...modules.values()].sort((a, b) => bySize(a, b) || byText(a.module, b.module));
}

export function bySize(
  a: { readonly flashBytes: number; readonly ramBytes: number },
  b: { readonly flashBytes: number; readonly ramBytes: number },
): number {
  return b.flashBytes - a.flashBytes || b.ramBytes - a.ramBytes;
}

/** The order of texts that does not depend on where the program runs. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
