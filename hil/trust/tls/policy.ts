/**
 * What decides about a TLS peer: TLSA records (policy dane) or a set of roots (policy pkix). There is no policy that
 * accepts everybody.
 */
import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import {
  certificateFacts,
  PKIX_EE,
  PKIX_TA,
  type TlsaRecord,
  tlsaParameters,
  verifyPkix,
  verifyTlsa,
} from "../dane/index.ts";
import { type ChainLink, DnsFailure } from "../dnssec/index.ts";
import type { Resolver } from "../resolver/index.ts";
import { type DaneEvidence, TrustError } from "./verdict.ts";

/** How peers are judged. PEM files may hold several certificates. */
export type TrustPolicy =
  /** `pkixRoots` gives meaning to TLSA usages 0 and 1; without them such records are unusable. */
  { readonly kind: "dane"; readonly pkixRoots?: string } | { readonly kind: "pkix"; readonly ca: string };

/** A key and its certificates, as hil/trust/pki issues them. */
export interface TlsCredentials {
  /** PKCS#8 PEM. Secret. */
  readonly privateKeyPem: string;
  /** PEM, leaf first. */
  readonly chainPem: string;
}

/** A peer in a finished handshake. */
export interface PeerInHandshake {
  readonly role: "server" | "client";
  readonly name: string;
  /** Owner names of its TLSA records, in the order to be asked; the first that has some counts. */
  readonly tlsaOwners: readonly string[];
  /** Names that its certificate may be for. */
  readonly certificateNames: readonly string[];
  /** What it presented, DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** Whether OpenSSL found a path to the configured roots: asked for beside our own path check (PKIX usages). */
  readonly authorized: boolean;
}

export interface Acceptance {
  readonly tlsa: string | undefined;
  readonly dnssec: "secure" | "unchecked";
  /** When the records that it rests on end, by the resolver's clock; Infinity under policy pkix. */
  readonly expiresAtMs: number;
  /** Under policy dane. */
  readonly evidence?: DaneEvidence;
}

/** TLSA records that are secure, and by what. */
interface SecureTlsa {
  readonly owner: string;
  readonly records: readonly TlsaRecord[];
  readonly signatures: readonly ChainLink[];
  readonly expiresAtMs: number;
}

/** DER of the certificates in a PEM text. @throws Error if there is none */
export function certificatesOf(pem: string): Uint8Array[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!blocks) throw new Error("trust policy: no certificate in the PEM given as roots");
  return blocks.map((block) => new X509Certificate(block).raw);
}

/** The certificates that the peer sent, as far as each is the issuer of the one before it. */
export function presentedChain(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate = socket.getPeerCertificate(true);
  while (certificate?.raw && !chain.some((der) => certificate.raw.equals(der))) {
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/** What a fresh TLS connection must be, whatever its policy. */
export function connectionFault(socket: TLSSocket): string | undefined {
  // A resumed connection shows no certificate and no name; none is offered, so nobody honest asks for one.
  if (socket.isSessionReused()) return "the connection resumes a session";
  if (socket.getProtocol() !== "TLSv1.3") return `the connection is ${socket.getProtocol()}, not TLSv1.3`;
  return undefined;
}

/** The secure TLSA records at the first of `owners` that has some. @throws DnsFailure */
export async function tlsaRecords(resolver: Resolver, owners: readonly string[]): Promise<SecureTlsa> {
  let absent: DnsFailure | undefined;
  for (const owner of owners) {
    try {
      const answer = await resolver.resolve(owner, "TLSA");
      const records = (answer.records as readonly DnsTlsa[]).map(
        ({ usage, selector, matchingType, certificate }): TlsaRecord => ({
          usage,
          selector,
          matching: matchingType,
          data: certificate,
        }),
      );
      return { owner, records, signatures: answer.chain, expiresAtMs: answer.expiresAt.getTime() };
    } catch (error) {
      if (!(error instanceof DnsFailure && error.proven)) throw error;
      absent ??= error;
    }
  }
  throw absent ?? new Error("no TLSA owner name to ask for");
}

/** dns-packet's form of a TLSA record. */
interface DnsTlsa {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly certificate: Uint8Array;
}

const USAGES_WITH_ROOTS: readonly number[] = [PKIX_TA, PKIX_EE];

/**
 * Judges a peer by its TLSA records.
 * @throws TrustError with the reason
 */
export async function acceptByDane(
  peer: PeerInHandshake,
  resolver: Resolver,
  pkixRoots: readonly Uint8Array[],
): Promise<Acceptance> {
  const secure = await tlsaRecords(resolver, peer.tlsaOwners).catch((error: unknown) => {
    if (!(error instanceof DnsFailure)) throw error;
    throw new TrustError(peer, error.message, { dnssec: error.kind, cause: error });
  });
  const { records, expiresAtMs } = secure;
  const verdict = verifyTlsa({
    chain: peer.chain,
    records,
    name: peer.certificateNames,
    purpose: peer.role,
    now: resolver.now(),
    pkixRoots,
  });
  const evidence = evidenceOf(peer, secure);
  const refuse = (reason: string) => new TrustError(peer, reason, { dnssec: "secure", evidence });
  if (!verdict.ok) throw refuse(verdict.reason);
  if (USAGES_WITH_ROOTS.includes(verdict.usage) && !peer.authorized)
    throw refuse(`TLSA ${verdict.matched} matches, but TLS found no valid path to the roots`);
  return { tlsa: verdict.matched, dnssec: "secure", expiresAtMs, evidence };
}

/** Undefined where the peer's certificate cannot be read: the verdict says that. */
function evidenceOf(
  { chain }: PeerInHandshake,
  { owner, records, signatures }: SecureTlsa,
): DaneEvidence | undefined {
  let certificate: DaneEvidence["certificate"];
  try {
    certificate = certificateFacts(chain[0]);
  } catch {
    return undefined;
  }
  const tlsaRecords = records.map((record) => ({
    parameters: tlsaParameters(record),
    data: Buffer.from(record.data).toString("hex"),
  }));
  return { certificate, tlsaOwner: owner, tlsaRecords, signatures };
}

/**
 * Judges a peer by roots alone.
 * @throws TrustError with the reason
 */
export function acceptByPkix(peer: PeerInHandshake, roots: readonly Uint8Array[], now: Date): Acceptance {
  const verdict = verifyPkix({
    chain: peer.chain,
    roots,
    name: peer.certificateNames,
    purpose: peer.role,
    now,
  });
  if (!verdict.ok) throw new TrustError(peer, verdict.reason);
  if (!peer.authorized) throw new TrustError(peer, "TLS found no valid path to the roots");
  return { tlsa: undefined, dnssec: "unchecked", expiresAtMs: Number.POSITIVE_INFINITY };
}
