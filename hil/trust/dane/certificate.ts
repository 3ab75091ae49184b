/**
 * What DANE and RFC 5280 section 6 need to know of a certificate, read from its DER. Reading extensions takes
 * milliseconds, and DANE-EE needs none of them: so they are read when somebody asks.
 */
import "reflect-metadata";
import { type KeyObject, X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { type GeneralName, NameConstraints, SubjectAlternativeName } from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";

const KEY_USAGE = "2.5.29.15";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const NAME_CONSTRAINTS = "2.5.29.30";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const MAIL_ATTRIBUTE = "1.2.840.113549.1.9.1";
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

/** 112 bits of security (NIST SP 800-57 part 1, table 2), the least that is taken for secure today. */
const MIN_RSA_BITS = 2048;
const MIN_CURVE_BITS = 224;
const EDWARDS_KEYS = ["ed25519", "ed448"];
const STRONG_DIGESTS = ["SHA-256", "SHA-384", "SHA-512"];

/** A form of GeneralName (RFC 5280 section 4.2.1.6), e.g. "dNSName". */
export type NameForm = keyof GeneralName;

/** Subtrees of a nameConstraints extension (RFC 5280 section 4.2.1.10). */
export interface NameLimits {
  /** dNSNames, lower case. */
  readonly permitted: readonly string[];
  readonly excluded: readonly string[];
  /** Other forms that it limits too; not evaluated here. */
  readonly otherForms: readonly NameForm[];
}

/** What a certificate's extensions say. */
export interface CertificateProfile {
  /** dNSName entries of subjectAltName, lower case. */
  readonly dnsNames: readonly string[];
  /** Forms of all names that it carries, those of its subject included. */
  readonly nameForms: readonly NameForm[];
  readonly isAuthority: boolean;
  /** Undefined: no limit. */
  readonly pathLength: number | undefined;
  /** digitalSignature of keyUsage, which allows everything when it is absent. */
  readonly maySignHandshakes: boolean;
  /** Undefined: the extension is absent and every purpose is allowed. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly nameLimits: NameLimits | undefined;
  readonly unknownCritical: readonly string[];
}

const formsOf = (name: GeneralName): NameForm[] =>
  (Object.keys(name) as NameForm[]).filter((form) => name[form] !== undefined);

function nameLimits(extension: x509.Extension | null): NameLimits | undefined {
  if (!extension) return undefined;
  const parsed = AsnConvert.parse(extension.value, NameConstraints);
  const [permitted, excluded] = [parsed.permittedSubtrees, parsed.excludedSubtrees].map((trees) =>
    [...(trees ?? [])].map(({ base }) => base),
  );
  const dnsOf = (bases: readonly GeneralName[]): string[] =>
    bases.flatMap(({ dNSName }) => (dNSName === undefined ? [] : [dNSName.toLowerCase()]));
  return {
    permitted: dnsOf(permitted),
    excluded: dnsOf(excluded),
    otherForms: [...permitted, ...excluded].flatMap(formsOf).filter((form) => form !== "dNSName"),
  };
}

export class Certificate {
  readonly #native: X509Certificate;
  #parsed: x509.X509Certificate | undefined;
  #profile: CertificateProfile | undefined;
  readonly publicKey: KeyObject;

  /** @throws Error if `der` is not an X.509 certificate with a key that OpenSSL knows */
  constructor(der: Uint8Array) {
    this.#native = new X509Certificate(Buffer.from(der));
    this.publicKey = this.#native.publicKey;
  }

  get der(): Uint8Array {
    return this.#native.raw;
  }

  get #syntax(): x509.X509Certificate {
    this.#parsed ??= new x509.X509Certificate(this.#native.raw);
    return this.#parsed;
  }

  /** SubjectPublicKeyInfo, DER. */
  get publicKeyInfo(): Uint8Array {
    return Buffer.from(this.#syntax.publicKey.rawData);
  }

  /** For messages only. */
  get subject(): string {
    return this.#native.subject.replaceAll("\n", ", ");
  }

  get notBeforeMs(): number {
    return Date.parse(this.#native.validFrom);
  }

  get notAfterMs(): number {
    return Date.parse(this.#native.validTo);
  }

  get selfIssued(): boolean {
    return this.#native.subject === this.#native.issuer;
  }

  /** What is too weak about its key, or undefined. */
  get weakKey(): string | undefined {
    const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails } = this.publicKey;
    if (EDWARDS_KEYS.includes(type)) return undefined;
    if (type === "ec") {
      const curve = asymmetricKeyDetails?.namedCurve ?? "without a name";
      const bits = Number(/\d{3}/.exec(curve)?.[0] ?? 0);
      return bits < MIN_CURVE_BITS ? `curve ${curve}` : undefined;
    }
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    return bits < MIN_RSA_BITS ? `${type} key of ${bits} bits` : undefined;
  }

  /** What is too weak about the signature on it, or undefined. */
  get weakSignature(): string | undefined {
    const { name, hash } = this.#syntax.signatureAlgorithm as { name: string; hash?: { name: string } };
    if (EDWARDS_KEYS.includes(name.toLowerCase()) || STRONG_DIGESTS.includes(hash?.name ?? ""))
      return undefined;
    return `signature by ${[name, hash?.name].filter((part) => part !== undefined).join(" with ")}`;
  }

  /** @throws Error if an extension cannot be read */
  get profile(): CertificateProfile {
    this.#profile ??= readProfile(this.#syntax);
    return this.#profile;
  }

  /**
   * Whether `issuer`'s name and key identifier fit, its keyUsage lets it sign certificates, and its key made the
   * signature.
   */
  isIssuedBy(issuer: Certificate): boolean {
    return this.#native.checkIssued(issuer.#native) && this.#native.verify(issuer.publicKey);
  }

  isSignedBy(key: KeyObject): boolean {
    return this.#native.verify(key);
  }
}

function readProfile(certificate: x509.X509Certificate): CertificateProfile {
  const constraints = certificate.getExtension<x509.BasicConstraintsExtension>(BASIC_CONSTRAINTS);
  const keyUsage = certificate.getExtension<x509.KeyUsagesExtension>(KEY_USAGE)?.usages;
  const extendedKeyUsage = certificate.getExtension<x509.ExtendedKeyUsageExtension>(EXTENDED_KEY_USAGE);
  const alternative = certificate.getExtension(SUBJECT_ALTERNATIVE_NAME);
  const names = alternative ? [...AsnConvert.parse(alternative.value, SubjectAlternativeName)] : [];
  const subject = certificate.subjectName;
  return {
    dnsNames: names.flatMap(({ dNSName }) => (dNSName === undefined ? [] : [dNSName.toLowerCase()])),
    nameForms: [
      ...names.flatMap(formsOf),
      ...(subject.toString() === "" ? [] : (["directoryName"] as const)),
      ...(subject.getField(MAIL_ATTRIBUTE).length === 0 ? [] : (["rfc822Name"] as const)),
    ],
    isAuthority: constraints?.ca ?? false,
    pathLength: constraints?.pathLength,
    maySignHandshakes: keyUsage === undefined || (keyUsage & x509.KeyUsageFlags.digitalSignature) !== 0,
    extendedKeyUsage: extendedKeyUsage?.usages.map(String),
    nameLimits: nameLimits(certificate.getExtension(NAME_CONSTRAINTS)),
    unknownCritical: certificate.extensions.flatMap(({ type, critical }) =>
      critical && !EVALUATED.includes(type) ? [type] : [],
    ),
  };
}

/** @throws Error if `der` is not an X.509 certificate */
export const readCertificate = (der: Uint8Array): Certificate => new Certificate(der);
