/** Name-server tools of others that judge our zones and our server, and a plain query to put questions with. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type DecodedPacket, decode, encode, type RecordType } from "dns-packet";
import type { DnsEndpoint } from "../../../hil/trust/dns/index.ts";

/** Debian package of each tool. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  certtool: "gnutls-bin",
  delv: "bind9-dnsutils",
  "dnssec-dsfromkey": "bind9-utils",
  "dnssec-keygen": "bind9-utils",
  "dnssec-signzone": "bind9-utils",
  "dnssec-verify": "bind9-utils",
  knotd: "knot",
  kzonesign: "knot-dnssecutils",
  "ldns-signzone": "ldnsutils",
  "ldns-verify-zone": "ldnsutils",
  openssl: "openssl",
  unbound: "unbound",
};

export function explain(tool: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return error;
  return new Error(`${tool} is missing; install it with: apt-get install -y ${PACKAGE_OF[tool]}`);
}

/** Runs a tool to its end. @returns its exit code and all it wrote. */
export async function runTool(
  tool: string,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  // Debian keeps some of the tools in sbin, which is not on everybody's path.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  try {
    const { stdout, stderr } = await promisify(execFile)(tool, args, { env });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stdout: string; stderr: string };
    if (typeof failure.code !== "number") throw explain(tool, failure);
    return { code: failure.code, output: failure.stdout + failure.stderr };
  }
}

/** A folder for the files that tools read; `remove` deletes it. */
export class ToolFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), "joinery-judges-"));

  /** @returns the path of the written file. */
  write(name: string, text: string | Uint8Array): string {
    const file = path.join(this.path, name);
    writeFileSync(file, text);
    return file;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** One of 127.0.0.1 that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A validating unbound that forwards everything to one server and trusts one anchor. */
export class Unbound {
  readonly endpoint: DnsEndpoint;
  readonly #process: ChildProcess;
  readonly #control: string;

  private constructor(process: ChildProcess, endpoint: DnsEndpoint, control: string) {
    this.#process = process;
    this.endpoint = endpoint;
    this.#control = control;
  }

  /** @param settings further lines of its `server:` section */
  static async start(
    folder: ToolFolder,
    upstream: DnsEndpoint,
    anchorText: string,
    settings: readonly string[] = [],
  ): Promise<Unbound> {
    const port = await freePort();
    const control = path.join(folder.path, "unbound.control");
    const configuration = folder.write(
      "unbound.conf",
      `server:
  interface: 127.0.0.1
  port: ${port}
  do-daemonize: no
  use-syslog: no
  username: ""
  chroot: ""
  directory: "${folder.path}"
  pidfile: ""
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor-file: "${folder.write("anchor.ds", anchorText)}"
  verbosity: 1
${settings.map((line) => `  ${line}\n`).join("")}remote-control:
  control-enable: yes
  control-interface: "${control}"
  control-use-cert: no
forward-zone:
  name: "."
  forward-addr: ${upstream.host}@${upstream.port}
`,
    );
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
    const child = spawn("unbound", ["-d", "-c", configuration], { env, stdio: ["ignore", "ignore", "pipe"] });
    await new Promise<void>((resolve, reject) => {
      let log = "";
      child.stderr.on("data", (octets) => {
        log += octets;
        if (log.includes("start of service")) resolve();
      });
      child.on("error", (error) => reject(explain("unbound", error)));
      child.on("exit", (code) => reject(new Error(`unbound ended with code ${code}:\n${log}`)));
    });
    return new Unbound(child, { host: "127.0.0.1", port }, control);
  }

  /** Forgets all answers, keys and servers. */
  async flush(): Promise<void> {
    for (const command of ["flush_zone .", "flush_infra all"]) {
      const socket = connect(this.#control).setEncoding("utf8");
      socket.write(`UBCT1 ${command}\n`);
      let answer = "";
      for await (const text of socket) answer += text;
      if (!answer.startsWith("ok")) throw new Error(`unbound: ${command}: ${answer}`);
    }
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, "exit");
    this.#process.kill();
    await exited;
  }
}

/** What a test asks; `udpPayloadSize` undefined means no EDNS. */
export interface TestQuery {
  readonly name: string;
  readonly type: RecordType;
  readonly udpPayloadSize?: number;
  readonly dnssecOk?: boolean;
}

const RECURSION_DESIRED = 0x0100;
const DNSSEC_OK = 0x8000;

export function queryMessage(query: TestQuery): Buffer {
  const { udpPayloadSize, dnssecOk = false } = query;
  return encode({
    type: "query",
    id: 0x4a4f,
    flags: RECURSION_DESIRED,
    questions: [{ name: query.name, type: query.type }],
    additionals:
      udpPayloadSize === undefined
        ? []
        : [
            {
              name: ".",
              type: "OPT",
              udpPayloadSize,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: dnssecOk ? DNSSEC_OK : 0,
              flag_do: dnssecOk,
              options: [],
            },
          ],
  });
}

/** A decoded response; dns-packet's declarations leave out the response code. */
export type TestResponse = DecodedPacket & { rcode: string; octets: Buffer };

export function readResponse(octets: Buffer): TestResponse {
  return { ...(decode(octets) as TestResponse), octets };
}

/** One exchange over UDP. */
export async function askUdp(
  endpoint: DnsEndpoint,
  message: Buffer,
  timeoutMs = 5000,
): Promise<TestResponse> {
  const socket = createSocket("udp4");
  try {
    socket.send(message, endpoint.port, endpoint.host);
    const [octets] = (await once(socket, "message", { signal: AbortSignal.timeout(timeoutMs) })) as [Buffer];
    return readResponse(octets);
  } finally {
    socket.close();
  }
}

/** Sends octets over one TCP connection, piece by piece, and waits for so many responses. */
export async function askTcp(
  endpoint: DnsEndpoint,
  pieces: readonly Buffer[],
  responseCount: number,
): Promise<TestResponse[]> {
  const socket = connect(endpoint.port, endpoint.host);
  socket.setNoDelay(true);
  const responses: TestResponse[] = [];
  try {
    await once(socket, "connect");
    for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
    let received = Buffer.alloc(0);
    for await (const octets of socket) {
      received = Buffer.concat([received, octets]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        responses.push(readResponse(received.subarray(2, end)));
        received = received.subarray(end);
      }
      if (responses.length >= responseCount) break;
    }
    return responses;
  } finally {
    socket.destroy();
  }
}

/** A message as TCP carries it. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
