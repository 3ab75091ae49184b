/**
 * The key that a validator trusts to begin with (RFC 4033 section 2), in the forms that validators read.
 */
import { ROOT } from "./domain-name.ts";
import type { RecordData } from "./record.ts";
import type { Zone } from "./zone.ts";
import { delegationSigner, isSecureEntryPoint } from "./zone-key.ts";

/** A zone's secure entry point, as key and as digest of the key. */
export interface TrustAnchor {
  /** Canonical name of the zone, "." for the root. */
  readonly origin: string;
  readonly dnskey: RecordData["DNSKEY"];
  readonly ds: RecordData["DS"];
}

/** The trust anchor of a signed zone. @throws Error if the zone is not signed. */
export function trustAnchor(zone: Zone): TrustAnchor {
  const key = zone.rrset(zone.origin, "DNSKEY")?.records.find(isSecureEntryPoint);
  if (key === undefined) throw new Error(`zone ${zone.origin}: is not signed, so it has no trust anchor`);
  const dnskey = key.data as RecordData["DNSKEY"];
  return { origin: zone.origin, dnskey, ds: delegationSigner(zone.origin, dnskey) };
}

function absolute(name: string): string {
  return name === ROOT ? ROOT : `${name}.`;
}

/** DS record text: a file for unbound's `trust-anchor-file`, or the parent's zone file. */
export function dsText({ origin, ds }: TrustAnchor): string {
  const digest = Buffer.from(ds.digest).toString("hex").toUpperCase();
  return `${absolute(origin)} IN DS ${ds.keyTag} ${ds.algorithm} ${ds.digestType} ${digest}\n`;
}

/** `trust-anchors` statement for BIND and delv (`delv -a FILE +root=ORIGIN`). */
export function bindTrustAnchors({ origin, ds }: TrustAnchor): string {
  const digest = Buffer.from(ds.digest).toString("hex").toUpperCase();
  return `trust-anchors { "${absolute(origin)}" static-ds ${ds.keyTag} ${ds.algorithm} ${ds.digestType} "${digest}"; };\n`;
}
