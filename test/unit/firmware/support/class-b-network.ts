/**
 * A network for class B: beacons at GPS time, answers to what a device asks on its way, and downlinks in its ping
 * slots.
 */
import { airtimeUs, type LoraTransmission } from "../../../../hil/air/index.ts";
import {
  BEACON_PERIOD_S,
  buildBeacon,
  cryptFOpts,
  deviceTimeAns,
  NetworkPlan,
  type ParsedDataFrame,
  parseMacCommands,
  pingSlotInfoAns,
  pingSlotsMs,
  rekeyConf,
} from "../../../../hil/lorawan/index.ts";
import type { Bench, Uplink } from "./bench.ts";
import { DEV_ADDR, Network } from "./network.ts";

/** GPS time at the clock's zero: 28 s before a beacon. */
export const ZERO_S = 1_451_606_400 - 28;
const GPS_EPOCH_MS = Date.UTC(1980, 0, 6);
const LEAP_SECONDS = 18;

/** What becomes of a beacon: a broken one has a wrong CRC. */
export type BeaconFate = "sent" | "none" | "broken" | "wrong time";

export interface ClassBUplink {
  /** Seconds of the run at its end. */
  readonly endS: number;
  readonly classBBit: boolean;
  readonly ack: boolean;
  readonly commands: string;
}

export class ClassBNetwork {
  readonly network: Network;
  readonly plan = new NetworkPlan("EU868");
  readonly uplinks: ClassBUplink[] = [];
  /** By the number of the beacon, the first 0. */
  beaconFate: (index: number) => BeaconFate = () => "sent";
  /** What the network adds to its answer. */
  commandsFor: (uplink: ClassBUplink, index: number) => string = () => "";
  /** Whether PingSlotInfoReq and DeviceTimeReq are answered. */
  answers: (name: string, index: number) => boolean = () => true;
  /** Called after each uplink. */
  onUplink: (uplink: ClassBUplink, index: number) => void = () => {};
  readonly beaconsS: number[] = [];
  readonly #bench: Bench;

  constructor(bench: Bench, options: { readonly lorawan11: boolean }) {
    this.#bench = bench;
    this.network = new Network(bench, { ...options, cfList: false });
    this.network.onData = (uplink, frame) => this.#answer(uplink, this.#commandsOf(frame), frame);
    this.#planBeacon(0);
  }

  #planBeacon(index: number): void {
    const time = (Math.floor(ZERO_S / BEACON_PERIOD_S) + 1 + index) * BEACON_PERIOD_S;
    const startNs = (time - ZERO_S) * 1e9;
    this.#bench.clock.at(startNs, () => {
      this.#planBeacon(index + 1);
      const fate = this.beaconFate(index);
      if (fate === "none") return;
      const told = fate === "wrong time" ? time + 1 : time;
      const payload = buildBeacon(
        { time: told, precision: 0, infoDesc: 0, info: Buffer.alloc(6, index) },
        this.plan.classB.beaconLayout,
      );
      if (fate === "broken") payload[3] ^= 0x10;
      this.beaconsS.push(startNs / 1e9);
      this.#transmit(payload, startNs, { implicitHeader: true, preambleSymbols: 10, iqInverted: false });
    });
  }

  #transmit(
    payload: Uint8Array,
    startNs: number,
    shape: Pick<LoraTransmission, "implicitHeader" | "preambleSymbols" | "iqInverted">,
    frequencyHz = 869_525_000,
    spreadingFactor = 9,
  ): void {
    const modulation = {
      bandwidthHz: 125_000,
      spreadingFactor,
      codingRate: 1,
      crc: false,
      lowDataRateOptimize: spreadingFactor >= 11,
      ...shape,
    };
    const airtimeNs = Math.round(airtimeUs({ ...modulation, payloadBytes: payload.length }) * 1000);
    this.#bench.air.transmit({
      modulation: "lora",
      from: "network",
      ...modulation,
      frequencyHz,
      syncWord: 0x34,
      powerDbm: 14,
      payload,
      startNs,
      endNs: startNs + airtimeNs,
    });
  }

  #commandsOf({ fOpts, fCnt16: fCnt }: ParsedDataFrame): Uint8Array {
    const { keys, isNetwork11 } = this.network;
    if (keys === undefined || !isNetwork11) return fOpts;
    return cryptFOpts({ devAddr: DEV_ADDR, fCnt, counter: "FCntUp" }, keys.nwkSEncKey, fOpts);
  }

  #answer(uplink: Uplink, fOpts: Uint8Array, frame: { classBOrFPending: boolean; ack: boolean }): void {
    const { commands } = parseMacCommands(fOpts, "up");
    const index = this.uplinks.length;
    const seen = {
      endS: uplink.endNs / 1e9,
      classBBit: frame.classBOrFPending,
      ack: frame.ack,
      commands: Buffer.from(fOpts).toString("hex"),
    };
    this.uplinks.push(seen);
    this.onUplink(seen, index);
    const answers = commands.flatMap(({ name }) => {
      if (!this.answers(name, index)) return [];
      if (name === "DeviceTimeReq")
        return [deviceTimeAns(new Date(GPS_EPOCH_MS + (ZERO_S - LEAP_SECONDS) * 1000 + uplink.endNs / 1e6))];
      if (name === "RekeyInd") return [rekeyConf(1)];
      return name === "PingSlotInfoReq" ? [pingSlotInfoAns()] : [];
    });
    const octets = Buffer.concat([...answers, Buffer.from(this.commandsFor(seen, index), "hex")]);
    if (octets.length > 0) this.#bench.send(uplink, 1, this.network.downlink({ commands: octets }));
  }

  /** When the ping slots of the device, or of a group, are from `fromS` to `toS` of the run, in seconds. */
  slotsS(periodicity: number, fromS: number, toS: number, address = DEV_ADDR): number[] {
    const slots: number[] = [];
    const first = Math.floor((ZERO_S + fromS) / BEACON_PERIOD_S) * BEACON_PERIOD_S;
    for (let time = first; time < ZERO_S + toS; time += BEACON_PERIOD_S)
      slots.push(...pingSlotsMs(time, address, periodicity).map((ms) => time - ZERO_S + ms / 1000));
    return slots.filter((slotS) => slotS >= fromS && slotS < toS);
  }

  /** Sends a frame at this second of the run, as in a ping slot. */
  send(
    atS: number,
    phyPayload: () => Uint8Array,
    { frequencyHz, spreadingFactor }: { frequencyHz?: number; spreadingFactor?: number } = {},
  ): void {
    this.#bench.clock.at(Math.round(atS * 1e9), () =>
      this.#transmit(
        phyPayload(),
        Math.round(atS * 1e9),
        { implicitHeader: false, preambleSymbols: 8, iqInverted: true },
        frequencyHz,
        spreadingFactor,
      ),
    );
  }
}
