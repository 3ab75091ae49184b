/** TLS for tests: one private authority, mutual TLS by policy pkix, servers on localhost. */
import type { Agent } from "node:https";
import type { ListenOptions } from "../../../../hil/backend/http.ts";
import {
  type Authority,
  createAuthority,
  createDaneAgent,
  createDaneServer,
  type TlsCredentials,
} from "../../../../hil/trust/index.ts";

export const NS_NAME = "_ns-client.ns.net-a.example";
export const AS_NAME = "_as-client.as.net-a.example";

export class Identities {
  readonly #authority: Authority;
  readonly #ca: string;
  readonly #server: TlsCredentials;
  readonly #clients = new Map<string, TlsCredentials>();
  readonly #agents: Agent[] = [];

  private constructor(authority: Authority, server: TlsCredentials & { rootPem: string }) {
    this.#authority = authority;
    this.#ca = server.rootPem;
    this.#server = server;
  }

  static async create(): Promise<Identities> {
    const notBefore = new Date(Date.now() - 60_000);
    const authority = await createAuthority({ organisation: "Test", notBefore, days: 1 });
    const leaf = { commonName: "server", dnsNames: ["localhost"], profile: "server" } as const;
    return new Identities(authority, await authority.issue(leaf));
  }

  /** An agent whose certificate carries `name`. */
  async agent(name: string): Promise<Agent> {
    let credentials = this.#clients.get(name);
    if (!credentials) {
      credentials = await this.#authority.issue({
        commonName: "client",
        dnsNames: [name],
        profile: "client",
      });
      this.#clients.set(name, credentials);
    }
    const agent = createDaneAgent({ credentials, policy: { kind: "pkix", ca: this.#ca } });
    this.#agents.push(agent);
    return agent;
  }

  /** For `listen`: lets every client of the authority in, so that the servers' own checks are what refuses. */
  listenOptions(): ListenOptions {
    return {
      createServer: (listener) =>
        createDaneServer(
          {
            credentials: this.#server,
            policy: { kind: "pkix", ca: this.#ca },
            clientPolicy: { allow: () => true },
          },
          listener,
        ),
    };
  }

  closeAgents(): void {
    for (const agent of this.#agents.splice(0)) agent.destroy();
  }
}
