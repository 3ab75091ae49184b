/**
 * JSON files that people write: each field is checked, and a fault is named by file, line, field, what was found
 * and what belongs there.
 */
import { readFileSync } from "node:fs";
import { closestName } from "../spelling.ts";
import { type FieldPlace, fieldPlaces, JsonFault, RepeatedName, type Span } from "./places.ts";

/** A piece of a file. */
export interface DocumentPlace extends Span {
  readonly path: string;
  /** The whole of the file. */
  readonly content: string;
}

/**
 * A file that cannot be read, is not JSON, or does not have the shape that is asked for. The message begins with the
 * place.
 */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  /** What is wrong there. */
  readonly fault: string;
  /** Undefined where the file cannot be read. */
  readonly place?: DocumentPlace;

  constructor(fault: string, place?: DocumentPlace) {
    super(place === undefined ? fault : `${locationOf(place)}: ${fault}`);
    this.fault = fault;
    this.place = place;
  }
}

/** "joinery.json:3:12" */
function locationOf({ path, content, start }: DocumentPlace): string {
  const lines = content.slice(0, start).split("\n");
  return `${path}:${lines.length}:${lines.at(-1)!.length + 1}`;
}

/** Says that a field is not what it must be, that there is none of its name, or what else is wrong with it. */
export interface Fail {
  /** `near`: what is perhaps meant. */
  (field: string, wanted: string, found: unknown, near?: string): never;
  /** `missing`: those of the known fields that the object does not have, one of which may be meant. */
  unknown(field: string, known: readonly string[], missing: readonly string[]): never;
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
 * The object in a file. Throws DocumentError where it is not of the shape; a misspelt field is an error too. Where
 * there are several kinds of such files, `shape` chooses by the fields. `checkWhole` sees the fields when each is right
 * by itself.
 */
export function readJsonDocument(
  path: string,
  shape: Shape | ShapeOf,
  checkWhole?: (fields: Record<string, unknown>, fail: Fail) => void,
): Record<string, unknown> {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw new DocumentError(`cannot read ${path}: ${(error as Error).message}`);
  }
  const fail = failing(path, content);
  const fields = checkObject(shape, JSON.parse(content), "", fail);
  checkWhole?.(fields, fail);
  return fields;
}

/** The place of a field, or of the object that should have it; undefined where the file is not, or is no JSON. */
export function documentPlace(path: string, field: string): DocumentPlace | undefined {
  try {
    const content = readFileSync(path, "utf8");
    return { path, content, ...placeOf(field, "value", fieldPlaces(content)) };
  } catch (error) {
    if (error instanceof JsonFault || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

/** Throws DocumentError where the content is no JSON. */
function failing(path: string, content: string): Fail {
  const places = placesIn(path, content);
  const failAt = (field: string, part: "name" | "value", fault: string) => {
    throw new DocumentError(fault, { path, content, ...placeOf(field, part, places) });
  };
  const fail = (field: string, wanted: string, found: unknown, near?: string) => {
    const hint = near === undefined ? "" : `: did you mean ${JSON.stringify(near)}?`;
    const fault =
      found === undefined
        ? `is missing: it must be ${wanted}`
        : `must be ${wanted}, not ${typeof found === "number" ? found : JSON.stringify(found)}${hint}`;
    failAt(field, "value", `${field} ${fault}`);
  };
  const unknown = (field: string, known: readonly string[], missing: readonly string[]) => {
    const closest = closestName(field.split(".").at(-1)!, missing);
    const hint =
      closest === undefined ? `the fields here are ${known.join(", ")}` : `did you mean ${closest}?`;
    failAt(field, "name", `there is no field ${field}: ${hint}`);
  };
  const because = (field: string, fault: string) => failAt(field, "value", `${field} ${fault}`);
  return Object.assign(fail, { unknown, because }) as Fail;
}

/** The place of a field; where it is missing, that of the object which should have it. */
function placeOf(field: string, part: "name" | "value", places: ReadonlyMap<string, FieldPlace>): Span {
  const own = places.get(field);
  if (own) return own[part];
  const outer = field.includes(".") ? field.slice(0, field.lastIndexOf(".")) : "";
  return placeOf(outer, "name", places);
}

function placesIn(path: string, content: string): ReadonlyMap<string, FieldPlace> {
  try {
    return fieldPlaces(content);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const fault = error instanceof RepeatedName ? error.message : `this is not JSON: ${error.message}`;
    throw new DocumentError(fault, { path, content, ...error.span });
  }
}

export const text: Check = (value, field, fail) => {
  if (typeof value !== "string" || value === "") fail(field, "a text", value);
  if ((value as string).includes("\0"))
    fail.because(field, "has the character U+0000, which no file has in its name");
};

/** A text of one line, as goes into the files and the output that people and tools read line by line. */
export const line: Check = (value, field, fail) => {
  text(value, field, fail);
  const [control] = /[\p{Cc}\u2028\u2029]/u.exec(value as string) ?? [];
  if (control !== undefined) {
    const code = control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    fail.because(field, `has the character U+${code}, and must be one line of what can be seen: remove it`);
  }
};

export const matching =
  (pattern: RegExp, wanted: string): Check =>
  (value, field, fail) => {
    if (typeof value !== "string" || !pattern.test(value)) fail(field, wanted, value);
  };

export const oneOf =
  (...names: string[]): Check =>
  (value, field, fail) => {
    if (!names.includes(value as string)) fail(field, quotedNames(names), value);
  };

/** As `oneOf`, for names that may be misspelt. */
export const named =
  (...names: string[]): Check =>
  (value, field, fail) => {
    if (names.includes(value as string)) return;
    const near = typeof value === "string" ? closestName(value, names) : undefined;
    fail(field, quotedNames(names), value, near);
  };

function quotedNames(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(" or ");
}

export const wholeNumber =
  (min: number, max = Number.POSITIVE_INFINITY): Check =>
  (value, field, fail) => {
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
    fail(
      field,
      `a whole number ${max < Number.POSITIVE_INFINITY ? `from ${min} to ${max}` : `of at least ${min}`}`,
      value,
    );
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
  const known = Object.keys(shape);
  const missing = known.filter((field) => !Object.hasOwn(fields, field));
  for (const field of Object.keys(fields)) {
    if (!Object.hasOwn(shape, field)) fail.unknown(prefix + field, known, missing);
  }
  for (const [field, check] of Object.entries(shape)) check(fields[field], prefix + field, fail);
  return fields;
}
