/** The denial records of an answer, validated and sorted by the zones that made them. */
import type { Nsec3Data, NsecData } from "dns-packet";
import type { Denial } from "./denial.ts";
import { DnsFailure } from "./failure.ts";
import { canonicalName } from "./names.ts";
import { type Nsec, NsecDenial } from "./nsec.ts";
import { type Nsec3, Nsec3Denial, readNsec3 } from "./nsec3.ts";
import type { DnsMessage, Rrset } from "./rrset.ts";
import type { SecureRrset } from "./secure-rrset.ts";

/** Of more than these only the first are looked at; NXDOMAIN at the end of an alias takes four. */
const MAX_RECORDS = 12;

export interface StatedDenials {
  /** One a zone. */
  readonly denials: readonly Denial[];
  /** What they rest on. */
  readonly support: readonly SecureRrset[];
  /** Of the first record that does not validate: the others count all the same. */
  readonly failure: DnsFailure | undefined;
}

/**
 * Reads an answer's denial records; those without a signature say nothing. It may hold those of several zones, where it followed an alias from one into
 * another.
 * @param validate rejects with DnsFailure
 * @param spendHash see Nsec3Denial
 * @throws DnsFailure of kind limit
 */
export async function statedDenials(
  message: DnsMessage,
  validate: (rrset: Rrset) => Promise<SecureRrset>,
  spendHash: (iterations: number) => void,
): Promise<StatedDenials> {
  const nsecs = new Map<string, Nsec[]>();
  const nsec3s = new Map<string, Nsec3[]>();
  const add = <T>(byZone: Map<string, T[]>, zone: string, record: T): void => {
    byZone.set(zone, [...(byZone.get(zone) ?? []), record]);
  };
  const support: SecureRrset[] = [];
  let failure: DnsFailure | undefined;
  const stated = message.authorities.filter(
    ({ type, signatures }) => (type === "NSEC" || type === "NSEC3") && signatures.length > 0,
  );
  for (const rrset of stated.slice(0, MAX_RECORDS)) {
    try {
      const secure = await validate(rrset);
      support.push(secure);
      const [{ zone }] = secure.chain;
      for (const data of secure.records) {
        if (rrset.type === "NSEC") {
          const { nextDomain, rrtypes } = data as NsecData;
          add(nsecs, zone, { owner: rrset.name, next: canonicalName(nextDomain), types: new Set(rrtypes) });
        } else {
          const record = readNsec3(rrset.name, zone, data as Nsec3Data);
          if (record) add(nsec3s, zone, record);
        }
      }
    } catch (error) {
      if (!(error instanceof DnsFailure) || error.kind === "limit") throw error;
      failure ??= error;
    }
  }
  const denials = [
    ...[...nsecs].map(([zone, records]) => new NsecDenial(zone, records)),
    ...[...nsec3s].map(([zone, records]) => new Nsec3Denial(zone, records, spendHash)),
  ];
  return { denials, support, failure };
}
