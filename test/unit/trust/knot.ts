/** A Knot name server on a loopback port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { DnsEndpoint } from "../../../hil/trust/dns/index.ts";
import { askUdp, explain, freePort, queryMessage, type ToolFolder } from "./dns-judges.ts";

const READY_WITHIN_MS = 20_000;
const POLL_MS = 50;

export interface ServedZone {
  readonly origin: string;
  /** Absolute path of its master file. */
  readonly file: string;
  /** Further lines of its section in the configuration. */
  readonly settings?: readonly string[];
}

export class Knot {
  readonly endpoint: DnsEndpoint;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, endpoint: DnsEndpoint) {
    this.#process = process;
    this.endpoint = endpoint;
  }

  /** @param more further sections of the configuration, before the zones */
  static async start(folder: ToolFolder, zones: readonly ServedZone[], more = ""): Promise<Knot> {
    const port = await freePort();
    const storage = path.join(folder.path, `knot-${port}`);
    mkdirSync(storage);
    const configuration = folder.write(
      `knot-${port}.conf`,
      `server:
    rundir: ${storage}
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    udp-max-payload: 4096
database:
    storage: ${storage}
log:
  - target: stderr
    any: warning
${more}template:
  - id: default
    storage: ${storage}
    semantic-checks: off
zone:
${zones.map(({ origin, file, settings = [] }) => [`  - domain: ${origin}.`, `    file: ${file}`, ...settings.map((line) => `    ${line}`)].join("\n")).join("\n")}
`,
    );
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
    const child = spawn("knotd", ["-c", configuration], { env, stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    child.stderr.on("data", (octets) => {
      log += octets;
    });
    const failed = new Promise<never>((_, reject) => {
      child.on("error", (error) => reject(explain("knotd", error)));
      child.on("exit", (code) => reject(new Error(`knotd ended with code ${code}:\n${log}`)));
    });
    failed.catch(() => {}); // it ends when the test does
    const knot = new Knot(child, { host: "127.0.0.1", port });
    const loaded = async (): Promise<void> => {
      const deadline = Date.now() + READY_WITHIN_MS;
      for (const { origin } of zones)
        while (!(await knot.#serves(origin))) {
          if (Date.now() > deadline) throw new Error(`knotd does not serve ${origin}:\n${log}`);
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
    };
    try {
      await Promise.race([loaded(), failed]);
    } catch (error) {
      child.kill();
      throw error;
    }
    return knot;
  }

  async #serves(origin: string): Promise<boolean> {
    try {
      const answer = await askUdp(this.endpoint, queryMessage({ name: origin, type: "SOA" }), POLL_MS);
      return answer.rcode === "NOERROR" && answer.answers!.length > 0;
    } catch {
      return false; // not listening yet
    }
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, "exit");
    this.#process.kill();
    await exited;
  }
}
