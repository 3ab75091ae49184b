/**
 * JSON files that people write: each field is checked, and a fault is named by file, field, what was found
 * and what belongs there.
 */
import { readFileSync } from "node:fs";
import { closestName } from "../spelling.ts";

/** A file that cannot be read, is not JSON, or does not have the shape that is asked for. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

/** Says that a field is not what it must be, or that there is none of its name. */
export interface Fail {
  (field: string, wanted: string, found: unknown): never;
  unknown(field: string, known: readonly string[]): never;
}
/** Calls `fail` where the value of a field, `undefined` where it is missing, is not right. */
export type Check = (value: unknown, field: string, fail: Fail) => void;
/** What each field of an object must be. */
export type Shape = { readonly [field: string]: Check };

/**
 * The object in a file. Throws DocumentError where it is not of the shape; a misspelt field is an error too. Where there
 * are several kinds of such files, `shape` chooses by the fields.
 */
export function readJsonDocument(
  path: string,
  shape: Shape | ((fields: Record<string, unknown>) => Shape),
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
  return checkObject(shape, value, "", failing(path));
}

function failing(path: string): Fail {
  const fail = (field: string, wanted: string, found: unknown) => {
    throw new DocumentError(`${path}: ${field} must be ${wanted}, not ${JSON.stringify(found) ?? "missing"}`);
  };
  const unknown = (field: string, known: readonly string[]) => {
    const closest = closestName(field.split(".").at(-1)!, known);
    const hint =
      closest === undefined ? `the fields here are ${known.join(", ")}` : `did you mean ${closest}?`;
    throw new DocumentError(`${path}: there is no field ${field}: ${hint}`);
  };
  return Object.assign(fail as (field: string, wanted: string, found: unknown) => never, { unknown }) as Fail;
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
  (shape: Shape): Check =>
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
  shapes: Shape | ((fields: Record<string, unknown>) => Shape),
  value: unknown,
  path: string,
  fail: Fail,
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return fail(path === "" ? "the file" : path, "an object", value);
  }
  const fields = value as Record<string, unknown>;
  const shape = typeof shapes === "function" ? shapes(fields) : shapes;
  const prefix = path === "" ? "" : `${path}.`;
  // Before the others: a field that is misspelt is also one that is missing.
  for (const field of Object.keys(fields)) {
    if (!Object.hasOwn(shape, field)) fail.unknown(prefix + field, Object.keys(shape));
  }
  for (const [field, check] of Object.entries(shape)) check(fields[field], prefix + field, fail);
  return fields;
}
