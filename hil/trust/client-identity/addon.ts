import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The native side; see addon/client_identity.c. */
export interface ClientIdentityAddon {
  /** `sslCtx` is the V8 external of a SecureContext. With a name it is a client's context, without one a server's. */
  register(sslCtx: unknown, extensionType: number, clientName?: Buffer): void;
  takeClientName(keyingMaterial: Buffer, label: string): Buffer | undefined;
}

/** The extension cannot be had on this machine; the message says why, and what to run. */
export class ClientIdentityUnavailable extends Error {
  override readonly name = "ClientIdentityUnavailable";

  constructor(reason: string) {
    super(`DANE client identity unavailable: ${reason}`);
  }
}

let loaded: ClientIdentityAddon | undefined;

/** The package root: running from dist/ and from the sources, the addon lies at the same place below it. */
function packageRoot(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    if (existsSync(join(dir, "package.json"))) return dir;
    if (dir === dirname(dir)) throw new ClientIdentityUnavailable("no package.json above its module");
  }
}

/**
 * The addon, loaded once.
 * @throws ClientIdentityUnavailable when there is no binary that loads
 */
export function loadAddon(): ClientIdentityAddon {
  if (loaded) return loaded;
  const root = packageRoot();
  const folder = join(root, "hil", "trust", "client-identity", "addon");
  const require = createRequire(import.meta.url);
  const refusals: string[] = [];
  for (const place of ["build", join("prebuilds", `${process.platform}-${process.arch}`)]) {
    const binary = join(folder, place, "client_identity.node");
    if (!existsSync(binary)) continue;
    try {
      loaded = require(binary) as ClientIdentityAddon;
      return loaded;
    } catch (error) {
      refusals.push((error as Error).message);
    }
  }
  throw new ClientIdentityUnavailable(
    `${refusals.join("; ") || "the addon is not built"}; ` +
      `run: node ${join(root, "hil", "trust", "client-identity", "build.mjs")}`,
  );
}
