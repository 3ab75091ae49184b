/** An image that takes more than it may, as diagnostics: at the limit, with the places of what takes most. */
import { join } from "node:path";
import { imageTooLarge, relating } from "../../compiler/index.ts";
import { documentPlace } from "../../json-document/index.ts";
import { bytesIn, type Memory } from "./compare.ts";
import { largestOf } from "./largest.ts";
import { labelOf, type SizeReport } from "./size-report.ts";
import { type CompilerNames, sourceNodes } from "./source-names.ts";

/** A limit in a JSON file: `field` of a `board.json`, "ramBytes", or of a `joinery.json`. */
export interface LimitPlace {
  readonly file: string;
  readonly field: string;
}

/** The limit that a board sets to a memory. */
export function boardLimit({ dir }: { readonly dir: string }, memory: Memory): LimitPlace {
  return { file: join(dir, "board.json"), field: `${memory}Bytes` };
}

/**
 * `text` says what is too much. The places beside that of the limit are those of the functions and variables of the
 * application which are among the largest in `memory`: what the stack takes, nobody can change.
 */
export function tooLarge(
  text: string,
  limit: LimitPlace,
  report: SizeReport,
  memory: Memory,
  names: CompilerNames,
): ReturnType<typeof imageTooLarge> {
  const nodes = sourceNodes(names);
  const places = largestOf(report.parts, memory).flatMap((part) => {
    const node = isApplications(part.module) ? nodes.get(labelOf(part)) : undefined;
    const where = memory === "flash" ? "flash" : "RAM";
    return node === undefined
      ? []
      : [{ node, text: `'${part.name}' takes ${bytesIn(part, memory)} B of ${where}` }];
  });
  return relating(imageTooLarge(text, documentPlace(limit.file, limit.field)), ...places);
}

/** As `SourceNames` calls the modules outside the firmware, and the examples in it. */
function isApplications(module: string): boolean {
  return module.startsWith("./") || module.startsWith("apps/");
}
