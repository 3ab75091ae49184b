/** Certificates with any property, also those that no sound authority would issue. ECDSA P-256, if nothing else is said. */
import "reflect-metadata";
import { type webcrypto as WebCrypto, webcrypto } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const EXPONENT = Uint8Array.of(1, 0, 1);
const DAY_MS = 86_400_000;

export const { KeyUsageFlags } = x509;

export interface Made {
  readonly der: Buffer;
  readonly pem: string;
  /** PKCS#8. */
  readonly keyPem: string;
  readonly subject: string;
  readonly keys: WebCrypto.CryptoKeyPair;
  readonly algorithm: KeyAlgorithm;
}

export interface KeyAlgorithm {
  readonly name: string;
  readonly hash?: string;
}

export const rsa = (modulusLength: number): KeyAlgorithm =>
  ({ name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: EXPONENT, hash: "SHA-256" }) as KeyAlgorithm;

export interface Wanted {
  readonly subject: string;
  /** Undefined: self-signed. */
  readonly issuer?: Made;
  /** Whose key signs in the issuer's place. */
  readonly signer?: Made;
  /** The key pair of another one, as in a cross-certificate. */
  readonly sameKeysAs?: Made;
  readonly algorithm?: KeyAlgorithm;
  /** Of the signature; default SHA-256. */
  readonly hash?: "SHA-1";
  readonly dnsNames?: readonly string[];
  /** Undefined: no basicConstraints. */
  readonly authority?: { readonly pathLength?: number };
  /** Names of x509.ExtendedKeyUsage. */
  readonly extendedKeyUsage?: readonly ("serverAuth" | "clientAuth" | "any")[];
  readonly keyUsage?: number;
  readonly constraints?: {
    readonly permitted?: readonly string[];
    readonly excluded?: readonly string[];
    /** Excludes every address, or every mail box. */
    readonly otherForm?: "address" | "mail";
  };
  readonly addresses?: readonly string[];
  readonly unknownCritical?: boolean;
  /** Subject and authority key identifiers. */
  readonly keyIdentifiers?: boolean;
  /** A subjectAltName that is no DER. */
  readonly malformedNames?: boolean;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
}

const ALL_OF_A_FORM = {
  address: { iPAddress: "0.0.0.0/0.0.0.0" },
  mail: { rfc822Name: "" },
} as const;

function nameConstraints({
  permitted,
  excluded,
  otherForm,
}: NonNullable<Wanted["constraints"]>): x509.Extension {
  const trees = (bases: readonly Partial<GeneralName>[]) =>
    bases.length === 0
      ? undefined
      : new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base: new GeneralName(base) })));
  const dns = (names: readonly string[] | undefined) => (names ?? []).map((dNSName) => ({ dNSName }));
  const value = new NameConstraints({
    permittedSubtrees: trees(dns(permitted)),
    excludedSubtrees: trees([...dns(excluded), ...(otherForm ? [ALL_OF_A_FORM[otherForm]] : [])]),
  });
  return new x509.Extension("2.5.29.30", true, AsnConvert.serialize(value));
}

export async function makeCertificate(wanted: Wanted): Promise<Made> {
  const algorithm = wanted.sameKeysAs?.algorithm ?? wanted.algorithm ?? ALGORITHM;
  const keys =
    wanted.sameKeysAs?.keys ??
    ((await webcrypto.subtle.generateKey(algorithm as typeof ALGORITHM, true, [
      "sign",
      "verify",
    ])) as WebCrypto.CryptoKeyPair);
  const signer = wanted.signer ?? wanted.issuer;
  const extensions: x509.Extension[] = [];
  if (wanted.authority)
    extensions.push(new x509.BasicConstraintsExtension(true, wanted.authority.pathLength, true));
  if (wanted.dnsNames || wanted.addresses)
    extensions.push(
      new x509.SubjectAlternativeNameExtension([
        ...(wanted.dnsNames ?? []).map((value) => ({ type: "dns", value }) as const),
        ...(wanted.addresses ?? []).map((value) => ({ type: "ip", value }) as const),
      ]),
    );
  if (wanted.extendedKeyUsage)
    extensions.push(
      new x509.ExtendedKeyUsageExtension(
        wanted.extendedKeyUsage.map((usage) =>
          usage === "any" ? "2.5.29.37.0" : x509.ExtendedKeyUsage[usage],
        ),
      ),
    );
  if (wanted.keyUsage !== undefined) extensions.push(new x509.KeyUsagesExtension(wanted.keyUsage, true));
  if (wanted.constraints) extensions.push(nameConstraints(wanted.constraints));
  if (wanted.unknownCritical)
    extensions.push(
      new x509.Extension("1.2.3.4.5", true, AsnConvert.serialize(new OctetString(Buffer.of(1)))),
    );
  if (wanted.keyIdentifiers)
    extensions.push(
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      await x509.AuthorityKeyIdentifierExtension.create(
        (wanted.issuer?.keys ?? keys).publicKey,
        false,
        webcrypto,
      ),
    );
  if (wanted.malformedNames)
    extensions.push(new x509.Extension("2.5.29.17", false, Buffer.of(0x30, 0x7f, 1)));
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: `CN=${wanted.subject}`,
      issuer: `CN=${wanted.issuer?.subject ?? wanted.subject}`,
      notBefore: new Date(Date.now() + (wanted.from ?? -1) * DAY_MS),
      notAfter: new Date(Date.now() + (wanted.to ?? 10) * DAY_MS),
      publicKey: keys.publicKey,
      signingKey: (signer?.keys ?? keys).privateKey,
      signingAlgorithm: {
        ...(signer?.algorithm ?? algorithm),
        hash: wanted.hash ?? "SHA-256",
      } as typeof ALGORITHM,
      extensions,
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    der: Buffer.from(certificate.rawData),
    pem: `${certificate.toString("pem")}\n`,
    keyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    subject: wanted.subject,
    keys,
    algorithm,
  };
}
