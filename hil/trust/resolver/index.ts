export { DnsFailure, type DnsFailureKind, readTrustAnchors, type TrustAnchor } from "../dnssec/index.ts";
export { type DiscoveredServer, discoverJoinServer, discoverNetworkServer } from "./discovery.ts";
export { Resolver, type ResolverOptions, type SecureAnswer } from "./resolver.ts";
export type { DnsServer } from "./stub.ts";
