/**
 * Authenticated denial of existence with NSEC (RFC 4035 section 5.4, RFC 6840 section 4, RFC 4592 for wildcards).
 * The records given here are already validated; this file only reads what they say.
 */
import { type Absence, type Denial, deniesType, isDelegation } from "./denial.ts";
import { commonAncestor, compareNames, isBelow, isWithin, labelsOf, wildcardOf } from "./names.ts";

export interface Nsec {
  readonly owner: string;
  readonly next: string;
  readonly types: ReadonlySet<string>;
}

/**
 * The nearest existing ancestor of a name that `nsec` covers: both ends of the gap exist, and so do their ancestors.
 */
function closestEncloser(nsec: Nsec, name: string): string {
  const viaOwner = commonAncestor(name, nsec.owner);
  const viaNext = commonAncestor(name, nsec.next);
  return labelsOf(viaOwner).length >= labelsOf(viaNext).length ? viaOwner : viaNext;
}

/** What NSEC records of one zone prove. */
export class NsecDenial implements Denial {
  readonly zone: string;
  readonly #nsecs: readonly Nsec[];

  constructor(zone: string, nsecs: readonly Nsec[]) {
    this.zone = zone;
    this.#nsecs = nsecs;
  }

  absence(name: string, type: string): Absence | undefined {
    const noData = (nsec: Nsec): Absence | undefined =>
      deniesType(nsec.types, type, nsec.owner) ? { kind: "no-data", delegation: false } : undefined;
    const atName = this.#nsecs.find(({ owner }) => owner === name);
    if (atName) return noData(atName) && { kind: "no-data", delegation: isDelegation(atName.types) };
    const gap = this.#nsecs.find((nsec) => this.#covers(nsec, name));
    if (!gap) return undefined;
    if (isBelow(gap.next, name)) return { kind: "no-data", delegation: false }; // names exist below it only
    const wildcard = wildcardOf(closestEncloser(gap, name));
    const atWildcard = this.#nsecs.find(({ owner }) => owner === wildcard);
    if (atWildcard) return noData(atWildcard);
    return this.#nsecs.some((nsec) => this.#covers(nsec, wildcard)) ? { kind: "no-such-name" } : undefined;
  }

  wildcardAnswer(name: string, encloser: string): "proven" | undefined {
    const proves = (nsec: Nsec): boolean =>
      this.#covers(nsec, name) && !isBelow(nsec.next, name) && closestEncloser(nsec, name) === encloser;
    return this.#nsecs.some(proves) ? "proven" : undefined;
  }

  /** Whether no name exists between the NSEC's two, and `name` is one of those. */
  #covers(nsec: Nsec, name: string): boolean {
    if (!isWithin(name, this.zone) || compareNames(nsec.owner, name) >= 0) return false;
    if (isBelow(name, nsec.owner) && (isDelegation(nsec.types) || nsec.types.has("DNAME"))) return false;
    return nsec.next === this.zone || compareNames(name, nsec.next) < 0;
  }
}
