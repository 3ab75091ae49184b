/**
 * TLSA records: RFC 6698 sections 2 and 3, RFC 7218 (acronyms), RFC 7671 sections 4 and 9.
 */
import { createHash, createPublicKey } from "node:crypto";
import { type Certificate, readCertificate } from "./certificate.ts";

/** Usages by their acronyms (RFC 7218 section 2.1). */
export const PKIX_TA = 0;
export const PKIX_EE = 1;
export const DANE_TA = 2;
export const DANE_EE = 3;

/** The RDATA of a TLSA record. Numbers that no document defines are kept and found unusable later. */
export interface TlsaRecord {
  /** 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE. */
  readonly usage: number;
  /** 0 the full certificate, 1 its SubjectPublicKeyInfo; DER both. */
  readonly selector: number;
  /** 0 the octets themselves, 1 their SHA-256, 2 their SHA-512. */
  readonly matching: number;
  /** Certificate association data. */
  readonly data: Uint8Array;
}

/** Digests by matching type; the stronger digest has the higher number (RFC 7671 section 9). */
const DIGESTS: Readonly<Record<number, { name: string; octets: number }>> = {
  1: { name: "sha256", octets: 32 },
  2: { name: "sha512", octets: 64 },
};

/** What `selector` selects. */
function selected(certificate: Certificate, selector: number): Uint8Array {
  return selector === 0 ? certificate.der : certificate.publicKeyInfo;
}

function associationData(octets: Uint8Array, matching: number): Buffer {
  return matching === 0 ? Buffer.from(octets) : createHash(DIGESTS[matching].name).update(octets).digest();
}

/**
 * Certificate association data for a certificate, as it is published.
 * @param certificateDer DER of the leaf (usages 1, 3) or of an authority above it (usages 0, 2)
 * @throws Error if the certificate cannot be read or a parameter is not one of RFC 6698
 */
export function tlsaData(
  certificateDer: Uint8Array,
  parameters: { usage: number; selector: number; matching: number },
): Buffer {
  const { usage, selector, matching } = parameters;
  if (![0, 1, 2, 3].includes(usage) || ![0, 1].includes(selector) || ![0, 1, 2].includes(matching))
    throw new Error(
      `TLSA ${usage} ${selector} ${matching}: usage is 0..3, selector 0..1, matching type 0..2`,
    );
  return associationData(selected(readCertificate(certificateDer), selector), matching);
}

/** Owner name of a TCP service's TLSA records (RFC 6698 section 3), e.g. `_8003._tcp.js.join-b.example`. */
export function tlsaOwner(port: number, host: string): string {
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Error(`TLSA owner name: no such port: ${port}`);
  return `_${port}._tcp.${host.replace(/\.$/, "").toLowerCase()}`;
}

/** The three numbers as zone files and reports show them, e.g. "3 1 1". */
export function tlsaParameters(record: TlsaRecord): string {
  return `${record.usage} ${record.selector} ${record.matching}`;
}

/** Whether the record's data is what the certificate gives. */
export function matches(record: TlsaRecord, certificate: Certificate): boolean {
  const expected = associationData(selected(certificate, record.selector), record.matching);
  return expected.equals(record.data);
}

/** Why a record cannot be used (RFC 7671 section 4.1), or undefined if it can. */
function unusable(record: TlsaRecord, hasPkixRoots: boolean): string | undefined {
  const { usage, selector, matching, data } = record;
  if (![0, 1, 2, 3].includes(usage)) return `unknown usage ${usage}`;
  if (![0, 1].includes(selector)) return `unknown selector ${selector}`;
  if (![0, 1, 2].includes(matching)) return `unknown matching type ${matching}`;
  if ((usage === PKIX_TA || usage === PKIX_EE) && !hasPkixRoots)
    return `usage ${usage} needs PKIX roots, none are set`;
  if (matching !== 0)
    return data.length === DIGESTS[matching].octets
      ? undefined
      : `digest of ${data.length} octets instead of ${DIGESTS[matching].octets}`;
  const what = selector === 0 ? "certificate" : "public key";
  try {
    if (selector === 0) readCertificate(data);
    else createPublicKey({ key: Buffer.from(data), format: "der", type: "spki" });
  } catch {
    return `data is not a ${what}`;
  }
  // Parsers read the first value and stop.
  return derLength(data) === data.length ? undefined : `octets behind the ${what}`;
}

/** Octets of the DER value that `data` begins with, by its header (X.690 section 8.1.3). */
function derLength(data: Uint8Array): number {
  const first = data[1];
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  return 2 + octets + data.subarray(2, 2 + octets).reduce((length, octet) => length * 256 + octet, 0);
}

/**
 * The records that count: the usable ones, and of those with the same usage and selector only the ones with the
 * strongest digest, beside full data, which always counts (digest agility, RFC 7671 section 9).
 */
export function effectiveRecords(
  records: readonly TlsaRecord[],
  hasPkixRoots: boolean,
): { records: TlsaRecord[]; refusals: string[] } {
  const usable: TlsaRecord[] = [];
  const refusals: string[] = [];
  for (const record of records) {
    const why = unusable(record, hasPkixRoots);
    if (why === undefined) usable.push(record);
    else refusals.push(`${tlsaParameters(record)}: ${why}`);
  }
  const strongest = new Map<string, number>();
  for (const { usage, selector, matching } of usable) {
    const group = `${usage} ${selector}`;
    strongest.set(group, Math.max(matching, strongest.get(group) ?? 0));
  }
  return {
    records: usable.filter(
      ({ usage, selector, matching }) => matching === 0 || matching === strongest.get(`${usage} ${selector}`),
    ),
    refusals,
  };
}
