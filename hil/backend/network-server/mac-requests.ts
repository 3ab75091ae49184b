/**
 * What the network asks of a device by MAC commands: LoRaWAN L2 1.0.4 and 1.1, section 5. Requests that belong together
 * go in one frame, again and again until an uplink answers one of them; then the next ones go.
 */
import { Cid, type MacCommand, parseMacCommands } from "../../lorawan/index.ts";

/** FOpts has no more octets. */
export const MAX_F_OPTS_OCTETS = 15;

/** How often requests are sent before the device counts as one that does not answer. */
const ATTEMPTS = 3;

/** A request and the answer of the device to it. */
export interface Answered {
  readonly request: MacCommand;
  readonly answer: MacCommand;
}

export type Settlement =
  | { readonly state: "answered"; readonly answered: readonly Answered[] }
  | { readonly state: "given-up"; readonly requests: readonly MacCommand[] }
  | undefined;

interface Requests {
  readonly octets: Uint8Array;
  readonly commands: readonly MacCommand[];
}

export class MacRequests {
  readonly #waiting: Requests[] = [];
  #attempts = 0;
  /** The first of those waiting is with the device. */
  #isSent = false;

  /** @throws RangeError if the octets are no commands to a device, or too many for one frame. */
  add(octets: Uint8Array): void {
    const { commands, rest } = parseMacCommands(octets, "down");
    if (commands.length === 0 || rest.length > 0 || octets.length > MAX_F_OPTS_OCTETS) {
      const shown = Buffer.from(octets).toString("hex").toUpperCase();
      throw new RangeError(
        `"${shown}" must be MAC commands to a device, whole ones of ${MAX_F_OPTS_OCTETS} octets at most`,
      );
    }
    this.#waiting.push({ octets, commands });
  }

  /** What the device has been asked and has not answered: it may go by it already. */
  get asked(): readonly MacCommand[] {
    return this.#isSent ? this.#waiting[0].commands : [];
  }

  /** What goes with the next downlink, which has `room` for it; nothing where it does not fit. */
  take(room: number): Uint8Array {
    const [next] = this.#waiting;
    if (next === undefined || next.octets.length > room) return new Uint8Array();
    this.#isSent = true;
    this.#attempts++;
    return next.octets;
  }

  /** The downlink did not go out. */
  takeBack(): void {
    this.#isSent = false;
    this.#attempts--;
  }

  /** The device rejoins: it has been asked to (1.1, section 5.13), or does so by itself. */
  settleRejoin(): Settlement {
    if (!this.#isSent) return undefined;
    this.#isSent = false;
    const { commands } = this.#waiting[0];
    const request = commands.find(({ cid }) => cid === Cid.forceRejoin);
    if (request === undefined) return undefined;
    this.#waiting.shift();
    this.#attempts = 0;
    return { state: "answered", answered: [{ request, answer: { ...request, payload: new Uint8Array() } }] };
  }

  /** A new uplink came with these commands: what has become of the requests that were sent. */
  settle(uplink: readonly MacCommand[]): Settlement {
    if (!this.#isSent) return undefined;
    this.#isSent = false;
    const { commands } = this.#waiting[0];
    const unused = [...uplink];
    const answered = commands.flatMap((request): Answered[] => {
      const at = unused.findIndex(({ cid }) => cid === request.cid);
      return at < 0 ? [] : [{ request, answer: unused.splice(at, 1)[0] }];
    });
    if (answered.length === 0 && this.#attempts < ATTEMPTS) return undefined;
    this.#waiting.shift();
    this.#attempts = 0;
    return answered.length > 0 ? { state: "answered", answered } : { state: "given-up", requests: commands };
  }
}
