/** The chain of trust as each validator saw it: from the certificate by TLSA record and signatures to the trust anchor. */
import type { PeerTrust, TrustProof } from "../join-report.ts";
import type { RigRecord } from "../rig-record.ts";
import type { Heading } from "./heading.ts";
import { type Content, type Markup, markup } from "./markup.ts";

/** Of DNSSEC (IANA, DNS Security Algorithm Numbers). */
const ALGORITHMS: Readonly<Record<number, string>> = {
  8: "RSASHA256",
  10: "RSASHA512",
  13: "ECDSAP256SHA256",
  14: "ECDSAP384SHA384",
  15: "ED25519",
  16: "ED448",
};
/** RFC 7218. */
const USAGES = ["PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE"];
const SELECTORS = ["certificate", "public key"];
const MATCHINGS = ["in full", "SHA-256", "SHA-512"];

/** `heading`: of what element its titles are. */
export function trustSection({ trust }: RigRecord, heading: Heading): Markup {
  return markup`<div class="pair">
${judgement("The Network Server judges the Join Server", trust.server, heading)}
${judgement("The Join Server judges the Network Server", trust.client, heading)}
</div>`;
}

function judgement(title: string, peer: PeerTrust, heading: Heading): Markup {
  return markup`<section>
<${heading}>${title}</${heading}>
${verdict(peer)}
${peer.proof === null ? undefined : chain(peer.proof)}
</section>`;
}

function verdict({ accepted, name, reason, tlsa }: PeerTrust): Markup {
  if (accepted === null) return markup`<p class="soft">No connection came so far.</p>`;
  if (accepted)
    return markup`<p><span class="mark">✓</span> accepted <strong>${name}</strong> by TLSA ${tlsa}</p>`;
  return markup`<p class="bad"><span class="mark">✗</span> refused <strong>${name ?? "a peer without a name"}</strong>: ${reason}</p>`;
}

function chain({ certificate, tlsaOwner, tlsaRecords, signatures }: TrustProof): Markup {
  const links: Markup[] = [
    link("certificate", certificate.subject, [
      markup`for ${certificate.dnsNames.join(", ")}, until ${day(certificate.notAfter)}<br>`,
      markup`public key SHA-256 <code>${certificate.publicKeySha256}</code>`,
    ]),
    ...tlsaRecords.map(({ parameters, data }) =>
      link(
        `TLSA ${parameters}`,
        tlsaOwner,
        markup`${inWords(parameters)} <code>${data}</code>${
          data === certificate.publicKeySha256 ? " (the key above)" : undefined
        }`,
      ),
    ),
    ...signatures.map(({ name, type, zone, keyTag, algorithm, expires }) =>
      link(
        `RRSIG of ${type}`,
        shownName(name),
        `signed by zone ${shownName(zone)} with key ${keyTag}, ${ALGORITHMS[algorithm] ?? `algorithm ${algorithm}`}, until ${day(expires)}`,
      ),
    ),
  ];
  const anchor = signatures.at(-1);
  if (anchor !== undefined) {
    links.push(link("trust anchor", `zone ${shownName(anchor.zone)}`, "configured in the resolver"));
  }
  return markup`<ol class="chain">${links}</ol>`;
}

function link(kind: string, name: string, detail: Content): Markup {
  return markup`<li><span class="kind">${kind}</span> <strong>${name}</strong><br><span class="soft">${detail}</span></li>
`;
}

function inWords(parameters: string): string {
  const [usage, selector, matching] = parameters.split(" ").map(Number);
  return `${USAGES[usage] ?? "unknown usage"}, ${SELECTORS[selector] ?? "unknown selector"}, ${MATCHINGS[matching] ?? "unknown matching"}`;
}

function shownName(name: string): string {
  return name === "." ? ". (root)" : name;
}

/** The day of an ISO date. */
function day(date: string): string {
  return date.slice(0, 10);
}
