/**
 * Trust between organisations that share no certificate authority: private CAs (pki), DNSSEC-signed zones (dns), secure
 * look-ups (resolver), TLSA records (dane), and TLS connections that rest on them (tls).
 */

export { ClientIdentityUnavailable, DEFAULT_EXTENSION_TYPE } from "./client-identity/index.ts";
export * from "./dane/index.ts";
export type { TrustAnchor } from "./dns/index.ts";
export * from "./dns/index.ts";
export type { SecretSource } from "./keys/index.ts";
export * from "./pki/index.ts";
export * from "./resolver/index.ts";
export * from "./tls/index.ts";
