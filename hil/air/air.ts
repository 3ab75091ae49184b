/**
 * The channel between radios. It knows who transmits what and when, how strong that arrives at each
 * receiver, and which packets destroy one another. It does not know what a receiver listens to: a
 * packet becomes an `Arrival` at everybody but its sender, and the receiver decides.
 *
 * LoRa packets of one bandwidth and IQ polarity on overlapping channels disturb each other: those of equal spreading factor
 * where they are not 6 dB apart (C. Goursaud and J.-M. Gorce, "Dedicated networks for IoT", 2015; measured: from 1 dB on), all
 * others where one is stronger by what `captureDb` says. One that is sent by several stations at once, as beacons are, does
 * not disturb itself. An FSK packet, which nothing spreads, is disturbed by whatever overlaps it. A carrier without modulation
 * is no packet: nobody receives it, but it disturbs, as long as it lasts.
 *
 * Left out: chirps of other bandwidths or polarity, FSK for a LoRa packet, the sum of several rivals (each is judged
 * alone), what part of the packet a rival covers, fading, and the deafness of a receiver beside a strong neighbour channel.
 */
import type { Clock } from "../clock/index.ts";
import { type Carrier, isWithin, survivesCarrier } from "./carrier.ts";
import {
  CAPTURE_DB,
  captureDb,
  DETECTION_MARGIN_DB,
  FSK_SNR_FLOOR_DB,
  noiseFloorDbm,
  snrFloorDb,
  sumDbm,
} from "./link-budget.ts";
import { type Placement, Propagation, type Shadowing } from "./propagation.ts";
import type { FskTransmission, LoraTransmission, Transmission } from "./transmission.ts";

/** A packet as it comes in at one receiver. */
export interface Arrival<T extends Transmission = Transmission> {
  readonly transmission: T;
  /** Where the receiver finds its carrier: off by the errors of both stations' crystals. */
  readonly frequencyHz: number;
  readonly rssiDbm: number;
  readonly snrDb: number;
  /** Too weak to be noticed at all; between this and the floor it is noticed and comes out broken. */
  readonly detectable: boolean;
}

export function isLora(arrival: Arrival): arrival is Arrival<LoraTransmission> {
  return arrival.transmission.modulation === "lora";
}

export function isFsk(arrival: Arrival): arrival is Arrival<FskTransmission> {
  return arrival.transmission.modulation === "fsk";
}

/** What the demodulator gives out at the end of an arrival. */
export interface Outcome {
  /** Whether the payload is what was sent; if not, its CRC fails where it has one. */
  readonly intact: boolean;
  readonly payload: Uint8Array;
}

export interface Receiver {
  readonly name: string;
  /** Called at the start of each packet of another station, at `arrival.transmission.startNs`. */
  arriving(arrival: Arrival): void;
}

/** Who wants to know what becomes of packets, without being a station. */
export interface AirObserver {
  /** A packet begins, and is to arrive so at these receivers. */
  started(transmission: Transmission, arrivals: readonly (Arrival & { readonly receiver: string })[]): void;
  /** Its transmitter stopped before its end. */
  aborted(transmission: Transmission): void;
  /** A receiver has followed an arrival to its end. */
  followed(arrival: Arrival, intact: boolean): void;
}

/** A fault's verdict on one packet at one receiver. */
export type Disturbance = "lost" | "corrupted";

interface TrackedArrival extends Arrival {
  readonly receiver: string;
  readonly corrupted: boolean;
  /** With how much stronger than each this must be to survive. */
  readonly rivals: { readonly arrival: TrackedArrival; readonly captureDb: number }[];
  /** How strong the carriers arrive that were in its channel. */
  readonly carriersDbm: number[];
}

export class Air {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #receivers = new Set<Receiver>();
  readonly #listeners = new Set<(transmission: Transmission) => void>();
  readonly #observers = new Set<AirObserver>();
  readonly #disturbances = new Set<
    (transmission: Transmission, receiver: string) => Disturbance | undefined
  >();
  readonly #carriers = new Set<Carrier>();
  readonly #propagation: Propagation;
  readonly #carrierErrorPpm = new Map<string, number>();
  #arrivals: TrackedArrival[] = [];

  /** `random` (0..1, seeded) makes the octets of broken packets. `shadowing` is of stations that are placed. */
  constructor(options: { clock: Clock; random: () => number; shadowing?: Shadowing }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#propagation = new Propagation(options.shadowing);
  }

  /** Sets the loss between two stations, both ways. Infinity separates them. */
  setPathLossDb(a: string, b: string, lossDb: number): void {
    this.#propagation.setPathLossDb(a, b, lossDb);
  }

  /** Says where a station is. Throws RangeError for what is no number. */
  place(station: string, placement: Placement): void {
    this.#propagation.place(station, placement);
  }

  /**
   * The crystal of a station's radio is off by so much: what it sends lies that far from where it is meant to, and so does
   * where it listens. Bits and symbols keep their length, which 50 ppm change by less than 0.2 ms a packet.
   */
  setCarrierErrorPpm(station: string, errorPpm: number): void {
    this.#carrierErrorPpm.set(station, errorPpm);
  }

  /**
   * Lets `receiver` hear what starts from now on. Returns what ends it. Receivers of one name are one station with
   * several demodulators: a packet is one arrival to all of them.
   */
  attach(receiver: Receiver): () => void {
    this.#receivers.add(receiver);
    return () => {
      this.#receivers.delete(receiver);
    };
  }

  /** Calls `listener` at the start of every packet, whoever hears it. Returns what ends it. */
  onTransmission(listener: (transmission: Transmission) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Tells `observer` of every packet from now on. Returns what ends it. */
  observe(observer: AirObserver): () => void {
    this.#observers.add(observer);
    return () => {
      this.#observers.delete(observer);
    };
  }

  /**
   * Installs a fault: for each packet and each receiver, `rule` may say that it is lost or corrupted
   * there. Returns what removes it.
   */
  disturb(rule: (transmission: Transmission, receiver: string) => Disturbance | undefined): () => void {
    this.#disturbances.add(rule);
    return () => {
      this.#disturbances.delete(rule);
    };
  }

  /** Puts a packet on the air at its `startNs`: at once when that is now. */
  transmit(transmission: Transmission): void {
    if (!(transmission.endNs > transmission.startNs)) {
      throw new RangeError(
        `transmission of ${transmission.from} ends at ${transmission.endNs} ns, not after its start at ${transmission.startNs} ns`,
      );
    }
    if (transmission.startNs <= this.#clock.nowNs()) this.#start(transmission);
    else this.#clock.at(transmission.startNs, () => this.#start(transmission));
  }

  /** A transmitter stopped before the end of its packet: nobody gets it, and it disturbs no longer. */
  abort(transmission: Transmission): void {
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.transmission !== transmission);
    for (const observer of this.#observers) observer.aborted(transmission);
  }

  /** Puts a carrier on the air, now and until `stopCarrier`. */
  startCarrier(carrier: Carrier): void {
    this.#carriers.add(carrier);
    for (const arrival of this.#arrivals) {
      if (arrival.transmission.endNs > carrier.startNs) this.#overlay(arrival, carrier);
    }
  }

  stopCarrier(carrier: Carrier): void {
    this.#carriers.delete(carrier);
  }

  /** What is arriving at `receiver` at `atNs`, oldest first. */
  arrivals(receiver: string, atNs: number): readonly Arrival[] {
    return this.#arrivals.filter(
      (arrival) => arrival.receiver === receiver && arrival.transmission.endNs > atNs,
    );
  }

  /**
   * What comes out of `arrival` at its end: octets as sent, or broken when it was too weak, when a rival
   * was too strong, or by a fault. Undefined when its transmitter gave up.
   */
  outcome(arrival: Arrival): Outcome | undefined {
    const tracked = this.#arrivals.find((candidate) => candidate === arrival);
    if (tracked === undefined) return undefined;
    const { transmission, rssiDbm, snrDb } = tracked;
    const intact =
      !tracked.corrupted &&
      snrDb >= floorDb(transmission) &&
      tracked.rivals.every(({ arrival: rival, captureDb }) => rssiDbm - rival.rssiDbm >= captureDb) &&
      tracked.carriersDbm.every((carrierDbm) => survivesCarrier(transmission, carrierDbm - rssiDbm));
    for (const observer of this.#observers) observer.followed(arrival, intact);
    return {
      intact,
      payload: intact ? transmission.payload.slice() : this.#broken(transmission.payload),
    };
  }

  /** Power within a channel at `receiver`: thermal noise and whatever arrives in it. */
  powerDbm(receiver: string, channel: { frequencyHz: number; bandwidthHz: number }, atNs: number): number {
    const arriving = this.arrivals(receiver, atNs)
      .filter((arrival) => overlap(arrival.transmission, channel))
      .map((arrival) => arrival.rssiDbm);
    const carriers = [...this.#carriers]
      .filter((carrier) => carrier.from !== receiver && isWithin(carrier, channel))
      .map((carrier) => carrier.powerDbm - this.#lossDb(carrier.from, receiver));
    return sumDbm([noiseFloorDbm(channel.bandwidthHz), ...arriving, ...carriers]);
  }

  #start(transmission: Transmission): void {
    const { startNs, from } = transmission;
    this.#forgetBefore(startNs);
    for (const listener of this.#listeners) listener(transmission);
    const receivers = [...this.#receivers];
    const names = new Set(receivers.map((receiver) => receiver.name));
    const arrivals = [...names].flatMap((name) =>
      name === from ? [] : (this.#arrival(transmission, name) ?? []),
    );
    this.#arrivals.push(...arrivals);
    for (const observer of this.#observers) observer.started(transmission, arrivals);
    for (const arrival of arrivals) {
      for (const receiver of receivers) if (receiver.name === arrival.receiver) receiver.arriving(arrival);
    }
  }

  /** How a packet that begins comes in at a receiver; undefined where a fault takes it away. */
  #arrival(transmission: Transmission, receiver: string): TrackedArrival | undefined {
    const disturbances = [...this.#disturbances].map((rule) => rule(transmission, receiver));
    if (disturbances.includes("lost")) return undefined;
    const rssiDbm = transmission.powerDbm - this.#lossDb(transmission.from, receiver);
    const snrDb = rssiDbm - noiseFloorDbm(transmission.bandwidthHz);
    const arrival: TrackedArrival = {
      receiver,
      transmission,
      frequencyHz: this.#seenHz(transmission, receiver),
      rssiDbm,
      snrDb,
      detectable: snrDb >= floorDb(transmission) - DETECTION_MARGIN_DB,
      corrupted: disturbances.includes("corrupted"),
      rivals: [],
      carriersDbm: [],
    };
    for (const carrier of this.#carriers) this.#overlay(arrival, carrier);
    for (const other of this.#arrivals) {
      if (other.receiver !== receiver || other.transmission.endNs <= transmission.startNs) continue;
      meet(arrival, other);
      meet(other, arrival);
    }
    return arrival;
  }

  /** A carrier is on the air together with an arrival. */
  #overlay(arrival: TrackedArrival, carrier: Carrier): void {
    const { receiver, transmission, carriersDbm } = arrival;
    if (carrier.from === receiver || !isWithin(carrier, transmission)) return;
    carriersDbm.push(carrier.powerDbm - this.#lossDb(carrier.from, receiver));
  }

  #seenHz({ from, frequencyHz }: Transmission, receiver: string): number {
    const [sentPpm = 0, heardPpm = 0] = [from, receiver].map((name) => this.#carrierErrorPpm.get(name));
    return sentPpm === heardPpm ? frequencyHz : (frequencyHz * (1 + sentPpm / 1e6)) / (1 + heardPpm / 1e6);
  }

  #lossDb(a: string, b: string): number {
    return this.#propagation.lossDb(a, b);
  }

  /** Receivers ask for outcomes at the end of a packet, before time moves on: older ones are done with. */
  #forgetBefore(atNs: number): void {
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.transmission.endNs >= atNs);
  }

  #broken(payload: Uint8Array): Uint8Array {
    if (payload.length === 0) return payload.slice();
    const octets = payload.slice();
    const flips = 1 + Math.floor(this.#random() * octets.length);
    for (let flip = 0; flip < flips; flip++) {
      octets[Math.floor(this.#random() * octets.length)] ^= 1 + Math.floor(this.#random() * 255);
    }
    // An even number of equal flips would restore the packet.
    if (octets.every((octet, index) => octet === payload[index])) octets[0] ^= 0xff;
    return octets;
  }
}

/** The least SNR at which a packet comes out as it was sent. */
function floorDb(transmission: Transmission): number {
  return transmission.modulation === "lora" ? snrFloorDb(transmission.spreadingFactor) : FSK_SNR_FLOOR_DB;
}

/** The same channel, near enough for a LoRa demodulator to lock (a quarter of the bandwidth). */
export function sameChannel(
  { transmission, frequencyHz }: Arrival<LoraTransmission>,
  channel: { frequencyHz: number; bandwidthHz: number },
): boolean {
  return (
    transmission.bandwidthHz === channel.bandwidthHz &&
    Math.abs(frequencyHz - channel.frequencyHz) <= channel.bandwidthHz / 4
  );
}

function overlap(transmission: Transmission, channel: { frequencyHz: number; bandwidthHz: number }): boolean {
  return (
    Math.abs(transmission.frequencyHz - channel.frequencyHz) <
    (transmission.bandwidthHz + channel.bandwidthHz) / 2
  );
}

/** Two are on the air at once: what one has to fear of the other. */
function meet(arrival: TrackedArrival, other: TrackedArrival): void {
  const needsDb = marginDb(arrival.transmission, other.transmission);
  if (needsDb !== undefined) arrival.rivals.push({ arrival: other, captureDb: needsDb });
}

/** How much stronger than `rival` a packet must be; undefined where that does it no harm. */
function marginDb(packet: Transmission, rival: Transmission): number | undefined {
  if (!overlap(rival, packet)) return undefined;
  if (packet.modulation === "fsk") return CAPTURE_DB;
  if (rival.modulation !== "lora" || rival.bandwidthHz !== packet.bandwidthHz) return undefined;
  if (rival.iqInverted !== packet.iqInverted || isSame(rival, packet)) return undefined;
  return captureDb(packet.spreadingFactor, rival.spreadingFactor);
}

/** Whether two stations send one and the same. */
function isSame(a: LoraTransmission, b: LoraTransmission): boolean {
  return (
    a.startNs === b.startNs &&
    a.spreadingFactor === b.spreadingFactor &&
    Buffer.compare(a.payload, b.payload) === 0
  );
}
