export { LookupBudget } from "./budget.ts";
export { DnsFailure, type DnsFailureKind } from "./failure.ts";
export { canonicalName, nameToWire } from "./names.ts";
export { type DnsMessage, groupRrsets, type RecordData } from "./rrset.ts";
export { type ChainLink, type Lookup, type SecureRrset, type TrustAnchor, Validator } from "./validator.ts";
