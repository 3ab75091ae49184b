/** A running host: lines there and back, each waited for, so that virtual time can stand still meanwhile. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPipes } from "./blocking-pipe.ts";

const LINE_FEED = 0x0a;

export class HostProcess {
  readonly #child: ChildProcess;
  readonly #toHost: number;
  readonly #fromHost: number;
  /** What the host says on its standard error: a file that no longer has a name. */
  readonly #complaints: number;
  readonly #buffer = Buffer.alloc(65536);
  #start = 0;
  #end = 0;

  /** Starts the program. Throws where that is not possible. */
  constructor(path: string, args: readonly string[]) {
    const [there, back] = openPipes();
    this.#toHost = there.writeEnd;
    this.#fromHost = back.readEnd;
    this.#complaints = openNameless();
    this.#child = spawn(path, args, { stdio: [there.readEnd, back.writeEnd, this.#complaints] });
    closeSync(there.readEnd);
    closeSync(back.writeEnd);
    this.#child.unref();
    this.#child.on("error", () => {}); // why the start failed Node tells only later, when nobody waits for it
    if (this.#child.pid === undefined) {
      this.#close();
      throw new Error(`${path} could not be started: its folder may forbid running programs`);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Throws where the host has ended. */
  write(octets: string | Uint8Array): void {
    const data = Buffer.from(octets as string);
    try {
      for (let done = 0; done < data.length; ) done += writeSync(this.#toHost, data, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
      this.#hasEnded();
    }
  }

  /** The next line, without its end. Waits for it. Throws where the host has ended. */
  readLine(): string {
    const parts: string[] = [];
    for (;;) {
      const at = this.#buffer.subarray(0, this.#end).indexOf(LINE_FEED, this.#start);
      const end = at < 0 ? this.#end : at;
      parts.push(this.#buffer.toString("latin1", this.#start, end));
      this.#start = end + 1;
      if (at >= 0) return parts.join("");
      this.#start = 0;
      this.#end = readSync(this.#fromHost, this.#buffer);
      if (this.#end === 0) this.#hasEnded();
    }
  }

  /** Ends the host, wherever it is. */
  kill(): void {
    this.#child.kill("SIGKILL");
    this.#close();
  }

  #close(): void {
    for (const descriptor of [this.#toHost, this.#fromHost, this.#complaints]) closeSync(descriptor);
  }

  #hasEnded(): never {
    // From the beginning: the position in the file is shared with the host, which has left it at the end.
    const octets = Buffer.alloc(4096);
    const complaints = octets
      .toString("utf8", 0, readSync(this.#complaints, octets, 0, octets.length, 0))
      .trim();
    throw new Error(`the Lua host has ended by itself${complaints === "" ? "" : `: ${complaints}`}`);
  }
}

function openNameless(): number {
  const dir = mkdtempSync(join(tmpdir(), "joinery-host-"));
  try {
    return openSync(join(dir, "stderr"), "w+");
  } finally {
    rmSync(dir, { recursive: true });
  }
}
