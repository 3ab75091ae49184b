/**
 * Certification paths: building (RFC 4158, depth first within fixed limits) and validation (RFC 5280 section 6, for
 * dNSName identities). Revocation is not part of it: who withdraws a TLSA record withdraws the certificate.
 */
import type { Certificate } from "./certificate.ts";

/** Beyond these a chain is refused: they bound the signatures that a peer can make us verify. */
const MAX_PATH_CERTIFICATES = 8;
const MAX_SIGNATURES = 64;

const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE = "2.5.29.37.0";

/** What a path is checked for. */
export interface PathTarget {
  /** Lower case, no trailing dot. */
  readonly names: readonly string[];
  /** The peer's role. */
  readonly purpose: "server" | "client";
  readonly nowMs: number;
}

/**
 * All paths that begin with `leaf` and climb through `pool`, shortest extensions first; each is a prefix of its
 * successors.
 */
export function* paths(leaf: Certificate, pool: readonly Certificate[]): Generator<readonly Certificate[]> {
  let signatures = 0;
  function* climb(path: readonly Certificate[]): Generator<readonly Certificate[]> {
    yield path;
    if (path.length === MAX_PATH_CERTIFICATES) return;
    const top = path[path.length - 1];
    for (const issuer of pool) {
      if (path.some(({ der }) => Buffer.from(der).equals(issuer.der))) continue;
      if (++signatures > MAX_SIGNATURES) return;
      if (top.isIssuedBy(issuer)) yield* climb([...path, issuer]);
    }
  }
  yield* climb([leaf]);
}

/** `*.example` stands for exactly one label, and only a server's certificate may use it (RFC 9525 section 6.3). */
function nameMatches(presented: string, name: string, purpose: PathTarget["purpose"]): boolean {
  if (presented === name) return true;
  return (
    purpose === "server" && presented.startsWith("*.") && name.slice(name.indexOf(".")) === presented.slice(1)
  );
}

function allowsPurpose(certificate: Certificate, purpose: PathTarget["purpose"]): boolean {
  const wanted = purpose === "server" ? SERVER_AUTHENTICATION : CLIENT_AUTHENTICATION;
  const usages = certificate.extendedKeyUsage;
  return usages === undefined || usages.includes(wanted) || usages.includes(ANY_PURPOSE);
}

/** A constraint without a leading dot covers the name itself and all below it; with one, only those below. */
const inSubtree = (name: string, base: string): boolean =>
  base === "" || (base.startsWith(".") ? name.endsWith(base) : name === base || name.endsWith(`.${base}`));

function breaksConstraints(authority: Certificate, below: readonly Certificate[]): string | undefined {
  const constraints = authority.dnsConstraints;
  if (!constraints) return undefined;
  if (constraints.otherForms) return `${authority.subject} constrains names of forms that are not evaluated`;
  const names = below.flatMap(({ dnsNames }) => dnsNames);
  const outside = names.find(
    (name) =>
      constraints.excluded.some((base) => inSubtree(name, base)) ||
      (constraints.permitted.length > 0 && !constraints.permitted.some((base) => inSubtree(name, base))),
  );
  return outside === undefined
    ? undefined
    : `${authority.subject} may not issue for ${outside} (nameConstraints)`;
}

/**
 * Everything about a built path, leaf first, except where it ends: that is the trust anchor's matter.
 * @returns what is wrong, or undefined
 */
export function pathFault(path: readonly Certificate[], target: PathTarget): string | undefined {
  const [leaf] = path;
  if (!target.names.some((name) => leaf.dnsNames.some((dns) => nameMatches(dns, name, target.purpose))))
    return `the certificate is not for ${target.names.join(" or ")} (its dNSNames: ${leaf.dnsNames.join(", ") || "none"})`;
  if (!leaf.maySignHandshakes)
    return "the certificate's keyUsage lacks digitalSignature (RFC 8446 section 4.4.2.2)";

  let intermediates = 0; // not self-issued ones between the leaf and the certificate at hand
  for (const [depth, certificate] of path.entries()) {
    const { subject, notBeforeMs, notAfterMs, unknownCritical, pathLength } = certificate;
    if (target.nowMs < notBeforeMs)
      return `${subject} is not valid before ${new Date(notBeforeMs).toISOString()}`;
    if (target.nowMs > notAfterMs) return `${subject} expired on ${new Date(notAfterMs).toISOString()}`;
    if (unknownCritical.length > 0)
      return `${subject} has the critical extension ${unknownCritical[0]}, unknown here`;
    if (!allowsPurpose(certificate, target.purpose))
      return `${subject} is not for ${target.purpose} use (extendedKeyUsage)`;
    if (depth === 0) continue;
    if (!certificate.isAuthority)
      return `${subject} issued a certificate but is no authority (basicConstraints)`;
    if (pathLength !== undefined && intermediates > pathLength)
      return `${subject} allows ${pathLength} authorities below it, there are ${intermediates} (pathLenConstraint)`;
    const constraint = breaksConstraints(certificate, path.slice(0, depth));
    if (constraint !== undefined) return constraint;
    if (!certificate.selfIssued) intermediates++;
  }
  return undefined;
}
