/**
 * JSON files that people write: each field is checked, and a fault is named by file, line, field, what was found
 * and what belongs there.
 */
import { readFileSync } from "node:fs";
import { closestName } from "../spelling.ts";
import { fieldLines } from "./lines.ts";

/** A file that cannot be read, is not JSON, or does not have the shape that is asked for. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

/** Says that a field is not what it must be, that there is none of its name, or what else is wrong with it. */
export interface Fail {
  (field: string, wanted: string, found: unknown): never;
  unknown(field: string, known: readonly string[]): never;
  /** `fault` continues the name of the field: "is the pin of pins.dio0 too". */
  because(field: string, fault: string): never;
}
/** Calls `fail` where the value of a field, `undefined` where it is missing, is not right. */
export type Check = (value: unknown, field: string, fail: Fail) => void;
/** What each field of an object must be. */
export type Shape = { readonly [field: string]: Check };

/** The shape that the fields of an object choose; calls `fail` where they choose none. */
export type ShapeOf = (fields: Record<string, unknown>, fail: Fail) => Shape;

/**
 * The object in a file. Throws DocumentError where it is not of the shape; a misspelt field is an error too. Where there
 * are several kinds of such files, `shape` chooses by the fields. `checkWhole` sees the fields when each is right by
 * itself.
 */
export function readJsonDocument(
  path: string,
  shape: Shape | ShapeOf,
  checkWhole?: (fields: Record<string, unknown>, fail: Fail) => void,
): Record<string, unknown> {
  let value: unknown;
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw new DocumentError(`cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new DocumentError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const fail = failing(path, content);
  const fields = checkObject(shape, value, "", fail);
  checkWhole?.(fields, fail);
  return fields;
}

function failing(path: string, content: string): Fail {
  const failAt = (field: string, text: string) => {
    throw new DocumentError(`${path}:${lineOf(field, content)}: ${text}`);
  };
  const fail = (field: string, wanted: string, found: unknown) =>
    failAt(field, `${field} must be ${wanted}, not ${JSON.stringify(found) ?? "missing"}`);
  const unknown = (field: string, known: readonly string[]) => {
    const closest = closestName(field.split(".").at(-1)!, known);
    const hint =
      closest === undefined ? `the fields here are ${known.join(", ")}` : `did you mean ${closest}?`;
    failAt(field, `there is no field ${field}: ${hint}`);
  };
  const because = (field: string, fault: string) => failAt(field, `${field} ${fault}`);
  return Object.assign(fail, { unknown, because }) as Fail;
}

/** The line of a field; where it is missing, that of the object which should have it. */
function lineOf(field: string, content: string): number {
  const lines = fieldLines(content);
  for (let path = field; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
    const line = lines.get(path);
    if (line !== undefined) return line;
  }
  return lines.get("") ?? 1;
}

export const text: Check = (value, field, fail) => {
  if (typeof value !== "string" || value === "") fail(field, "a text", value);
};

export const matching =
  (pattern: RegExp, wanted: string): Check =>
  (value, field, fail) => {
    if (typeof value !== "string" || !pattern.test(value)) fail(field, wanted, value);
  };

export const oneOf =
  (...names: string[]): Check =>
  (value, field, fail) => {
    if (!names.includes(value as string)) {
      fail(field, names.map((name) => JSON.stringify(name)).join(" or "), value);
    }
  };

export const wholeNumber =
  (min: number): Check =>
  (value, field, fail) => {
    if (!Number.isInteger(value) || (value as number) < min) {
      fail(field, `a whole number of at least ${min}`, value);
    }
  };

export const object =
  (shape: Shape | ShapeOf): Check =>
  (value, field, fail) => {
    checkObject(shape, value, field, fail);
  };

/** The same, but the field may be left out. */
export const optional =
  (check: Check): Check =>
  (value, field, fail) => {
    if (value !== undefined) check(value, field, fail);
  };

function checkObject(
  shapes: Shape | ShapeOf,
  value: unknown,
  path: string,
  fail: Fail,
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return fail(path === "" ? "the file" : path, "an object", value);
  }
  const fields = value as Record<string, unknown>;
  const shape = typeof shapes === "function" ? shapes(fields, fail) : shapes;
  const prefix = path === "" ? "" : `${path}.`;
  // Before the others: a field that is misspelt is also one that is missing.
  for (const field of Object.keys(fields)) {
    if (!Object.hasOwn(shape, field)) fail.unknown(prefix + field, Object.keys(shape));
  }
  for (const [field, check] of Object.entries(shape)) check(fields[field], prefix + field, fail);
  return fields;
}
