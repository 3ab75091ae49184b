/**
 * What Join Server and Network Server know each other by, changed in the course of a run: the certificates that they
 * present, and what DNS says of them. With each change caches are forgotten and connections closed, as if what was known
 * before had run out.
 */
import { type Credentials, type TestRoot, tlsaOwner } from "../trust/index.ts";
import type { Foundation } from "./foundation.ts";
import { certificateOf, NAMES, PORTS, type TrustedParty, ZONE_B } from "./name-space.ts";
import { HOME_NETWORK } from "./networks.ts";

interface TrustControlOptions {
  readonly foundation: Foundation;
  /** From now on this is what the party shows. */
  readonly present: (party: TrustedParty, credentials: Credentials) => Promise<void>;
  /** Nobody remembers what was looked up and who was accepted. */
  readonly forget: () => Promise<void>;
}

/** Where a party's TLSA record stands. */
const RECORDS = {
  "join-server": { zone: ZONE_B, owner: tlsaOwner(PORTS.joinServer, NAMES.joinServer) },
  "network-server": { zone: HOME_NETWORK.zone, owner: NAMES.networkServerAsClient },
} as const;

export class TrustControl {
  readonly #with: TrustControlOptions;
  readonly #bogus = new Set<TrustedParty>();

  constructor(options: TrustControlOptions) {
    this.#with = options;
  }

  /** The party presents a certificate that its TLSA record does not name. */
  async swapCertificate(party: TrustedParty): Promise<void> {
    await this.#present(party, await this.#with.foundation.swapped(party));
  }

  /**
   * The party's certificate has run out. Its TLSA record is DANE-EE for the key, which the certificate still has: by
   * RFC 7671, 5.1, the party is accepted all the same.
   */
  async expireCertificate(party: TrustedParty): Promise<void> {
    await this.#present(party, await this.#with.foundation.certificates.expired(party));
  }

  /** The party presents the certificate that its TLSA record names. */
  async restoreCertificate(party: TrustedParty): Promise<void> {
    await this.#present(party, certificateOf(this.#with.foundation.certificates.published, party));
  }

  /** The signature over the party's TLSA record does not fit any more. */
  async spoilDns(party: TrustedParty): Promise<void> {
    this.#bogus.add(party);
    this.#serveZone(party);
    await this.#with.forget();
  }

  /** DNS is as it was. */
  async restoreDns(party: TrustedParty): Promise<void> {
    if (!this.#bogus.delete(party)) return;
    this.#serveZone(party);
    await this.#with.forget();
  }

  /** Leaves the zones as they were found: others may stand on the same foundation. */
  restoreZones(): void {
    for (const party of [...this.#bogus]) {
      this.#bogus.delete(party);
      this.#serveZone(party);
    }
  }

  async #present(party: TrustedParty, credentials: Credentials): Promise<void> {
    await this.#with.present(party, credentials);
    await this.#with.forget();
  }

  #serveZone(party: TrustedParty): void {
    const { zone, owner } = RECORDS[party];
    const root: TestRoot = this.#with.foundation.root;
    root.replaceRecords(zone, root.records(zone));
    if (this.#bogus.has(party)) root.tamper(zone, owner, "TLSA");
  }
}
