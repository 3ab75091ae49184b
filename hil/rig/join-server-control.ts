/** The Join Server of a run as a process that can be stopped and be slow: its database outlives it. */
import type { ListeningServer, ListenOptions } from "../backend/index.ts";
import type { Participant, VirtualClock } from "../clock/index.ts";
import { type Duration, nsOf } from "./duration.ts";

type CreateServer = ListenOptions["createServer"];

interface JoinServerControlOptions {
  readonly clock: VirtualClock;
  readonly createServer: CreateServer;
  readonly listen: (createServer: CreateServer) => Promise<ListeningServer>;
}

export class JoinServerControl {
  readonly #options: JoinServerControlOptions;
  #listening: ListeningServer | undefined;
  #delayNs = 0;
  /** Requests that wait for their time in virtual time. */
  #held = 0;
  #onHold: (() => void)[] = [];

  constructor(options: JoinServerControlOptions) {
    this.#options = options;
  }

  /** It listens again. */
  async start(): Promise<void> {
    if (this.#listening !== undefined) return;
    const { createServer, listen } = this.#options;
    this.#listening = await listen((serve) =>
      createServer((request, response, peer) => {
        if (this.#delayNs === 0) serve(request, response, peer);
        else this.#hold(() => serve(request, response, peer));
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

  /** From now on it answers so much later, in the time of the run; "0 s": at once again. */
  delay(by: Duration): void {
    this.#delayNs = nsOf(by);
  }

  /** A part that asks the Join Server: while that holds a request back, the time of the run goes on. */
  letTimePassFor(part: Participant): Participant {
    const control = this;
    return {
      get busy() {
        return part.busy && control.#held === 0;
      },
      async idle() {
        await Promise.race([part.idle(), new Promise<void>((resolve) => control.#onHold.push(resolve))]);
      },
    };
  }

  #hold(serve: () => void): void {
    const { clock } = this.#options;
    this.#held++;
    for (const resolve of this.#onHold.splice(0)) resolve();
    clock.at(clock.nowNs() + this.#delayNs, () => {
      this.#held--;
      serve();
    });
  }
}
