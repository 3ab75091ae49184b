/**
 * Zones as master files (RFC 1035 section 5; DNSSEC records by RFC 4034, TLSA by RFC 6698 section 2.2), one
 * record a line with its whole name: what other name servers load and zone checkers read.
 */
import { absoluteText } from "./domain-name.ts";
import type { RecordData, ResourceRecord } from "./record.ts";
import type { Zone } from "./zone.ts";

/** RFC 1035 section 5.1: quoted, with `"`, `\` and everything beyond printable ASCII escaped. */
function characterString(text: string): string {
  let quoted = "";
  for (const octet of Buffer.from(text)) {
    const character = String.fromCharCode(octet);
    if (character === '"' || character === "\\") quoted += `\\${character}`;
    else if (octet < 0x20 || octet > 0x7e) quoted += `\\${String(octet).padStart(3, "0")}`;
    else quoted += character;
  }
  return `"${quoted}"`;
}

function hexadecimal(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex").toUpperCase();
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64");
}

/** RFC 4034 section 3.2: YYYYMMDDHHmmSS in UTC. */
function signatureTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 19).replace(/\D/g, "");
}

function signatureText(data: RecordData["RRSIG"]): string {
  return [
    data.typeCovered,
    data.algorithm,
    data.labels,
    data.originalTTL,
    signatureTime(data.expiration),
    signatureTime(data.inception),
    data.keyTag,
    absoluteText(data.signersName),
    base64(data.signature),
  ].join(" ");
}

function dataText(record: ResourceRecord): string {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.data;
    case "CNAME":
    case "NS":
    case "PTR":
      return absoluteText(record.data);
    case "MX":
      return `${record.data.preference} ${absoluteText(record.data.exchange)}`;
    case "SRV": {
      const { priority, weight, port, target } = record.data;
      return `${priority} ${weight} ${port} ${absoluteText(target)}`;
    }
    case "NAPTR": {
      const { order, preference, flags, services, regexp, replacement } = record.data;
      const strings = [flags, services, regexp].map(characterString).join(" ");
      return `${order} ${preference} ${strings} ${absoluteText(replacement)}`;
    }
    case "SOA": {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      return `${absoluteText(mname)} ${absoluteText(rname)} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    case "TXT":
      return record.data.map(characterString).join(" ");
    case "TLSA": {
      const { usage, selector, matchingType, certificate } = record.data;
      return `${usage} ${selector} ${matchingType} ${hexadecimal(certificate)}`;
    }
    case "DS": {
      const { keyTag, algorithm, digestType, digest } = record.data;
      return `${keyTag} ${algorithm} ${digestType} ${hexadecimal(digest)}`;
    }
    case "DNSKEY":
      // 3 is the protocol, the only value there is (RFC 4034 section 2.1.2).
      return `${record.data.flags} 3 ${record.data.algorithm} ${base64(record.data.key)}`;
    case "NSEC":
      return `${absoluteText(record.data.nextDomain)} ${record.data.rrtypes.join(" ")}`;
    case "RRSIG":
      return signatureText(record.data);
  }
}

/** A record as one line. */
export function recordText(record: ResourceRecord): string {
  return `${absoluteText(record.name)} ${record.ttl} IN ${record.type} ${dataText(record)}\n`;
}

/** The zone's master file, SOA first. */
export function masterFile(zone: Zone): string {
  const others = [...zone.rrsets()].filter((rrset) => rrset !== zone.soa);
  return [zone.soa, ...others]
    .flatMap((rrset) => [...rrset.records, ...rrset.signatures])
    .map(recordText)
    .join("");
}
