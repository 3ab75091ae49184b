/**
 * A gateway on the modelled air: a radio, and a forwarder that speaks the protocol of a server over real sockets.
 *
 * In lockstep it is busy from each message to the server's acknowledgement, so that virtual time waits for the server.
 */
import type { Air } from "../air/index.ts";
import type { Clock, Participant } from "../clock/index.ts";
import type { HeardPacket } from "./concentrator.ts";
import type { CounterChoice } from "./counter.ts";
import { GatewayRadio } from "./gateway-radio.ts";
import type { Gps } from "./gps.ts";

/** The protocol side of a gateway: carries what the radio hears to a server, and has the radio send what comes back. */
export interface Forwarder extends Participant {
  /** Resolves when the server has answered and the radio listens. Rejects where nobody answers. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The server has not answered, or is gone: `idle` says how. */
  readonly failed: boolean;
  /** The radio has heard a packet. */
  heard(packet: HeardPacket): void;
}

export interface VirtualGatewayOptions {
  readonly clock: Clock;
  readonly air: Air;
  /** 16 hexadecimal digits. */
  readonly eui: string;
  /** Its GPS receiver; without one it sends no beacons, and nothing at a GPS time. */
  readonly gps?: Gps;
  /** The clock of its concentrator, where that is not the run's; GPS keeps it from drifting. */
  readonly counter?: CounterChoice;
  /** How much later than it could it hands on what it has heard; at once where not given. */
  readonly backhaulNs?: number;
  /** `udpForwarder` or `stationForwarder`. */
  readonly forwarder: (radio: GatewayRadio) => Forwarder;
  /** Told of what comes from the server, cannot be served, and has no answer in the protocol. */
  readonly onWarning?: (message: string) => void;
}

export class VirtualGateway implements Participant {
  /** Upper case; also the station's name on the air. */
  readonly eui: string;
  readonly #radio: GatewayRadio;
  readonly #forwarder: Forwarder;
  #isStarted = false;

  constructor({ clock, air, eui, gps, counter, backhaulNs, forwarder, onWarning }: VirtualGatewayOptions) {
    if (!/^[0-9A-Fa-f]{16}$/.test(eui)) {
      throw new RangeError(`gateway EUI "${eui}" must have 16 hexadecimal digits`);
    }
    this.eui = eui.toUpperCase();
    this.#radio = new GatewayRadio({
      clock,
      air,
      eui: this.eui,
      gps,
      counter: gps === undefined ? counter : { startUs: counter?.startUs },
      onPacket: (packet) => {
        if (backhaulNs === undefined) this.#forwarder.heard(packet);
        else this.#radio.at(clock.nowNs() + backhaulNs, () => this.#forwarder.heard(packet));
      },
      onWarning: (message) => onWarning?.(message),
    });
    this.#forwarder = forwarder(this.#radio);
  }

  get busy(): boolean {
    return this.#forwarder.busy;
  }

  /** The server has not answered, or is gone: `idle` says how. */
  get failed(): boolean {
    return this.#forwarder.failed;
  }

  /** Rejects when the server does not answer: an unreachable server must end a run, not hang it. */
  idle(): Promise<void> {
    return this.#forwarder.idle();
  }

  /** Resolves when the server has answered. */
  async start(): Promise<void> {
    if (this.#isStarted) throw new Error(`gateway ${this.eui} has been started already`);
    this.#isStarted = true;
    try {
      await this.#forwarder.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#radio.stop();
    await this.#forwarder.stop();
  }
}
