/**
 * What the two organisations of a run have before anybody is served: certificates, signed zones, and a name server on a
 * loopback address. Most of the time that a run takes to begin goes into it. Runs one after the other may stand on one.
 */
import type { Credentials, TestRoot } from "../trust/index.ts";
import type { Fault } from "./faults.ts";
import {
  type Certificates,
  certificateOf,
  createNameSpace,
  type Issuing,
  issueCertificates,
  PORTS,
  type TrustedParty,
} from "./name-space.ts";
import type { Network } from "./networks.ts";
import { apart } from "./secrets.ts";

export interface FoundationOptions extends Issuing {
  readonly joinEui: string;
  readonly networks: readonly Network[];
  readonly fault?: Fault;
  /** In [0, 1): what the loopback address is drawn from. By itself, as it may take more than one draw. */
  readonly random: () => number;
}

const ADDRESS_ATTEMPTS = 10;

export class Foundation {
  readonly certificates: Certificates;
  readonly root: TestRoot;
  /** The loopback address that name server and servers listen at. */
  readonly address: string;
  readonly #made: Issuing & { readonly networks: readonly Network[] };
  #others: Promise<Certificates> | undefined;

  /**
   * A name server on a loopback address that no other run uses: having its port there is having the address.
   * The address follows from the seed, since reasons may name it, unless another run has it already.
   */
  static async open({ random, ...described }: FoundationOptions): Promise<Foundation> {
    const certificates = await issueCertificates(described.networks, described);
    for (let attempt = 1; ; attempt++) {
      const octet = () => 1 + Math.floor(random() * 254);
      const address = `127.${octet()}.${octet()}.${octet()}`;
      const root = createNameSpace({ ...described, certificates: certificates.published, address });
      try {
        await root.server.listen({ host: address, port: PORTS.dns });
        return new Foundation(described, certificates, root, address);
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
        if (!taken || attempt === ADDRESS_ATTEMPTS) throw error;
      }
    }
  }

  private constructor(
    made: Issuing & { readonly networks: readonly Network[] },
    certificates: Certificates,
    root: TestRoot,
    address: string,
  ) {
    this.#made = made;
    this.certificates = certificates;
    this.root = root;
    this.address = address;
  }

  /** A certificate for the same name that no TLSA record is for. */
  async swapped(party: TrustedParty): Promise<Credentials> {
    const { networks, startedAt, secrets } = this.#made;
    this.#others ??= issueCertificates(networks, { startedAt, secrets: apart(secrets, "swapped") });
    return certificateOf((await this.#others).published, party);
  }

  close(): Promise<void> {
    return this.root.close();
  }
}
