/**
 * What a run may leave behind, of itself alone: other tests and other programs run on the same computer. Processes are
 * known by a variable of their environment, which children inherit wherever they end up; temporary files by a folder of
 * the run's own.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MARK = "JOINERY_TEST_RUN";
/** What is killed takes a moment to be gone, on a busy machine a longer one. */
const GONE_WITHIN_MS = 10_000;
const POLL_MS = 50;
/** What tools keep in the folder for temporary files for their own next start. */
const CACHES = /^(tsx-\d+|node-compile-cache)$/;
/** Compiles TypeScript for tsx, as long as the test runs. */
const COMPILER = "esbuild";

const LISTENING = "0A";

export class Leftovers {
  readonly #mark = randomUUID();
  readonly #before = { TMPDIR: process.env.TMPDIR, [MARK]: process.env[MARK] };
  readonly #sockets = openSockets();
  /** Where temporary files go. */
  readonly folder = mkdtempSync(join(tmpdir(), "joinery-leftovers-"));

  /** From now on whatever this process starts, and every temporary file, is watched. */
  constructor() {
    process.env.TMPDIR = this.folder;
    process.env[MARK] = this.#mark;
  }

  /** Processes that were started since, with their arguments, but for those of tools. */
  get processes(): readonly { readonly pid: number; readonly command: string }[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((name) => textOf(`/proc/${name}/environ`).split("\0").includes(`${MARK}=${this.#mark}`))
      .map((name) => ({
        pid: Number(name),
        command: textOf(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim(),
      }))
      .filter(({ command }) => command !== "" && !command.includes(COMPILER));
  }

  /** Waits until nothing is left. Throws AssertionError of what is. */
  async assertNone(): Promise<void> {
    const untilMs = performance.now() + GONE_WITHIN_MS;
    let left = this.#left();
    while (left.length > 0 && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      left = this.#left();
    }
    assert.deepEqual(left, []);
  }

  /** Ends the watch; what is left is taken away. */
  close(): void {
    for (const { pid } of this.processes) process.kill(pid, "SIGKILL");
    for (const [name, value] of Object.entries(this.#before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(this.folder, { recursive: true });
  }

  #left(): string[] {
    return [
      ...this.processes.map(({ pid, command }) => `process ${pid}: ${command}`),
      ...openSockets().filter((socket) => !this.#sockets.includes(socket)),
      ...readdirSync(this.folder)
        .filter((name) => !CACHES.test(name))
        .map((name) => `temporary ${name}`),
    ];
  }
}

/** Sockets of this process that listen, or that take datagrams. Those of others are gone when they are. */
function openSockets(): string[] {
  const own = new Set(
    readdirSync("/proc/self/fd").flatMap((name) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${name}`))?.[1] ?? [];
      } catch {
        return []; // of the reading itself
      }
    }),
  );
  return ["tcp", "tcp6", "udp", "udp6"].flatMap((protocol) =>
    textOf(`/proc/self/net/${protocol}`)
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => own.has(fields[9]) && (protocol.startsWith("udp") || fields[3] === LISTENING))
      .map((fields) => `${protocol} ${fields[1]}`),
  );
}

/** Nothing where the process has ended, or is another user's. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
