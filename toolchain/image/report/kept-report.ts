/** The report that a build leaves beside its image, for the next build to be held against. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../errors.ts";
import type { SizeReport } from "./size-report.ts";

/** What the file is called. */
export const REPORT_FILE = "size.json";

/** Reads a report that a build kept or `joinery size --json` wrote. Throws BuildError where it is none. */
export async function readReport(path: string): Promise<SizeReport> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new BuildError(`cannot read the report: ${(error as Error).message}`);
  }
  const report = parse(text);
  if (!isReport(report)) {
    throw new BuildError(`${path} is not a report of sizes: write one with joinery size --json`);
  }
  return report;
}

/** The report that a folder keeps; undefined where it keeps none that can be read. */
export async function keptReport(folder: string): Promise<SizeReport | undefined> {
  try {
    return await readReport(join(folder, REPORT_FILE));
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

/** The document of a report. */
export function reportJson(report: SizeReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a document has what comparing needs; reports are written by the program, so no more is asked. */
function isReport(value: unknown): value is SizeReport {
  const report = value as Partial<SizeReport> | null | undefined;
  return (
    typeof report?.board === "string" &&
    typeof report.flashBytes === "number" &&
    typeof report.ramBytes === "number" &&
    Array.isArray(report.parts) &&
    report.parts.every(
      (part) =>
        typeof part?.module === "string" &&
        typeof part.name === "string" &&
        typeof part.kind === "string" &&
        typeof part.flashBytes === "number" &&
        typeof part.ramBytes === "number",
    )
  );
}
