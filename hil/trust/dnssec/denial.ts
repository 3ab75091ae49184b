/**
 * Authenticated denial of existence with NSEC (RFC 4035 section 5.4, RFC 6840 section 4, RFC 4592 for wildcards).
 * The records given here are already validated; this file only reads what they say.
 */
import type { NsecData } from "dns-packet";
import { commonAncestor, compareNames, isBelow, isWithin, labelsOf, wildcardOf } from "./names.ts";

export interface ValidatedNsec {
  readonly owner: string;
  /** Apex of the zone that signed it. */
  readonly zone: string;
  readonly next: string;
  readonly types: ReadonlySet<string>;
}

export const validatedNsec = (owner: string, zone: string, data: NsecData, next: string): ValidatedNsec => ({
  owner,
  zone,
  next,
  types: new Set(data.rrtypes),
});

/**
 * The NSEC of a delegation, seen from the parent: it says nothing about the child's own names (RFC 6840 section 4.1).
 */
export const isDelegation = ({ types }: ValidatedNsec): boolean => types.has("NS") && !types.has("SOA");

/** Whether no name exists between the NSEC's two, and `name` is one of those. */
function covers(nsec: ValidatedNsec, name: string): boolean {
  if (!isWithin(name, nsec.zone) || compareNames(nsec.owner, name) >= 0) return false;
  if (isBelow(name, nsec.owner) && (isDelegation(nsec) || nsec.types.has("DNAME"))) return false;
  return nsec.next === nsec.zone || compareNames(name, nsec.next) < 0;
}

/**
 * The nearest existing ancestor of a name that `nsec` covers: both ends of the gap exist, and so do their ancestors.
 */
function closestEncloser(nsec: ValidatedNsec, name: string): string {
  const viaOwner = commonAncestor(name, nsec.owner);
  const viaNext = commonAncestor(name, nsec.next);
  return labelsOf(viaOwner).length >= labelsOf(viaNext).length ? viaOwner : viaNext;
}

/** Whether the NSEC at a name, or at the wildcard that would answer for it, denies `type` there. */
function deniesType(nsec: ValidatedNsec, type: string): boolean {
  if (nsec.types.has(type) || nsec.types.has("CNAME")) return false;
  if (type === "DS") return !nsec.types.has("SOA") || nsec.owner === ".";
  return !isDelegation(nsec);
}

/**
 * What `nsecs`, of one zone, prove about `name` and `type`.
 * @returns undefined if they prove no absence
 */
export function provenAbsence(
  nsecs: readonly ValidatedNsec[],
  name: string,
  type: string,
): "no-data" | "no-such-name" | undefined {
  const atName = nsecs.find(({ owner }) => owner === name);
  if (atName) return deniesType(atName, type) ? "no-data" : undefined;
  const gap = nsecs.find((nsec) => covers(nsec, name));
  if (!gap) return undefined;
  if (isBelow(gap.next, name)) return "no-data"; // an empty non-terminal: names exist below it only
  const wildcard = wildcardOf(closestEncloser(gap, name));
  const atWildcard = nsecs.find(({ owner }) => owner === wildcard);
  if (atWildcard) return deniesType(atWildcard, type) ? "no-data" : undefined;
  return nsecs.some((nsec) => covers(nsec, wildcard)) ? "no-such-name" : undefined;
}

/** Whether `name` itself does not exist, so that the wildcard below `encloser` rightly answered for it. */
export const provesWildcardAnswer = (
  nsecs: readonly ValidatedNsec[],
  name: string,
  encloser: string,
): boolean =>
  nsecs.some(
    (nsec) => covers(nsec, name) && !isBelow(nsec.next, name) && closestEncloser(nsec, name) === encloser,
  );
