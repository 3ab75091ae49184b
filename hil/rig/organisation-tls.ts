/** How the servers of one organisation prove their names and judge others: DANE, by a resolver of its own. */
import type { ListenOptions } from "../backend/index.ts";
import type { Participant } from "../clock/index.ts";
import {
  type Credentials,
  createDaneAgent,
  createDaneServer,
  type DaneServer,
  type PeerVerdict,
  type ReloadingAgent,
  type Resolver,
} from "../trust/index.ts";
import type { Closers } from "./closers.ts";
import type { Party } from "./timeline.ts";

interface OrganisationTlsOptions {
  readonly resolver: Resolver;
  /** The loopback address of the run. */
  readonly address: string;
  readonly connectTimeoutMs: number;
  /** What `judge` found out about its peer. */
  readonly onVerdict: (judge: Party, verdict: PeerVerdict) => void;
  readonly closers: Closers;
}

/** As judges of those that connect, its servers are part of the run: one may still judge a client that has hung up. */
export class OrganisationTls implements Participant {
  readonly resolver: Resolver;
  readonly address: string;
  readonly onVerdict: OrganisationTlsOptions["onVerdict"];
  readonly #connectTimeoutMs: number;
  readonly #closers: Closers;
  readonly #servers: DaneServer[] = [];

  constructor({ resolver, address, connectTimeoutMs, onVerdict, closers }: OrganisationTlsOptions) {
    this.resolver = resolver;
    this.address = address;
    this.onVerdict = onVerdict;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#closers = closers;
  }

  get busy(): boolean {
    return this.#servers.some((server) => server.busy);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.idle()));
  }

  /** For what `party` asks of others; it states no name where none is given. */
  agent(party: Party, credentials: Credentials, clientName: string | undefined): ReloadingAgent {
    const made = createDaneAgent({
      credentials,
      clientName,
      resolver: this.resolver,
      connectTimeoutMs: this.#connectTimeoutMs,
      onVerdict: (verdict) => this.onVerdict(party, verdict),
    });
    this.#closers.add(`the connections of the ${party}`, () => made.destroy());
    return made;
  }

  /** Has `party` listen for those of the given names, with what `credentials` are when it begins to. */
  listenOptions(
    party: Party,
    port: number,
    credentials: () => Credentials,
    clientNames: readonly string[],
  ): ListenOptions {
    const server = {
      resolver: this.resolver,
      clientPolicy: { allow: (name: string) => clientNames.includes(name) },
      onVerdict: (verdict: PeerVerdict) => this.onVerdict(party, verdict),
    };
    return {
      host: this.address,
      port,
      createServer: (listener) => {
        const made = createDaneServer({ ...server, credentials: credentials() }, listener);
        // That nothing came for some seconds of wall time is no reason to connect, and to judge, anew.
        made.keepAliveTimeout = 0;
        this.#servers.push(made);
        return made;
      },
    };
  }
}
