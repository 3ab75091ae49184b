/** What validation of an RRset gives. */
import type { RecordData } from "./rrset.ts";

/** One signature on the way from the answer to the trust anchor. */
export interface ChainLink {
  readonly name: string;
  readonly type: string;
  /** Apex of the zone that signed. */
  readonly zone: string;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly expiresAtMs: number;
}

export interface SecureRrset {
  readonly name: string;
  /** The type asked for; or CNAME; or DNAME, of a name above the one asked for. */
  readonly type: string;
  readonly records: readonly RecordData[];
  readonly ttlUntilMs: number;
  /** Earliest end of the signatures in `chain`. */
  readonly signedUntilMs: number;
  /** The answer's own signature first. */
  readonly chain: readonly ChainLink[];
}
