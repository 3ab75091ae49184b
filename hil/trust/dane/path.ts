/**
 * Certification paths: building (RFC 4158, depth first within fixed limits) and validation (RFC 5280 section 6, for
 * dNSName identities). Revocation is not part of it: who withdraws a TLSA record withdraws the certificate.
 */
import type { Certificate, CertificateProfile } from "./certificate.ts";

/** Beyond these a chain is refused: they bound the signatures that a peer can make us verify. */
const MAX_PATH_CERTIFICATES = 8;
const MAX_SIGNATURES = 64;

const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/** What a path is checked for. */
export interface PathTarget {
  /** Lower case, no trailing dot. */
  readonly names: readonly string[];
  /** The peer's role. */
  readonly purpose: "server" | "client";
  readonly nowMs: number;
}

/**
 * All paths that begin with `leaf` and climb through `pool`, depth first; each is a prefix of its successors.
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

/**
 * `*.net.example` stands for exactly one label, and only a server's certificate may use it (RFC 9525 section 6.3).
 * Below the wildcard there are two labels at least: nobody owns all names of a top-level domain.
 */
function nameMatches(presented: string, name: string, purpose: PathTarget["purpose"]): boolean {
  if (presented === name) return true;
  return (
    purpose === "server" &&
    /^\*\.[^.]+\../.test(presented) &&
    name.slice(name.indexOf(".")) === presented.slice(1)
  );
}

/** By its own name: anyExtendedKeyUsage is not enough (RFC 5280 section 4.2.1.12 leaves that to us), nor to OpenSSL. */
function allowsPurpose({ extendedKeyUsage }: CertificateProfile, purpose: PathTarget["purpose"]): boolean {
  const wanted = purpose === "server" ? SERVER_AUTHENTICATION : CLIENT_AUTHENTICATION;
  return extendedKeyUsage === undefined || extendedKeyUsage.includes(wanted);
}

/** A constraint without a leading dot covers the name itself and all below it; with one, only those below. */
const inSubtree = (name: string, base: string): boolean =>
  base === "" || (base.startsWith(".") ? name.endsWith(base) : name === base || name.endsWith(`.${base}`));

/**
 * What of `names`, the dNSNames below an authority, its nameConstraints forbid. The name that a wildcard was matched
 * with is among them: `*.example` may be issued where `js.example` is excluded, but does not stand for it.
 */
function breaksLimits(
  { nameLimits }: CertificateProfile,
  below: readonly CertificateProfile[],
  names: readonly string[],
): string | undefined {
  if (!nameLimits) return undefined;
  const { permitted, excluded, otherForms } = nameLimits;
  const form = otherForms.find((limited) => below.some(({ nameForms }) => nameForms.includes(limited)));
  if (form !== undefined) return `constrains names of the form ${form}, which is not evaluated`;
  const outside = [...below.flatMap(({ dnsNames }) => dnsNames), ...names].find(
    (name) =>
      excluded.some((base) => inSubtree(name, base)) ||
      (permitted.length > 0 && !permitted.some((base) => inSubtree(name, base))),
  );
  return outside === undefined ? undefined : `may not issue for ${outside} (nameConstraints)`;
}

/**
 * Everything about a built path, leaf first, except where it ends: that is the trust anchor's matter.
 * @param belowKey the anchor is a bare key above the path, not its last certificate
 * @returns what is wrong, or undefined
 */
export function pathFault(
  path: readonly Certificate[],
  target: PathTarget,
  belowKey: boolean,
): string | undefined {
  let profiles: CertificateProfile[];
  try {
    profiles = path.map(({ profile }) => profile);
  } catch (error) {
    return `an extension cannot be read: ${(error as Error).message}`;
  }
  const [leaf] = profiles;
  const names = target.names.filter((name) =>
    leaf.dnsNames.some((dns) => nameMatches(dns, name, target.purpose)),
  );
  if (names.length === 0)
    return `the certificate is not for ${target.names.join(" or ")} (its dNSNames: ${leaf.dnsNames.join(", ") || "none"})`;
  if (!leaf.maySignHandshakes)
    return "the certificate's keyUsage lacks digitalSignature (RFC 8446 section 4.4.2.2)";

  let intermediates = 0; // not self-issued ones between the leaf and the certificate at hand
  for (const [depth, certificate] of path.entries()) {
    const { subject, notBeforeMs, notAfterMs } = certificate;
    const { unknownCritical, isAuthority, pathLength } = profiles[depth];
    if (target.nowMs < notBeforeMs)
      return `${subject} is not valid before ${new Date(notBeforeMs).toISOString()}`;
    if (target.nowMs > notAfterMs) return `${subject} expired on ${new Date(notAfterMs).toISOString()}`;
    const isAnchor = depth === path.length - 1 && !belowKey; // nobody needs the signature on it
    const weak = certificate.weakKey ?? (isAnchor ? undefined : certificate.weakSignature);
    if (weak !== undefined) return `${subject} is too weak: ${weak}`;
    if (unknownCritical.length > 0)
      return `${subject} has the critical extension ${unknownCritical[0]}, unknown here`;
    if (!allowsPurpose(profiles[depth], target.purpose))
      return `${subject} is not for ${target.purpose} use (extendedKeyUsage)`;
    if (depth === 0) continue;
    if (!isAuthority) return `${subject} issued a certificate but is no authority (basicConstraints)`;
    if (pathLength !== undefined && intermediates > pathLength)
      return `${subject} allows ${pathLength} authorities below it, there are ${intermediates} (pathLenConstraint)`;
    const limit = breaksLimits(profiles[depth], profiles.slice(0, depth), names);
    if (limit !== undefined) return `${subject} ${limit}`;
    if (!certificate.selfIssued) intermediates++;
  }
  return undefined;
}
