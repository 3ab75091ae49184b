/**
 * An organisation's own certificate authority (RFC 5280): a root, one intermediate below it that may issue
 * end-entity certificates only (pathLenConstraint 0), and leaf certificates by profile. ECDSA on P-256 with
 * SHA-256 throughout (RFC 5758).
 *
 * No other organisation needs to trust the root: peers find the digest of a leaf or of the intermediate in
 * DNSSEC-signed TLSA records (RFC 6698). Client names carry labels with a leading underscore, which RFC 5280
 * does not allow in a dNSName but which TLSA client identities need and every TLS library accepts.
 */
import "reflect-metadata";
import {
  createPrivateKey,
  createPublicKey,
  type webcrypto as WebCrypto,
  webcrypto,
  X509Certificate,
} from "node:crypto";
import * as x509 from "@peculiar/x509";
import { parseName } from "../dns/index.ts";
import { createKeyPair, type SecretSource } from "../keys/index.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
/** Upper bound of an organisationName and of a commonName (RFC 5280 appendix A.1). */
const MAX_ATTRIBUTE_LENGTH = 64;
const SERIAL_NUMBER_OCTETS = 16;

/** How long certificates are valid. */
export interface Validity {
  /** First instant; certificates count in whole seconds. */
  readonly notBefore: Date;
  /** Length in days of 24 hours. */
  readonly days: number;
}

/** What a TLS end point presents: a key and its certificate, with the way up to the root. */
export interface Credentials {
  /** PKCS#8 PEM. Secret. */
  readonly privateKeyPem: string;
  /** PEM of the leaf, then of the intermediate: what goes over the wire. The root is not in it. */
  readonly chainPem: string;
  /** DER of the leaf, for TLSA records. */
  readonly certificateDer: Uint8Array;
  /** PEM of the root, for peers that validate by PKIX. */
  readonly rootPem: string;
}

/** What a leaf certificate is for. */
export interface LeafRequest {
  /** Human-readable subject, at most 64 characters. */
  readonly commonName: string;
  /** SAN dNSNames, at least one, e.g. `js.join-b.example` or `_ns-client.ns.net-a.example`. */
  readonly dnsNames: readonly string[];
  /** Decides the extended key usage: serverAuth or clientAuth, never both. */
  readonly profile: "server" | "client";
  /** The authority's own validity if not given; must end no later than that. */
  readonly validity?: Validity;
  /** The certificate is for their key, as on a renewal that leaves TLSA records for the key alone; else for a fresh one. */
  readonly renews?: Pick<Credentials, "privateKeyPem">;
}

/** One organisation's authority. Its two private keys cannot be exported. */
export interface Authority {
  readonly rootCertificate: X509Certificate;
  readonly intermediateCertificate: X509Certificate;
  /**
   * Issues a leaf certificate.
   * @throws Error if a name is not a domain name, the commonName is too long, or the validity exceeds the authority's.
   */
  issue(request: LeafRequest): Promise<Credentials>;
}

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly keys: WebCrypto.CryptoKeyPair;
}

function checkAttribute(attribute: string, value: string): void {
  if (value.length === 0 || value.length > MAX_ATTRIBUTE_LENGTH) {
    throw new Error(
      `certificate ${attribute} ${JSON.stringify(value)}: must have 1 to ${MAX_ATTRIBUTE_LENGTH} characters, has ${value.length}`,
    );
  }
}

/** Whole seconds, as certificates hold them. */
function period({ notBefore, days }: Validity): { notBefore: Date; notAfter: Date } {
  const startMs = Math.floor(notBefore.getTime() / 1000) * 1000;
  if (!Number.isFinite(startMs) || !(days > 0)) {
    throw new Error(
      `certificate validity: needs a valid start and a positive number of days, got ${days} days`,
    );
  }
  return { notBefore: new Date(startMs), notAfter: new Date(startMs + Math.round(days * DAY_MS)) };
}

/** A key pair whose private half leaves the process only if `extractable`: fresh, unless it follows from `secrets`. */
async function generateKeys(
  extractable: boolean,
  label: string,
  secrets: SecretSource | undefined,
): Promise<WebCrypto.CryptoKeyPair> {
  const pair = createKeyPair("p256", label, secrets);
  const pkcs8 = pair.privateKey.export({ format: "der", type: "pkcs8" });
  const spki = pair.publicKey.export({ format: "der", type: "spki" });
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, extractable, ["sign"]),
    webcrypto.subtle.importKey("spki", spki, ALGORITHM, true, ["verify"]),
  ]);
  return { privateKey, publicKey };
}

/** 16 octets, positive (RFC 5280 section 4.1.2.2); without a source of secrets the library draws them. */
function serialNumber(label: string, secrets: SecretSource | undefined): string | undefined {
  if (secrets === undefined) return undefined;
  return Buffer.from(secrets(`${label} serial number`, SERIAL_NUMBER_OCTETS)).toString("hex");
}

/** The key pair of a private key in PEM. */
async function keysOf(privateKeyPem: string): Promise<WebCrypto.CryptoKeyPair> {
  const pkcs8 = createPrivateKey(privateKeyPem).export({ format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKeyPem).export({ format: "der", type: "spki" });
  return {
    privateKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", spki, ALGORITHM, true, ["verify"]),
  };
}

/** Subject and authority key identifiers (RFC 5280 sections 4.2.1.1 and 4.2.1.2). */
async function keyIdentifiers(
  subjectKey: WebCrypto.CryptoKey,
  issuerKey: WebCrypto.CryptoKey,
): Promise<x509.Extension[]> {
  return [
    await x509.SubjectKeyIdentifierExtension.create(subjectKey, false, webcrypto),
    await x509.AuthorityKeyIdentifierExtension.create(issuerKey, false, webcrypto),
  ];
}

/** A CA certificate, self-signed without an issuer. */
async function createCaCertificate(options: {
  commonName: string;
  organisation: string;
  validity: Validity;
  pathLength: number;
  secrets: SecretSource | undefined;
  issuer?: Issuer;
}): Promise<Issuer> {
  const { commonName, organisation, secrets } = options;
  checkAttribute("commonName", commonName);
  const label = `certificate ${commonName}`;
  const name: x509.JsonName = [{ O: [organisation] }, { CN: [commonName] }];
  const keys = await generateKeys(false, label, secrets);
  const issuerKeys = options.issuer?.keys ?? keys;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(label, secrets),
      subject: name,
      issuer: options.issuer?.certificate.subjectName ?? name,
      ...period(options.validity),
      publicKey: keys.publicKey,
      signingKey: issuerKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, options.pathLength, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        ...(await keyIdentifiers(keys.publicKey, issuerKeys.publicKey)),
      ],
    },
    webcrypto,
  );
  return { certificate, keys };
}

/**
 * Creates an organisation's root and intermediate.
 * @param options.organisation organisationName of every subject, at most 64 characters
 * @param options.notBefore start of validity of both certificates
 * @param options.days validity of both certificates in days
 * @param options.secrets what keys and serial numbers follow from, those of leaves by their commonName and how often it was issued; fresh ones where not
 * given. Signatures are OpenSSL's, and differ each time.
 * @throws Error if the organisation's name is too long for a certificate
 */
export async function createAuthority(
  options: { readonly organisation: string; readonly secrets?: SecretSource } & Validity,
): Promise<Authority> {
  const { organisation, secrets } = options;
  checkAttribute("organisationName", organisation);
  const common = { organisation, secrets, validity: options };
  const root = await createCaCertificate({
    ...common,
    commonName: `${organisation} Root CA`,
    pathLength: 1,
  });
  const intermediate = await createCaCertificate({
    ...common,
    commonName: `${organisation} Intermediate CA`,
    pathLength: 0,
    issuer: root,
  });

  /** By commonName: a serial number is unique for a CA (RFC 5280 section 4.1.2.2), that of a renewal too. */
  const issued = new Map<string, number>();

  async function issue(request: LeafRequest): Promise<Credentials> {
    checkAttribute("commonName", request.commonName);
    if (request.dnsNames.length === 0) {
      throw new Error(`certificate ${JSON.stringify(request.commonName)}: needs at least one DNS name`);
    }
    const validity = period(request.validity ?? options);
    if (validity.notAfter > intermediate.certificate.notAfter) {
      throw new Error(
        `certificate ${JSON.stringify(request.commonName)}: would outlive its issuer, which ends ${intermediate.certificate.notAfter.toISOString()}`,
      );
    }
    const count = (issued.get(request.commonName) ?? 0) + 1;
    issued.set(request.commonName, count);
    const label = `certificate ${request.commonName}${count === 1 ? "" : ` (${count})`}`;
    const keys = request.renews
      ? await keysOf(request.renews.privateKeyPem)
      : await generateKeys(true, label, secrets);
    const usage =
      request.profile === "server" ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
    const leaf = await x509.X509CertificateGenerator.create(
      {
        serialNumber: serialNumber(label, secrets),
        subject: [{ O: [organisation] }, { CN: [request.commonName] }],
        issuer: intermediate.certificate.subjectName,
        ...validity,
        publicKey: keys.publicKey,
        signingKey: intermediate.keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([usage]),
          new x509.SubjectAlternativeNameExtension(
            request.dnsNames.map((name) => ({ type: "dns", value: parseName(name) })),
          ),
          ...(await keyIdentifiers(keys.publicKey, intermediate.keys.publicKey)),
        ],
      },
      webcrypto,
    );
    const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    return {
      privateKeyPem: `${x509.PemConverter.encode(pkcs8, x509.PemConverter.PrivateKeyTag)}\n`,
      chainPem: `${leaf.toString("pem")}\n${intermediate.certificate.toString("pem")}\n`,
      certificateDer: new Uint8Array(leaf.rawData),
      rootPem: `${root.certificate.toString("pem")}\n`,
    };
  }

  return {
    rootCertificate: new X509Certificate(Buffer.from(root.certificate.rawData)),
    intermediateCertificate: new X509Certificate(Buffer.from(intermediate.certificate.rawData)),
    issue,
  };
}
