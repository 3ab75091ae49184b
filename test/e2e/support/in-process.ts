/**
 * The `joinery` command in the process of the test: what a command does, without the seconds that a process takes to
 * load it. What only a process shows is for `joineryArguments`.
 */
import { runCommand } from "../../../cli/command.ts";
import { ROOT } from "./joinery.ts";

export interface Ended {
  /** The exit code. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  /** The working folder; that of the checkout where none is given. */
  readonly cwd?: string;
  /** The environment variables; those of the test where not given. */
  readonly env?: NodeJS.ProcessEnv;
  /** Sees the text of stderr as it comes. */
  readonly onStderr?: (text: string) => void;
  /** Ctrl-C, where it is aborted. */
  readonly interrupt?: AbortSignal;
}

/**
 * Runs `joinery` with these words to its end. One at a time: the folder, the environment and the streams are the
 * process's.
 */
export async function joinery(
  words: readonly string[],
  { cwd = ROOT, env = process.env, onStderr = () => {}, interrupt }: Surroundings = {},
): Promise<Ended> {
  const before = { cwd: process.cwd(), env: { ...process.env }, exitCode: process.exitCode };
  const others = process.listeners("SIGINT");
  const own = () => process.listeners("SIGINT").filter((listener) => !others.includes(listener));
  interrupt?.addEventListener("abort", () => {
    for (const listener of own()) listener("SIGINT");
  });
  const stdout = new Capture(process.stdout, () => {});
  const stderr = new Capture(process.stderr, onStderr);
  process.chdir(cwd);
  setEnvironment({ ...env });
  process.exitCode = undefined;
  try {
    await runCommand(words);
    return { status: Number(process.exitCode ?? 0), stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.exitCode = before.exitCode;
    setEnvironment(before.env);
    process.chdir(before.cwd);
    stderr.release();
    stdout.release();
    for (const listener of own()) process.removeListener("SIGINT", listener);
  }
}

/** In place: what has a hold of `process.env` sees it, too. */
function setEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) {
    if (env[name] === undefined) delete process.env[name];
  }
  Object.assign(process.env, env);
}

/** Takes what is written to a stream, which is no terminal meanwhile. */
class Capture {
  readonly #stream: NodeJS.WriteStream;
  readonly #write: NodeJS.WriteStream["write"];
  readonly #isTTY: boolean;
  text = "";

  constructor(stream: NodeJS.WriteStream, onText: (text: string) => void) {
    this.#stream = stream;
    this.#write = stream.write;
    this.#isTTY = stream.isTTY;
    stream.isTTY = false;
    stream.write = (chunk: string | Uint8Array) => {
      const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
      this.text += text;
      onText(text);
      return true;
    };
  }

  release(): void {
    this.#stream.write = this.#write;
    this.#stream.isTTY = this.#isTTY;
  }
}
