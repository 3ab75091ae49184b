/** A device on a modelled air, with its EEPROM and all that it did there. */
import { Air, airtimeUs, type LoraTransmission } from "../../../../hil/air/index.ts";
import { type Clock, VirtualClock } from "../../../../hil/clock/index.ts";
import { createRadio, type RadioChip, type RadioEvent } from "../../../../hil/emulator/chips/index.ts";
import { parseJoinRequest } from "../../../../hil/lorawan/index.ts";
import { eepromImage } from "../../../../toolchain/provisioning/index.ts";
import { NodeBoard, type NodeBoardOptions } from "./node-board.ts";

const SECOND_NS = 1e9;

export const IDENTITY = {
  joinEui: "70B3D57ED0000001",
  devEui: "0011223344556677",
  nwkKey: Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i),
  appKey: Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i),
};

/** A sequence that is the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
}

export interface Uplink {
  readonly transmission: LoraTransmission;
  readonly endNs: number;
}

export class Bench {
  readonly clock = new VirtualClock();
  readonly air = new Air({ clock: this.clock, random: seeded(1) });
  readonly eeprom = eepromImage(IDENTITY, 1024);
  readonly findings: string[] = [];
  readonly events: RadioEvent[] = [];
  readonly uplinks: Uplink[] = [];
  readonly lines: string[] = [];
  /** What the network does at the end of an uplink. */
  onUplink: (uplink: Uplink) => void = () => {};
  /** Sees what the device's radio does. */
  onEvent: (event: RadioEvent) => void = () => {};
  /** The board that runs, or ran last. */
  board: NodeBoard | undefined;
  #boots = 0;

  /** `radio`: the chip of the device and what is around it, as in `board.json`. */
  constructor(readonly radio: Parameters<typeof createRadio>[0] = { chip: "sx1276" }) {
    this.air.onTransmission((transmission) => {
      if (transmission.modulation !== "lora" || transmission.from === "network") return;
      const uplink = { transmission, endNs: transmission.endNs };
      this.clock.at(transmission.endNs, () => {
        this.uplinks.push(uplink);
        this.onUplink(uplink);
      });
    });
  }

  /** A radio fresh from power-up. */
  addRadio(clock: Clock = this.clock): RadioChip {
    const name = `device, boot ${this.#boots++}`;
    return createRadio(this.radio, {
      clock,
      air: this.air,
      name,
      random: seeded(this.#boots),
      onFinding: (finding) => this.findings.push(finding.message),
      onEvent: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
    });
  }

  /** Switches the device on, under Node, for `durationNs`. */
  run(durationNs: number, options: Partial<NodeBoardOptions> = {}): NodeBoard {
    const radio = this.addRadio();
    const driver = this.radio.chip.startsWith("sx127") ? "sx127x" : "sx126x";
    const board = new NodeBoard({ clock: this.clock, radio, driver, eeprom: this.eeprom, ...options });
    this.board = board;
    board.run(this.clock.nowNs() + durationNs);
    // Without power the chip is off the air.
    radio.reset(true);
    this.lines.push(...board.lines);
    return board;
  }

  /** Sends a downlink in the window that opens `delayS` after the uplink. */
  send(
    uplink: Uplink,
    delayS: number,
    payload: Uint8Array,
    channel?: { frequencyHz: number; sf: number },
  ): void {
    const { frequencyHz, spreadingFactor } = uplink.transmission;
    const sf = channel?.sf ?? spreadingFactor;
    const startNs = uplink.endNs + delayS * SECOND_NS;
    const modulation = {
      bandwidthHz: 125000,
      spreadingFactor: sf,
      codingRate: 1,
      preambleSymbols: 8,
      implicitHeader: false,
      crc: false,
      lowDataRateOptimize: sf >= 11,
    };
    const airtimeNs = Math.round(airtimeUs({ ...modulation, payloadBytes: payload.length }) * 1000);
    this.air.transmit({
      modulation: "lora",
      from: "network",
      frequencyHz: channel?.frequencyHz ?? frequencyHz,
      ...modulation,
      iqInverted: true,
      syncWord: 0x34,
      powerDbm: 14,
      payload,
      startNs,
      endNs: startNs + airtimeNs,
    });
  }

  get devNonces(): number[] {
    return this.uplinks
      .filter((u) => u.transmission.payload[0] === 0)
      .map((u) => parseJoinRequest(u.transmission.payload).devNonce);
  }

  /** When each receive window opened, in microseconds after the end of the uplink before it. */
  get windows(): Array<{ afterUs: number; sf: number; frequencyHz: number }> {
    let endNs = 0;
    const opened = [];
    for (const event of this.events) {
      if (event.type === "tx-done") endNs = event.atNs;
      if (event.type !== "rx-open" || event.spreadingFactor === undefined || endNs === 0) continue;
      opened.push({
        afterUs: (event.atNs - endNs) / 1000,
        sf: event.spreadingFactor,
        frequencyHz: event.frequencyHz,
      });
    }
    return opened;
  }
}
