export { LookupBudget } from "./budget.ts";
export { DnsFailure, type DnsFailureKind } from "./failure.ts";
export { canonicalName, nameToWire } from "./names.ts";
export { type DnsMessage, groupRrsets, type RecordData } from "./rrset.ts";
export type { ChainLink, SecureRrset } from "./secure-rrset.ts";
export { readTrustAnchors, type TrustAnchor } from "./trust-anchor.ts";
export { type Lookup, Validator } from "./validator.ts";
