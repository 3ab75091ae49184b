/**
 * JSON messages over a WebSocket, and the certainty that the other end has them: behind a message goes a ping, and its pong
 * says that all before it was taken (RFC 6455, sections 5.5.2 and 5.5.3). Basics Station has no acknowledgements of its own.
 */
import type { WebSocket } from "ws";
import { wideJson } from "./wide-json.ts";

export class WebSocketLink {
  readonly #socket: WebSocket;
  readonly #onAcknowledged: (ping: number) => void;
  #lastPing = 0;
  #acknowledged = 0;

  /** `onAcknowledged` hears of each ping that `send` returned, in their order. */
  constructor(socket: WebSocket, onAcknowledged: (ping: number) => void) {
    this.#socket = socket;
    this.#onAcknowledged = onAcknowledged;
    socket.on("pong", (data: Buffer) => this.#pong(Number(data.toString("latin1"))));
  }

  /** Sends a message without asking whether it comes. */
  tell(message: object): void {
    this.#socket.send(wideJson(message));
  }

  /** Sends a message and returns the number of the ping behind it. */
  send(message: object): number {
    this.tell(message);
    return this.ping();
  }

  ping(): number {
    this.#lastPing++;
    this.#socket.ping(String(this.#lastPing));
    return this.#lastPing;
  }

  /** A peer may leave out the pongs of all pings but the last that it has read. */
  #pong(ping: number): void {
    while (this.#acknowledged < ping && this.#acknowledged < this.#lastPing)
      this.#onAcknowledged(++this.#acknowledged);
  }
}
