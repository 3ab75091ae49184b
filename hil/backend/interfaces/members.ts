/**
 * Tables of members: one line a member, as in the tables of TS002-1.0. A table yields both the
 * reader of a message (or of an object inside one) and its type.
 */
import { isObject, type Problem, type Reader } from "./fields.ts";

/** M, O and Ms (mandatory when the answer is a success) in the document's tables. */
type Presence = "mandatory" | "optional" | "on-success";

export interface Member<T, P extends Presence> {
  readonly read: Reader<T>;
  readonly presence: P;
}

export type Members = Readonly<Record<string, Member<unknown, Presence>>>;

export const mandatory = <T>(read: Reader<T>): Member<T, "mandatory"> => ({ read, presence: "mandatory" });
export const optional = <T>(read: Reader<T>): Member<T, "optional"> => ({ read, presence: "optional" });
export const onSuccess = <T>(read: Reader<T>): Member<T, "on-success"> => ({ read, presence: "on-success" });

type ValueOf<M> = M extends Member<infer T, Presence> ? T : never;
type NamesOf<M, P extends Presence> = {
  [N in keyof M]: M[N] extends Member<unknown, P> ? N : never;
}[keyof M];
type Flat<T> = { readonly [N in keyof T]: T[N] };

/** What a table describes. */
export type Described<M> = Flat<
  { [N in NamesOf<M, "mandatory">]: ValueOf<M[N]> } & {
    [N in NamesOf<M, "optional" | "on-success">]?: ValueOf<M[N]>;
  }
>;

/** The same with everything that a success must carry. */
export type DescribedSuccess<M> = Flat<
  { [N in NamesOf<M, "mandatory" | "on-success">]: ValueOf<M[N]> } & {
    [N in NamesOf<M, "optional">]?: ValueOf<M[N]>;
  }
>;

/** Encoders that know no "absent" write null, or "" where that is no value; in a mandatory member both are faults. */
function isAbsent(value: unknown, reader: Reader<unknown>): boolean {
  return value === undefined || value === null || (value === "" && reader("", "", []) === undefined);
}

/** Reads the members of the table and leaves all others out: unknown members are to be ignored. */
export function readMembers(
  object: Record<string, unknown>,
  members: Members,
  options: { readonly success: boolean; readonly within?: string },
  problems: Problem[],
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, { read: reader, presence }] of Object.entries(members)) {
    const required = presence === "mandatory" || (presence === "on-success" && options.success);
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (!required && isAbsent(value, reader)) continue;
    const member = options.within === undefined ? name : `${options.within}.${name}`;
    const result = reader(value, member, problems);
    if (result !== undefined) read[name] = result;
  }
  return read;
}

/** An object inside a message. `check` looks at members that depend on each other. */
export function object<M extends Members>(
  members: M,
  check?: (value: Described<M>, member: string, problems: Problem[]) => void,
): Reader<Described<M>> {
  return (value, member, problems) => {
    if (!isObject(value)) {
      problems.push({
        member,
        found: value === undefined ? "nothing" : "no object",
        expected: "a JSON object",
      });
      return undefined;
    }
    const before = problems.length;
    const read = readMembers(value, members, { success: true, within: member }, problems) as Described<M>;
    if (problems.length === before) check?.(read, member, problems);
    return problems.length === before ? read : undefined;
  };
}
