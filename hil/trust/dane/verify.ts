/**
 * Verification of a TLS peer's certificates against TLSA records (RFC 6698 section 2.1, RFC 7671 sections 5 to 9),
 * or against roots alone (RFC 5280) for peers that do without DANE.
 */
import { createHash, createPublicKey } from "node:crypto";
import { type Certificate, readCertificate } from "./certificate.ts";
import { type PathTarget, pathFault, paths } from "./path.ts";
import {
  DANE_EE,
  DANE_TA,
  effectiveRecords,
  matches,
  PKIX_EE,
  PKIX_TA,
  type TlsaRecord,
  tlsaParameters,
} from "./tlsa.ts";

export interface TlsaQuestion {
  /** What the peer presented, DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** From a DNSSEC-secure answer: that is the caller's promise. */
  readonly records: readonly TlsaRecord[];
  /** The peer's name; several when the TLSA records were found behind a CNAME (RFC 7671 section 7). */
  readonly name: string | readonly string[];
  /** The peer's role: decides the extendedKeyUsage that is asked for. */
  readonly purpose: "server" | "client";
  readonly now: Date;
  /** Trust anchors for usages 0 and 1, DER. Without them such records are unusable. */
  readonly pkixRoots?: readonly Uint8Array[];
}

export type TlsaVerdict =
  | {
      readonly ok: true;
      /** Parameters of the record that matched, e.g. "3 1 1". */
      readonly matched: string;
      readonly usage: number;
      /** DER, from the leaf to the trust anchor, where that is a certificate. */
      readonly path: readonly Uint8Array[];
    }
  | { readonly ok: false; readonly reason: string };

const normal = (name: string): string => name.replace(/\.$/, "").toLowerCase();

/**
 * Certificates that the peer did not send but a full-certificate record carries may be links of the chain (RFC 7671
 * section 5.2.2 has the record "2 0 0").
 */
function carriedCertificates(records: readonly TlsaRecord[]): Certificate[] {
  return records.flatMap(({ usage, selector, matching, data }) =>
    (usage === DANE_TA || usage === PKIX_TA) && selector === 0 && matching === 0
      ? [readCertificate(data)]
      : [],
  );
}

/**
 * The record "2 1 0" is a trust anchor by itself: a bare key that signed the top of the chain (RFC 7671 section 5.2.3).
 * Where a certificate of that key was presented, what it says counts.
 */
function signedByBareKey(record: TlsaRecord, top: Certificate, pool: readonly Certificate[]): boolean {
  if (record.selector !== 1 || record.matching !== 0) return false;
  if (pool.some((certificate) => matches(record, certificate))) return false;
  return top.isSignedBy(createPublicKey({ key: Buffer.from(record.data), format: "der", type: "spki" }));
}

const sameDer = (left: Certificate, right: Certificate): boolean => Buffer.from(left.der).equals(right.der);

function readChain(chain: readonly Uint8Array[]): Certificate[] | string {
  if (chain.length === 0) return "the peer presented no certificate";
  try {
    return chain.map(readCertificate);
  } catch (error) {
    return `the peer's certificate cannot be read: ${(error as Error).message}`;
  }
}

/** What a path may end at; `text` is for messages. */
interface Anchor {
  readonly record: TlsaRecord | undefined;
  /** Not the last certificate of the path, but a key above it. */
  readonly bareKey: boolean;
  readonly text: string;
}

type Search =
  | { readonly ok: true; readonly anchor: Anchor; readonly path: readonly Certificate[] }
  | { readonly ok: false; readonly fault: string | undefined };

/** The first sound path to an anchor, or what is wrong with the first of those that lead to one. */
function search(
  leaf: Certificate,
  pool: readonly Certificate[],
  target: PathTarget,
  anchorOf: (path: readonly Certificate[]) => Anchor | undefined,
): Search {
  let fault: string | undefined;
  for (const path of paths(leaf, pool)) {
    const anchor = anchorOf(path);
    if (!anchor) continue;
    const pathProblem = pathFault(path, target, anchor.bareKey);
    if (pathProblem === undefined) return { ok: true, anchor, path };
    fault ??= anchor.text + pathProblem;
  }
  return { ok: false, fault };
}

const topOf = (path: readonly Certificate[]): Certificate => path[path.length - 1];

function targetOf({ name, purpose, now }: Pick<TlsaQuestion, "name" | "purpose" | "now">): PathTarget {
  const names = (Array.isArray(name) ? name : [name as string]).map(normal);
  return { names, purpose, nowMs: now.getTime() };
}

/**
 * Whether the peer's certificate is one that its TLSA records allow.
 *
 * DANE-EE(3) binds the key alone: names and dates in the certificate play no part (RFC 7671 section 5.1), only that
 * the key is strong enough. The other usages need a valid path, the name among the leaf's dNSNames included. Unusable
 * records are left out, and when none remains the peer is refused: DANE is not optional here.
 */
export function verifyTlsa(question: TlsaQuestion): TlsaVerdict {
  const chain = readChain(question.chain);
  if (typeof chain === "string") return { ok: false, reason: chain };
  const [leaf, ...others] = chain;
  if (leaf.weakKey !== undefined)
    return { ok: false, reason: `${leaf.subject} is too weak: ${leaf.weakKey}` };
  const roots = (question.pkixRoots ?? []).map(readCertificate);
  const { records, refusals } = effectiveRecords(question.records, roots.length > 0);
  if (records.length === 0)
    return {
      ok: false,
      reason: `no usable TLSA record${refusals.length > 0 ? ` (${refusals.join("; ")})` : ""}`,
    };

  const byUsage = (usage: number): TlsaRecord[] => records.filter((record) => record.usage === usage);
  const accept = (record: TlsaRecord, path: readonly Certificate[]): TlsaVerdict => ({
    ok: true,
    matched: tlsaParameters(record),
    usage: record.usage,
    path: path.map(({ der }) => der),
  });
  const anchored = (record: TlsaRecord | undefined, bareKey = false): Anchor | undefined =>
    record && { record, bareKey, text: `TLSA ${tlsaParameters(record)} matches, but ` };

  const leafMatch = byUsage(DANE_EE).find((record) => matches(record, leaf));
  if (leafMatch) return accept(leafMatch, [leaf]);

  const target = targetOf(question);
  const presented = [...others, ...carriedCertificates(records)];
  const [daneAuthorities, pkixAuthorities] = [DANE_TA, PKIX_TA].map(byUsage);
  const pkixLeafMatch = byUsage(PKIX_EE).find((record) => matches(record, leaf));
  const faults: (string | undefined)[] = [];
  if (daneAuthorities.length > 0) {
    const found = search(leaf, presented, target, (path) => {
      const top = topOf(path);
      const authority = daneAuthorities.find((record) => path.length > 1 && matches(record, top));
      const key = daneAuthorities.find((record) => signedByBareKey(record, top, presented));
      return anchored(authority) ?? anchored(key, true);
    });
    if (found.ok) return accept(found.anchor.record!, found.path);
    faults.push(found.fault);
  }
  if (pkixLeafMatch || pkixAuthorities.length > 0) {
    const found = search(leaf, [...presented, ...roots], target, (path) =>
      roots.some((root) => sameDer(root, topOf(path)))
        ? anchored(
            pkixLeafMatch ??
              pkixAuthorities.find((record) =>
                path.slice(1).some((certificate) => matches(record, certificate)),
              ),
          )
        : undefined,
    );
    if (found.ok) return accept(found.anchor.record!, found.path);
    faults.push(found.fault);
  }
  const listed = records.map(tlsaParameters).join(", ");
  return {
    ok: false,
    reason:
      faults.find((fault) => fault !== undefined) ??
      `no TLSA record (${listed}) matches the certificate of ${leaf.subject}`,
  };
}

/** dNSNames of a certificate, lower case. @throws Error if it cannot be read */
export const dnsNamesOf = (certificateDer: Uint8Array): readonly string[] =>
  readCertificate(certificateDer).profile.dnsNames;

/** What people ask about a certificate. @throws Error if it cannot be read */
export function certificateFacts(certificateDer: Uint8Array): {
  readonly subject: string;
  readonly dnsNames: readonly string[];
  readonly notAfterMs: number;
  /** SHA-256 of SubjectPublicKeyInfo, in hexadecimal. */
  readonly publicKeySha256: string;
} {
  const { subject, notAfterMs, publicKeyInfo, profile } = readCertificate(certificateDer);
  const publicKeySha256 = createHash("sha256").update(publicKeyInfo).digest("hex");
  return { subject, dnsNames: profile.dnsNames, notAfterMs, publicKeySha256 };
}

/** Whether the peer's certificate is for `name` and leads to one of `roots`: the policy `pkix`. */
export function verifyPkix(
  question: Omit<TlsaQuestion, "records" | "pkixRoots"> & { roots: readonly Uint8Array[] },
):
  | { readonly ok: true; readonly path: readonly Uint8Array[] }
  | { readonly ok: false; readonly reason: string } {
  const chain = readChain(question.chain);
  if (typeof chain === "string") return { ok: false, reason: chain };
  const [leaf, ...others] = chain;
  const roots = question.roots.map(readCertificate);
  const found = search(leaf, [...others, ...roots], targetOf(question), (path) =>
    roots.some((root) => sameDer(root, topOf(path)))
      ? { record: undefined, bareKey: false, text: "" }
      : undefined,
  );
  if (found.ok) return { ok: true, path: found.path.map(({ der }) => der) };
  const nowhere = `the certificate of ${leaf.subject} does not lead to a trusted root`;
  return { ok: false, reason: found.fault ?? nowhere };
}
