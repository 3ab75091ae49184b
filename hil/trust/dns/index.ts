/**
 * Embedded authoritative DNS with DNSSEC: zones are created from records, signed, served over UDP and TCP, and
 * exported as master files. `TestRoot` does all of it for a whole name space:
 *
 *     const root = new TestRoot({ zones: [{ origin: "example", records: [] },
 *       { origin: "net-a.example", records: [{ name: "ns.net-a.example", type: "A", data: "127.0.0.1" }] }] });
 *     const { host, port } = await root.listen();   // root.anchor is what a validator trusts
 */
export { AuthoritativeServer, type DnsEndpoint } from "./authoritative-server.ts";
export { compareNames, parseName } from "./domain-name.ts";
export { masterFile } from "./master-file.ts";
export { JOIN_EUI_SUFFIX, joinEuiName, NET_ID_SUFFIX, netIdName } from "./names.ts";
export type { RecordData, RecordType, ResourceRecord, ZoneRecord } from "./record.ts";
export { type SignatureValidity, signZone } from "./sign-zone.ts";
export { TestRoot, type TestRootOptions, type TestZone } from "./test-root.ts";
export { bindTrustAnchors, dsText, type TrustAnchor, trustAnchor } from "./trust-anchor.ts";
export { createZone, type RRset, Zone, type ZoneDescription } from "./zone.ts";
export {
  ALGORITHM,
  type AlgorithmNumber,
  generateZoneKeys,
  type ZoneKey,
  type ZoneKeys,
} from "./zone-key.ts";
