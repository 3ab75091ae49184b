/**
 * The key that a validator trusts to begin with (RFC 4033 section 2), in the forms that validators read.
 */
import { absoluteText } from "./domain-name.ts";
import { recordText } from "./master-file.ts";
import { canonicalRecord, type RecordData } from "./record.ts";
import type { Zone } from "./zone.ts";
import { delegationSigner, isSecureEntryPoint } from "./zone-key.ts";

/** A zone's secure entry point, as key and as digest of the key. */
export interface TrustAnchor {
  /** Canonical name of the zone, "." for the root. */
  readonly origin: string;
  readonly dnskey: RecordData["DNSKEY"];
  readonly ds: RecordData["DS"];
}

/** The TTL of a trust anchor says nothing; record text has one all the same. */
const ANCHOR_TTL_S = 3600;

/** The trust anchor of a signed zone. @throws Error if the zone is not signed. */
export function trustAnchor(zone: Zone): TrustAnchor {
  const key = zone.rrset(zone.origin, "DNSKEY")?.records.find(isSecureEntryPoint);
  if (key === undefined) throw new Error(`zone ${zone.origin}: is not signed, so it has no trust anchor`);
  const dnskey = key.data as RecordData["DNSKEY"];
  return { origin: zone.origin, dnskey, ds: delegationSigner(zone.origin, dnskey) };
}

/** DS record text: a file for unbound's `trust-anchor-file`, or a line of the parent's zone file. */
export function dsText({ origin, ds }: TrustAnchor): string {
  return recordText(canonicalRecord({ name: origin, type: "DS", data: ds }, ANCHOR_TTL_S));
}

/** `trust-anchors` statement for BIND and delv (`delv -a FILE +root=ORIGIN`). */
export function bindTrustAnchors({ origin, ds }: TrustAnchor): string {
  const digest = Buffer.from(ds.digest).toString("hex").toUpperCase();
  const fields = `${ds.keyTag} ${ds.algorithm} ${ds.digestType} "${digest}"`;
  return `trust-anchors { "${absoluteText(origin)}" static-ds ${fields}; };\n`;
}
