/** A tsserver as an editor runs it: requests as lines on its stdin, responses and events back. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type ts from "typescript";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const TSSERVER = join(createRequire(import.meta.url).resolve("typescript"), "..", "tsserver.js");

type Diagnostic = ts.server.protocol.Diagnostic;
/** The protocol's type leaves the source out; the server does not. */
type LineDiagnostic = ts.server.protocol.DiagnosticWithLinePosition & { readonly source?: string };

interface Message {
  readonly type: "response" | "event";
  readonly event?: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}

export class TsServer {
  readonly #process: ChildProcess;
  readonly #listeners = new Set<(message: Message) => void>();
  #sequence = 0;
  #text = "";

  /** `folder` gets a node_modules with this package in it, as an installation would make it. */
  constructor(folder: string, log: string) {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(ROOT, join(folder, "node_modules", "joinery"));
    // Files of the package itself belong to a project without the plugin: these are given it too.
    const probe = [
      "--pluginProbeLocations",
      folder,
      "--globalPlugins",
      "joinery/toolchain/editor/plugin.cjs",
    ];
    const options = ["--disableAutomaticTypingAcquisition", "--logFile", log, "--logVerbosity", "verbose"];
    this.#process = spawn(process.execPath, [TSSERVER, ...probe, ...options], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#process.stdout!.setEncoding("utf8").on("data", (chunk: string) => this.#read(chunk));
  }

  /** Sends a request; the body of its response where it has one. Throws what the server says of its failure. */
  async request(command: string, args: object): Promise<unknown> {
    const seq = ++this.#sequence;
    const answered = this.#next((message) => message.request_seq === seq);
    this.#send(seq, command, args);
    const { success, message, body } = await answered;
    if (!success) throw new Error(`${command}: ${message}`);
    return body;
  }

  /** Requests that have no response. */
  tell(command: string, args: object): void {
    this.#send(++this.#sequence, command, args);
  }

  /** The next event of a kind that `wanted` takes. */
  async event(name: string, wanted: (body: never) => boolean = () => true): Promise<unknown> {
    const message = await this.#next(({ event, body }) => event === name && wanted(body as never));
    return message.body;
  }

  open(file: string, text: string): void {
    this.tell("open", { file, fileContent: text, scriptKindName: "TS" });
  }

  /** Replaces the whole text of an open file. */
  change(file: string, before: string, after: string): void {
    const lines = before.split("\n");
    const end = { endLine: lines.length, endOffset: lines.at(-1)!.length + 1 };
    this.tell("change", { file, line: 1, offset: 1, ...end, insertString: after });
  }

  async semanticDiagnostics(file: string): Promise<readonly LineDiagnostic[]> {
    const args = { file, includeLinePosition: true };
    return (await this.request("semanticDiagnosticsSync", args)) as LineDiagnostic[];
  }

  /** Asks for the errors of a file as editors do, until the compiler's have come: with `wanted`. */
  async errors(
    file: string,
    wanted: (diagnostics: readonly Diagnostic[]) => boolean,
  ): Promise<readonly Diagnostic[]> {
    const found = this.event("semanticDiag", (body: { file: string; diagnostics: Diagnostic[] }) => {
      return body.file === file && wanted(body.diagnostics);
    });
    this.tell("geterr", { files: [file], delay: 0 });
    return ((await found) as { diagnostics: Diagnostic[] }).diagnostics;
  }

  async end(): Promise<void> {
    const ended = new Promise((done) => this.#process.once("exit", done));
    this.tell("exit", {});
    await ended;
  }

  #send(seq: number, command: string, args: object): void {
    this.#process.stdin!.write(`${JSON.stringify({ seq, type: "request", command, arguments: args })}\n`);
  }

  #next(wanted: (message: Message) => boolean): Promise<Message> {
    return new Promise((done) => {
      const listener = (message: Message) => {
        if (!wanted(message)) return;
        this.#listeners.delete(listener);
        done(message);
      };
      this.#listeners.add(listener);
    });
  }

  /** Messages have a header with their length and are JSON on a line of their own. */
  #read(chunk: string): void {
    const lines = (this.#text + chunk).split("\n");
    this.#text = lines.pop()!;
    for (const line of lines.filter((line) => line.startsWith("{"))) {
      const message = JSON.parse(line) as Message;
      for (const listener of [...this.#listeners]) listener(message);
    }
  }
}
