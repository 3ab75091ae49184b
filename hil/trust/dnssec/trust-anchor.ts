/**
 * Where trust begins (RFC 4033 section 2), and the files that hold it: DS or DNSKEY records as a zone file has them
 * (unbound's `trust-anchor-file`, the `root.key` of Debian's dns-root-data), BIND's `trust-anchors` statement, and
 * IANA's `root-anchors.xml` (RFC 7958).
 */
import type { DnskeyData } from "dns-packet";
import type { DelegationSigner } from "./keys.ts";
import { canonicalName, nameToWire } from "./names.ts";

/** A zone by its DS, or by its DNSKEY itself. */
export type TrustAnchor = { readonly origin: string } & (
  | { readonly ds: DelegationSigner }
  | { readonly dnskey: Omit<DnskeyData, "key"> & { readonly key: Uint8Array } }
);

/** The only value there is (RFC 4034 section 2.1.2). */
const PROTOCOL = 3;
const DIGEST_OCTETS: Readonly<Record<number, number>> = { 1: 20, 2: 32, 4: 48 };

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, "$1");

function integer(what: string, text: string | undefined, most: number): number {
  if (text === undefined || !/^\d+$/.test(text) || Number(text) > most)
    throw new RangeError(`${what} ${text ?? "is missing"}: a number from 0 to ${most} is needed`);
  return Number(text);
}

function zoneName(text: string): string {
  const origin = canonicalName(unquoted(text));
  nameToWire(origin);
  return origin;
}

function dsAnchor(origin: string, [tag, algorithm, digestType, ...digest]: readonly string[]): TrustAnchor {
  const hex = digest.map(unquoted).join("");
  const type = integer("digest type", digestType, 255);
  const octets = Buffer.from(hex, "hex");
  const expected = DIGEST_OCTETS[type];
  if (hex.length === 0 || octets.length * 2 !== hex.length)
    throw new RangeError(`digest ${hex || "is missing"}: hexadecimal digits are needed, two an octet`);
  if (expected !== undefined && octets.length !== expected)
    throw new RangeError(`digest of ${octets.length} octets; digest type ${type} has ${expected}`);
  return {
    origin: zoneName(origin),
    ds: {
      keyTag: integer("key tag", tag, 0xffff),
      algorithm: integer("algorithm", algorithm, 255),
      digestType: type,
      digest: octets,
    },
  };
}

function dnskeyAnchor(origin: string, [flags, protocol, algorithm, ...key]: readonly string[]): TrustAnchor {
  if (integer("protocol", protocol, 255) !== PROTOCOL)
    throw new RangeError(`protocol ${protocol}: a DNSKEY has protocol ${PROTOCOL}`);
  const base64 = key.map(unquoted).join("");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new RangeError("public key: base64 is needed");
  return {
    origin: zoneName(origin),
    dnskey: {
      flags: integer("flags", flags, 0xffff),
      algorithm: integer("algorithm", algorithm, 255),
      key: Buffer.from(base64, "base64"),
    },
  };
}

/** Records as a zone file has them, one a line; `;` begins a comment, TTL and class may be left out. */
function recordAnchors(text: string): TrustAnchor[] {
  const anchors: TrustAnchor[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const words = line.replace(/;.*/, "").trim().split(/\s+/);
    if (words[0] === "") continue;
    try {
      const rest = words.slice(1);
      while (/^(\d+|IN)$/i.test(rest[0] ?? "")) rest.shift();
      const type = rest.shift()?.toUpperCase();
      const fields = rest.filter((word) => word !== "(" && word !== ")");
      if (type === "DS") anchors.push(dsAnchor(words[0], fields));
      else if (type === "DNSKEY") anchors.push(dnskeyAnchor(words[0], fields));
      else throw new RangeError(`record type ${type ?? "is missing"}: DS or DNSKEY is needed`);
    } catch (error) {
      throw new RangeError(`line ${i + 1}: ${(error as Error).message}`);
    }
  }
  return anchors;
}

/** `trust-anchors { ORIGIN static-ds|initial-ds|static-key|initial-key FIELDS; };`, and the older `trusted-keys`. */
function bindAnchors(text: string): TrustAnchor[] {
  const bare = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|#.*/g, "");
  const body = /(?:trust-anchors|managed-keys|trusted-keys)\s*\{([^}]*)\}/.exec(bare)?.[1] ?? "";
  const anchors: TrustAnchor[] = [];
  for (const entry of body
    .split(";")
    .map((one) => one.trim())
    .filter((one) => one !== "")) {
    const [origin, ...rest] = entry.split(/\s+/);
    const kind = /^[a-z]/i.test(rest[0] ?? "") ? rest.shift() : "static-key";
    try {
      if (kind === "static-ds" || kind === "initial-ds") anchors.push(dsAnchor(origin, rest));
      else if (kind === "static-key" || kind === "initial-key") anchors.push(dnskeyAnchor(origin, rest));
      else throw new RangeError(`${kind}: static-ds, initial-ds, static-key or initial-key is needed`);
    } catch (error) {
      throw new RangeError(`anchor of ${origin}: ${(error as Error).message}`);
    }
  }
  return anchors;
}

/** IANA's form: digests with the time from which, and until which, they hold. */
function ianaAnchors(text: string, now: Date): TrustAnchor[] {
  const zone = /<Zone>\s*([^<\s]+)\s*<\/Zone>/.exec(text)?.[1] ?? ".";
  const anchors: TrustAnchor[] = [];
  for (const [, attributes, body] of text.matchAll(/<KeyDigest([^>]*)>([\s\S]*?)<\/KeyDigest>/g)) {
    const time = (name: string): number | undefined => {
      const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];
      return value === undefined ? undefined : Date.parse(value);
    };
    if ((time("validFrom") ?? 0) > now.getTime() || (time("validUntil") ?? Infinity) <= now.getTime())
      continue;
    const field = (name: string): string =>
      new RegExp(`<${name}>\\s*([^<\\s]*)\\s*</${name}>`).exec(body)?.[1] ?? "";
    anchors.push(dsAnchor(zone, ["KeyTag", "Algorithm", "DigestType", "Digest"].map(field)));
  }
  return anchors;
}

/**
 * The trust anchors of a file, in whichever of the three forms it has.
 * @param file name of the file, for the error
 * @param now which of IANA's anchors hold
 * @throws Error that names file, place and remedy, if an anchor cannot be read or there is none
 */
export function readTrustAnchors(text: string, file: string, now: Date = new Date()): TrustAnchor[] {
  const read = (): TrustAnchor[] => {
    if (/<TrustAnchor[\s>]/.test(text)) return ianaAnchors(text, now);
    if (/^\s*(trust-anchors|managed-keys|trusted-keys)\b/m.test(text)) return bindAnchors(text);
    return recordAnchors(text);
  };
  let anchors: TrustAnchor[];
  try {
    anchors = read();
  } catch (error) {
    throw new Error(`trust anchor file ${file}: ${(error as Error).message}`, { cause: error });
  }
  if (anchors.length === 0)
    throw new Error(
      `trust anchor file ${file}: has no anchor that holds; write one DS or DNSKEY record a line, ` +
        `or give BIND's trust-anchors statement or IANA's root-anchors.xml`,
    );
  return anchors;
}
