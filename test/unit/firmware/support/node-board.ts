/** A board under Node: virtual time, the model of a radio on its bus, an EEPROM that keeps what was written. */

import type { Hal } from "../../../../firmware/hal/index.ts";
import type { VirtualClock } from "../../../../hil/clock/index.ts";
import type { RadioChip } from "../../../../hil/emulator/chips/index.ts";
import { type Choices, loadFirmware, type RadioDriver } from "./instance.ts";

/** Thrown out of the firmware when the board loses its power. */
class PowerCut extends Error {}

export interface NodeBoardOptions {
  readonly clock: VirtualClock;
  readonly radio: RadioChip;
  readonly eeprom: Uint8Array;
  readonly config?: Readonly<Record<string, boolean | number>>;
  /** The driver that belongs to the radio: that of the SX127x where not given. */
  readonly driver?: RadioDriver;
  /** The example application in EU868 where not given. */
  readonly application?: Choices["application"];
  readonly region?: Choices["region"];
  /** Cuts the power right before this store write; Infinity for never. */
  readonly cutAtStoreWrite?: number;
  /** The wires of DIO0 and DIO1 are loose until then. */
  readonly deafUntilNs?: number;
  /** The radio does not answer on its bus until then. */
  readonly muteUntilNs?: number;
  /** How long the store takes for an octet: no time where not given. */
  readonly storeWriteUs?: number;
  /** How long the console takes for a character: no time where not given. */
  readonly consoleWriteUs?: number;
  /** Whether the store ignores writes at that time. */
  readonly storeFails?: (nowNs: number) => boolean;
}

export class NodeBoard implements Hal {
  readonly lines: string[] = [];
  readonly #options: NodeBoardOptions;
  readonly #startNs: number;
  readonly #firmware: (path: string) => Record<string, unknown>;
  #stopNs = 0;
  #events = 0;
  #eventTime = 0;
  #line = "";
  #storeWrites = 0;
  #isOn = true;

  constructor(options: NodeBoardOptions) {
    this.#options = options;
    this.#startNs = options.clock.nowNs();
    const { driver, application, region } = options;
    this.#firmware = loadFirmware(options.config, { driver, application, region });
    options.radio.onDio((dio, level) => {
      if (!level || dio > 1 || !this.#isOn) return;
      if (options.clock.nowNs() < (options.deafUntilNs ?? 0)) return;
      this.#events |= 1 << dio;
      this.#eventTime = this.now();
    });
  }

  /** How often the store was written. */
  get storeWrites(): number {
    return this.#storeWrites;
  }

  /** A module of the running device. */
  module<T>(path: string): T {
    return this.#firmware(path) as T;
  }

  /** Switches the board on without its program: what is called of its modules has power until `untilNs`. */
  switchOn(untilNs: number): void {
    this.#stopNs = untilNs;
    const { bindHal } = this.#firmware("hal/index.ts") as { bindHal(hal: Hal): void };
    bindHal(this);
  }

  /**
   * Switches the board on and runs it until the power goes, at `untilNs` or at a store write. Says whether the store
   * took it.
   */
  run(untilNs: number): void {
    this.switchOn(untilNs);
    const { main } = this.#firmware("main.ts") as { main(): void };
    try {
      main();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    } finally {
      this.#isOn = false;
    }
  }

  now(): number {
    return Math.floor((this.#options.clock.nowNs() - this.#startNs) / 1000) >>> 0;
  }

  sleepUntil(deadline: number): void {
    const { clock } = this.#options;
    const leftUs = (deadline - this.now()) | 0;
    if (this.#events !== 0 || leftUs <= 0) {
      // Standing still would hang the test where the device waits for something that never comes.
      clock.advanceTo(clock.nowNs() + 1000);
      return;
    }
    const targetNs = clock.nowNs() + leftUs * 1000;
    while (this.#events === 0 && clock.nowNs() < targetNs) {
      if (clock.nowNs() >= this.#stopNs) throw new PowerCut();
      clock.advanceTo(Math.min(targetNs, Math.max(clock.nextNs, clock.nowNs()), this.#stopNs));
    }
  }

  radioReset(asserted: boolean): void {
    this.#options.radio.reset(asserted);
  }

  radioSelect(selected: boolean): void {
    this.#options.radio.select(selected);
  }

  radioTransfer(out: number): number {
    const { clock, radio, muteUntilNs = 0 } = this.#options;
    return clock.nowNs() < muteUntilNs ? 0xff : radio.transfer(out);
  }

  /** A look at the pin takes a microsecond. */
  radioBusy(): boolean {
    const { clock, radio } = this.#options;
    clock.advanceTo(clock.nowNs() + 1000);
    return radio.busy === true;
  }

  radioEvents(): number {
    const events = this.#events;
    this.#events = 0;
    return events;
  }

  radioEventTime(): number {
    return this.#eventTime;
  }

  storeRead(address: number): number {
    return this.#options.eeprom[address];
  }

  storeWrite(address: number, value: number): void {
    if (this.#storeWrites === (this.#options.cutAtStoreWrite ?? Number.POSITIVE_INFINITY)) {
      // The cell may hold anything after an interrupted write.
      this.#options.eeprom[address] = value & 0x5a;
      throw new PowerCut();
    }
    this.#storeWrites++;
    this.#pass(this.#options.storeWriteUs);
    if (this.#options.storeFails?.(this.#options.clock.nowNs())) return;
    this.#options.eeprom[address] = value;
  }

  consoleWrite(character: number): void {
    this.#pass(this.#options.consoleWriteUs);
    if (character !== 0x0a) {
      this.#line += String.fromCharCode(character);
      return;
    }
    this.lines.push(this.#line);
    this.#line = "";
  }

  /** The processor waits. */
  #pass(us = 0): void {
    const { clock } = this.#options;
    if (us > 0) clock.advanceTo(clock.nowNs() + us * 1000);
  }

  batteryLevel(): number {
    return 255;
  }
}
