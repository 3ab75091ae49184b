/** Certificates with any property, also those that no sound authority would issue. ECDSA P-256. */
import "reflect-metadata";
import { type webcrypto as WebCrypto, webcrypto } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

export const { KeyUsageFlags } = x509;

export interface Made {
  readonly der: Buffer;
  readonly pem: string;
  /** PKCS#8. */
  readonly keyPem: string;
  readonly subject: string;
  readonly keys: WebCrypto.CryptoKeyPair;
}

export interface Wanted {
  readonly subject: string;
  /** Undefined: self-signed. */
  readonly issuer?: Made;
  readonly dnsNames?: readonly string[];
  /** Undefined: no basicConstraints. */
  readonly authority?: { readonly pathLength?: number };
  /** Names of x509.ExtendedKeyUsage. */
  readonly extendedKeyUsage?: readonly ("serverAuth" | "clientAuth")[];
  readonly keyUsage?: number;
  readonly constraints?: { readonly permitted?: readonly string[]; readonly excluded?: readonly string[] };
  readonly unknownCritical?: boolean;
  /** A subjectAltName that is no DER. */
  readonly malformedNames?: boolean;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
}

function nameConstraints({ permitted, excluded }: NonNullable<Wanted["constraints"]>): x509.Extension {
  const trees = (names: readonly string[] | undefined) =>
    names &&
    new GeneralSubtrees(names.map((dNSName) => new GeneralSubtree({ base: new GeneralName({ dNSName }) })));
  const value = new NameConstraints({
    permittedSubtrees: trees(permitted),
    excludedSubtrees: trees(excluded),
  });
  return new x509.Extension("2.5.29.30", true, AsnConvert.serialize(value));
}

export async function makeCertificate(wanted: Wanted): Promise<Made> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const extensions: x509.Extension[] = [];
  if (wanted.authority)
    extensions.push(new x509.BasicConstraintsExtension(true, wanted.authority.pathLength, true));
  if (wanted.dnsNames)
    extensions.push(
      new x509.SubjectAlternativeNameExtension(wanted.dnsNames.map((value) => ({ type: "dns", value }))),
    );
  if (wanted.extendedKeyUsage)
    extensions.push(
      new x509.ExtendedKeyUsageExtension(
        wanted.extendedKeyUsage.map((usage) => x509.ExtendedKeyUsage[usage]),
      ),
    );
  if (wanted.keyUsage !== undefined) extensions.push(new x509.KeyUsagesExtension(wanted.keyUsage, true));
  if (wanted.constraints) extensions.push(nameConstraints(wanted.constraints));
  if (wanted.unknownCritical)
    extensions.push(
      new x509.Extension("1.2.3.4.5", true, AsnConvert.serialize(new OctetString(Buffer.of(1)))),
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
      signingKey: (wanted.issuer?.keys ?? keys).privateKey,
      signingAlgorithm: ALGORITHM,
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
  };
}
