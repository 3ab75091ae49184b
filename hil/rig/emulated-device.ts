/** The device under test as an emulated board: its image, its EEPROM, its radio on the air. */
import type { Image } from "../../toolchain/image/index.ts";
import type { Air } from "../air/index.ts";
import type { VirtualClock } from "../clock/index.ts";
import { type RadioEvent, Sx1276 } from "../emulator/chips/index.ts";
import { createMachine, type Finding, type Machine } from "../emulator/index.ts";

export interface EmulatedDeviceOptions {
  readonly image: Image;
  /** Read and written in place, as the board does it. */
  readonly eeprom: Uint8Array;
  readonly clock: VirtualClock;
  readonly air: Air;
  readonly random: () => number;
  readonly onConsoleLine: (line: string) => void;
  readonly onRadioEvent: (event: RadioEvent) => void;
  readonly onFinding: (finding: Finding) => void;
}

/** The name of the device's radio on the air. */
export const DEVICE_STATION = "device";

const LINE_FEED = 0x0a;

export class EmulatedDevice {
  readonly machine: Machine;
  readonly #image: Image;

  constructor(options: EmulatedDeviceOptions) {
    const { image, eeprom, clock, air, random, onFinding } = options;
    this.#image = image;
    this.machine = createMachine(image, { clock, eeprom, onFinding });
    const radio = new Sx1276({
      clock: this.machine,
      air,
      name: DEVICE_STATION,
      random,
      onFinding,
      onEvent: options.onRadioEvent,
    });
    this.machine.attachRadio(radio, image.board.pins);
    let line = "";
    this.machine.onConsole((octet) => {
      if (octet !== LINE_FEED) {
        line += String.fromCharCode(octet);
        return;
      }
      options.onConsoleLine(line);
      line = "";
    });
  }

  /** The octets of a variable of the firmware, named as it is written: "lorawan/session.ts:appSKey". */
  readVariable(name: string): Uint8Array {
    const symbol = this.#image.sourceSymbols.get(name);
    if (symbol === undefined)
      throw new Error(`the image has no variable ${name}: the firmware and the rig do not match`);
    return this.machine.readRam(symbol.address, symbol.size);
  }
}
