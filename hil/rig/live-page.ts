/**
 * A run in a browser while it goes on: the page of its report so far, served on the loopback interface, and again with
 * each step by Server-Sent Events (HTML Living Standard, section 9.2).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AnyReport, livePage } from "./report/html/index.ts";

const HOST = "127.0.0.1";
/** How often a run is looked at. */
const PERIOD_MS = 250;

export class LivePage {
  readonly #server: Server;
  readonly #viewers = new Set<ServerResponse>();
  readonly #first: Promise<void>;
  #viewed = () => {};
  #content = livePage([]);
  #timer: NodeJS.Timeout | undefined;

  /** Listens; port 0 takes a free one. Rejects where the port is taken. */
  static async open(port: number): Promise<LivePage> {
    const page = new LivePage();
    await new Promise<void>((resolve, reject) => {
      page.#server.once("error", reject);
      page.#server.listen(port, HOST, () => resolve());
    });
    return page;
  }

  private constructor() {
    this.#first = new Promise((resolve) => {
      this.#viewed = resolve;
    });
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  get url(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Resolves once somebody watches. */
  watched(): Promise<void> {
    return this.#first;
  }

  /** Shows runs as far as they have come, the last of which goes on, until `show` shows their end. `wanted`: how many there are to be. */
  follow(soFar: () => readonly AnyReport[], wanted = 1): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#put(livePage(soFar(), true, wanted)), PERIOD_MS);
  }

  /** Shows the reports of runs that have ended. */
  show(reports: readonly AnyReport[]): void {
    clearInterval(this.#timer);
    this.#put(livePage(reports));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #put(content: ReturnType<typeof livePage>): void {
    if (content.body === this.#content.body) return;
    this.#content = content;
    for (const viewer of this.#viewers) viewer.write(event(content.body));
  }

  #answer({ method, url, headers }: IncomingMessage, response: ServerResponse): void {
    // A name that leads here from elsewhere is none of ours (DNS rebinding).
    const isOurs = `http://${headers.host}/` === this.url;
    if (!isOurs || method !== "GET" || (url !== "/" && url !== "/events")) {
      response.writeHead(isOurs && method === "GET" ? 404 : 403).end();
      return;
    }
    const common = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
    if (url === "/") {
      response.writeHead(200, { ...common, "content-type": "text/html; charset=utf-8" });
      response.end(this.#content.document);
      return;
    }
    response.writeHead(200, { ...common, "content-type": "text/event-stream" });
    response.write(event(this.#content.body));
    this.#viewers.add(response);
    response.on("close", () => this.#viewers.delete(response));
    this.#viewed();
  }
}

function event(text: string): string {
  return `${text
    .split("\n")
    .map((line) => `data: ${line}`)
    .join("\n")}\n\n`;
}
