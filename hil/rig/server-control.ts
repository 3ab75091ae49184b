/** A server of a run as a process that can be stopped and be slow: what it keeps outlives it. */
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { ListeningServer, ListenOptions } from "../backend/index.ts";
import type { Participant, VirtualClock } from "../clock/index.ts";
import { type Duration, nsOf } from "./duration.ts";

/** A part that has so many things under way; what asks the server is one of them. */
interface Asking {
  readonly pending: number;
  /** Resolves when one of them has come to its end. */
  settled(): Promise<unknown>;
}

/** Wall time after which what has not come to its end is taken for waiting behind what is held back. */
const PATIENCE_MS = 5000;

type CreateServer = ListenOptions["createServer"];

interface ServerControlOptions {
  readonly clock: VirtualClock;
  readonly createServer: CreateServer;
  readonly listen: (createServer: CreateServer) => Promise<ListeningServer>;
}

export class ServerControl {
  readonly #options: ServerControlOptions;
  #listening: ListeningServer | undefined;
  #delayNs = 0;
  /** Requests that wait for their time in virtual time. */
  #held = 0;
  /** What waits for an answer to one of these. */
  #waitingBehind = 0;
  #onHold: (() => void)[] = [];

  constructor(options: ServerControlOptions) {
    this.#options = options;
  }

  /** It listens again. */
  async start(): Promise<void> {
    if (this.#listening !== undefined) return;
    const { createServer, listen } = this.#options;
    this.#listening = await listen((serve) =>
      createServer((request, response, peer) => {
        if (this.#delayNs === 0) serve(request, response, peer);
        else this.#hold(() => serve(request, response, peer), response);
      }),
    );
  }

  /** Nothing listens any more, and open connections end. */
  async stop(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    await listening?.close();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Whoever was connected has to come anew, and meets what it presents now. A server that is stopped stays so. */
  async reconnect(): Promise<void> {
    if (this.#listening !== undefined) await this.restart();
  }

  /** From now on it answers so much later, in the time of the run; "0 s": at once again. */
  delay(by: Duration): void {
    this.#delayNs = nsOf(by);
  }

  /**
   * The parts that ask the server: while it holds requests back, the time of the run goes on for them, and stands for
   * whatever else these parts have under way.
   */
  letTimePassFor(...parts: readonly Asking[]): Participant {
    const pending = () => parts.reduce((sum, part) => sum + part.pending, 0);
    const control = this;
    return {
      get busy() {
        return pending() > control.#held + control.#waitingBehind;
      },
      async idle() {
        while (pending() > control.#held + control.#waitingBehind) {
          const settled = parts.filter((part) => part.pending > 0).map((part) => part.settled());
          const held = new Promise<void>((resolve) => control.#onHold.push(resolve));
          const patience = control.#held > 0 ? delay(PATIENCE_MS, undefined, { ref: false }) : undefined;
          const isStuck = await Promise.race([
            ...settled,
            held,
            ...(patience ? [patience.then(() => true)] : []),
          ]);
          if (isStuck === true) control.#waitingBehind = pending() - control.#held;
        }
      },
    };
  }

  #hold(serve: () => void, response: ServerResponse): void {
    const { clock } = this.#options;
    this.#held++;
    for (const resolve of this.#onHold.splice(0)) resolve();
    const release = () => {
      timer.cancel();
      response.off("close", release);
      this.#held--;
      this.#waitingBehind = 0;
    };
    const timer = clock.at(clock.nowNs() + this.#delayNs, () => {
      release();
      serve();
    });
    // Whoever asked has gone, or the server was stopped.
    response.once("close", release);
  }
}
