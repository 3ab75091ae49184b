/** How the servers of one organisation prove their names and judge others: DANE, by a resolver of its own. */
import type { Agent } from "node:https";
import type { ListenOptions } from "../backend/index.ts";
import {
  type Credentials,
  createDaneAgent,
  createDaneServer,
  type PeerVerdict,
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

export class OrganisationTls {
  readonly resolver: Resolver;
  readonly address: string;
  readonly onVerdict: OrganisationTlsOptions["onVerdict"];
  readonly #connectTimeoutMs: number;
  readonly #closers: Closers;

  constructor({ resolver, address, connectTimeoutMs, onVerdict, closers }: OrganisationTlsOptions) {
    this.resolver = resolver;
    this.address = address;
    this.onVerdict = onVerdict;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#closers = closers;
  }

  /** For what `party` asks of others; it states no name where none is given. */
  agent(party: Party, credentials: Credentials, clientName: string | undefined): Agent {
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

  /** Has `party` listen for those of the given names. */
  listenOptions(
    party: Party,
    port: number,
    credentials: Credentials,
    clientNames: readonly string[],
  ): ListenOptions {
    const server = {
      credentials,
      resolver: this.resolver,
      clientPolicy: { allow: (name: string) => clientNames.includes(name) },
      onVerdict: (verdict: PeerVerdict) => this.onVerdict(party, verdict),
    };
    return { host: this.address, port, createServer: (listener) => createDaneServer(server, listener) };
  }
}
