/**
 * Authenticated denial of existence, by NSEC (nsec.ts) or by NSEC3 (nsec3.ts): what both have in common.
 */

/** What a zone proves of a name and type that an answer does not have. */
export type Absence =
  /** `delegation`: a zone cut is at the name, without a DS. */
  | { readonly kind: "no-data"; readonly delegation: boolean }
  | { readonly kind: "no-such-name" }
  /** The proof leaves room for names that nobody signed; `reason` says how. */
  | { readonly kind: "insecure"; readonly reason: string };

/** Validated denial records of one zone. */
export interface Denial {
  /** Apex of the zone that signed them. */
  readonly zone: string;
  /** @returns undefined if they prove no absence */
  absence(name: string, type: string): Absence | undefined;
  /** Whether `name` itself does not exist, so that the wildcard below `encloser` rightly answered for it. */
  wildcardAnswer(
    name: string,
    encloser: string,
  ): "proven" | Extract<Absence, { kind: "insecure" }> | undefined;
}

/**
 * The types of a delegation, seen from the parent: its denial record says nothing of the child's own names (RFC 6840
 * section 4.1).
 */
export const isDelegation = (types: ReadonlySet<string>): boolean => types.has("NS") && !types.has("SOA");

/** Whether a denial record with `types`, at a name or at the wildcard that would answer for it, denies `type` there. */
export function deniesType(types: ReadonlySet<string>, type: string, owner: string): boolean {
  if (types.has(type) || types.has("CNAME")) return false;
  // The DS is the parent's to deny, everything else at a cut the child's (RFC 6840 section 4.1).
  if (type === "DS") return !types.has("SOA") || owner === ".";
  return !isDelegation(types);
}
