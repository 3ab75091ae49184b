/** The device under test: one face, whatever body it has. */
import {
  type Board,
  type Image,
  type ProcessorBoard,
  type SourceLine,
  storeLayoutOf,
} from "../../toolchain/image/index.ts";
import { type StoreFormat, storeFormat } from "../../toolchain/provisioning/index.ts";
import type { Air } from "../air/index.ts";
import type { VirtualClock } from "../clock/index.ts";
import { createRadio, type RadioEvent, type RadioState } from "../emulator/chips/index.ts";
import type { DebugPort, Finding, Machine } from "../emulator/index.ts";
import type { Crystals } from "./crystals.ts";
import type { Check, EnergyOfState, MemoryFigures } from "./report/join-report.ts";

/** A misuse of the hardware, and the line of the sources that it came about in, where that is known. */
export interface DeviceFinding extends Finding {
  readonly source?: SourceLine;
  /** Where that is in C: the line of the TypeScript that called it, by as many functions as may be. */
  readonly caller?: SourceLine;
}

/** What a device is connected to, and who hears of it. */
export interface DeviceOptions {
  /** The memory of the board's store, read and written in place. */
  readonly eeprom: Uint8Array;
  readonly clock: VirtualClock;
  readonly air: Air;
  /** The name of its radio on the air; DEVICE_STATION where not given. */
  readonly station?: string;
  readonly random: () => number;
  /** By how much the oscillator of this very device's watchdog is off: 0.07 is 7 % too fast. None if not given. */
  readonly watchdogError?: number;
  /** By how much this device's crystals are off. None if not given. */
  readonly crystals?: Crystals;
  readonly onConsoleLine: (line: string) => void;
  readonly onRadioEvent: (event: RadioEvent) => void;
  readonly onRadioState?: (state: RadioState) => void;
  readonly onFinding: (finding: DeviceFinding) => void;
  /** The program has come to an end that it should not come to, by the way that `trace` tells; it does nothing more. */
  readonly onFailure: (reason: string, trace: readonly string[]) => void;
}

/** Firmware that is built and can be booted. */
export interface Firmware {
  readonly board: Board;
  /** What the flash of a real board is to hold; undefined where it is no image of a processor. */
  readonly image?: Image;
  /** Powers a board with this firmware up at the present instant of the clock. */
  boot(options: DeviceOptions): DeviceUnderTest;
}

/** What a debugger needs of a device: the running program, and the file that explains it. */
export interface DebuggedImage {
  readonly board: ProcessorBoard;
  readonly debugPort: DebugPort;
  readonly elfPath: string;
}

export interface DeviceUnderTest {
  /** The board as a part of the run: time, power, store. */
  readonly machine: Machine;
  /** What the store holds now. */
  readonly store: Uint8Array;
  /** What the firmware takes of the board's memories, as far as the run has come. */
  readonly memory: MemoryFigures;
  /** What the run has drawn so far, with that transmit power; undefined where the board does not say what it draws. */
  energy(powerDbm: number): readonly EnergyOfState[] | undefined;
  /** Whether that leaves what an application needs. */
  checkMemory(): Check;
  /** The octets of a variable of the firmware, named as it is written: "lorawan/session.ts:appSKey". */
  readVariable(name: string): Uint8Array;
  /** The program for a debugger; undefined where it is no image of a processor. The program runs slower from then on. */
  debug(): DebuggedImage | undefined;
  /** The run is over: gives back what the device holds of this computer. */
  close(): void;
}

/** How the store of a board lies in its memory. */
export function storeFormatOf(board: Board): StoreFormat {
  return storeFormat(storeLayoutOf(board), board.eepromBytes);
}

/** The name on the air of the radio of a run's first device. */
export const DEVICE_STATION = "device";

const LINE_FEED = 0x0a;

/** Connects a machine to the run: the board's radio to its pins, its console line by line. */
export function connect(
  machine: Machine,
  board: Board,
  options: Pick<
    DeviceOptions,
    "air" | "station" | "random" | "crystals" | "onConsoleLine" | "onRadioEvent" | "onRadioState"
  >,
): void {
  const { air, station = DEVICE_STATION, random, crystals, onRadioEvent, onRadioState } = options;
  air.setCarrierErrorPpm(station, crystals?.radioCrystalPpm ?? 0);
  const radio = createRadio(board.radio, {
    clock: machine,
    air,
    name: station,
    random,
    onFinding: ({ message }) => machine.report(message),
    onEvent: onRadioEvent,
    onState: onRadioState,
  });
  machine.attachRadio(radio, board.pins);
  let line = "";
  machine.onConsole((octet) => {
    if (octet !== LINE_FEED) {
      line += String.fromCharCode(octet);
      return;
    }
    options.onConsoleLine(line);
    line = "";
  });
}
