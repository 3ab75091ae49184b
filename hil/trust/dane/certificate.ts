/**
 * What DANE and RFC 5280 section 6 need to know of a certificate, read from its DER.
 */
import "reflect-metadata";
import { type KeyObject, X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { NameConstraints } from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";

const KEY_USAGE = "2.5.29.15";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const NAME_CONSTRAINTS = "2.5.29.30";
const EXTENDED_KEY_USAGE = "2.5.29.37";
/**
 * The extensions that `path.ts` evaluates; another one that is critical makes a path invalid (RFC 5280 section 4.2).
 */
const EVALUATED = [
  KEY_USAGE,
  SUBJECT_ALTERNATIVE_NAME,
  BASIC_CONSTRAINTS,
  NAME_CONSTRAINTS,
  EXTENDED_KEY_USAGE,
];

/** dNSName subtrees of a nameConstraints extension (RFC 5280 section 4.2.1.10), lower case. */
export interface DnsConstraints {
  readonly permitted: readonly string[];
  readonly excluded: readonly string[];
  /** The extension also constrains names of other forms. */
  readonly otherForms: boolean;
}

export interface Certificate {
  readonly der: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeyInfo: Uint8Array;
  readonly publicKey: KeyObject;
  /** For messages only. */
  readonly subject: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** dNSName entries of subjectAltName, lower case. */
  readonly dnsNames: readonly string[];
  readonly isAuthority: boolean;
  /** Undefined: no limit. */
  readonly pathLength: number | undefined;
  /** digitalSignature of keyUsage, which allows everything when it is absent. */
  readonly maySignHandshakes: boolean;
  /** Undefined: the extension is absent and every purpose is allowed. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly dnsConstraints: DnsConstraints | undefined;
  readonly unknownCritical: readonly string[];
  readonly selfIssued: boolean;
  /**
   * Whether `issuer`'s name and key identifier fit, its keyUsage lets it sign certificates, and its key made the
   * signature.
   */
  isIssuedBy(issuer: Certificate): boolean;
  isSignedBy(key: KeyObject): boolean;
}

function dnsConstraints(extension: x509.Extension | null): DnsConstraints | undefined {
  if (!extension) return undefined;
  const parsed = AsnConvert.parse(extension.value, NameConstraints);
  const trees = [...(parsed.permittedSubtrees ?? []), ...(parsed.excludedSubtrees ?? [])];
  const dnsOf = (subtrees: NameConstraints["permittedSubtrees"]): string[] =>
    [...(subtrees ?? [])].flatMap(({ base }) =>
      base.dNSName === undefined ? [] : [base.dNSName.toLowerCase()],
    );
  return {
    permitted: dnsOf(parsed.permittedSubtrees),
    excluded: dnsOf(parsed.excludedSubtrees),
    otherForms: trees.some(({ base }) => base.dNSName === undefined),
  };
}

/** @throws Error if `der` is not an X.509 certificate or one of its extensions cannot be read. */
export function readCertificate(der: Uint8Array): Certificate {
  const native = new X509Certificate(Buffer.from(der));
  const parsed = new x509.X509Certificate(native.raw);
  const constraints = parsed.getExtension<x509.BasicConstraintsExtension>(BASIC_CONSTRAINTS);
  const names = parsed.getExtension<x509.SubjectAlternativeNameExtension>(SUBJECT_ALTERNATIVE_NAME);
  const keyUsage = parsed.getExtension<x509.KeyUsagesExtension>(KEY_USAGE)?.usages;
  const extendedKeyUsage = parsed.getExtension<x509.ExtendedKeyUsageExtension>(EXTENDED_KEY_USAGE);
  return {
    der: native.raw,
    publicKeyInfo: Buffer.from(parsed.publicKey.rawData),
    publicKey: native.publicKey,
    subject: native.subject.replaceAll("\n", ", "),
    notBeforeMs: parsed.notBefore.getTime(),
    notAfterMs: parsed.notAfter.getTime(),
    dnsNames: (names?.names.items ?? []).flatMap(({ type, value }) =>
      type === "dns" ? [value.toLowerCase()] : [],
    ),
    isAuthority: constraints?.ca ?? false,
    pathLength: constraints?.pathLength,
    maySignHandshakes: keyUsage === undefined || (keyUsage & x509.KeyUsageFlags.digitalSignature) !== 0,
    extendedKeyUsage: extendedKeyUsage?.usages.map(String),
    dnsConstraints: dnsConstraints(parsed.getExtension(NAME_CONSTRAINTS)),
    unknownCritical: parsed.extensions.flatMap(({ type, critical }) =>
      critical && !EVALUATED.includes(type) ? [type] : [],
    ),
    selfIssued: native.subject === native.issuer,
    isIssuedBy: (issuer) => {
      const above = new X509Certificate(Buffer.from(issuer.der));
      return native.checkIssued(above) && native.verify(above.publicKey);
    },
    isSignedBy: (key) => native.verify(key),
  };
}
