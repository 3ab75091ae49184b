/** The device under test as an image in the flash of an emulated processor. */
import {
  BuildError,
  energyOfRun,
  type Image,
  ReturnAddresses,
  type SourceLine,
  SourceLines,
} from "../../toolchain/image/index.ts";
import { createMachine, type Finding, type ProcessorMachine } from "../emulator/index.ts";
import {
  connect,
  type DebuggedImage,
  type DeviceFinding,
  type DeviceOptions,
  type DeviceUnderTest,
  type Firmware,
  storeFormatOf,
} from "./device.ts";
import type { Check, EnergyOfState, ImageFigures } from "./report/join-report.ts";
import { StateClock } from "./state-times.ts";

/** RAM that must stay free for the application, in octets. */
const RAM_TO_SPARE = 300;

/** Of an image, what runs and what explains it: data alone. */
export type BootableImage = Pick<
  Image,
  "board" | "elf" | "elfPath" | "flash" | "flashBytes" | "ramBytes" | "ramEnd" | "sourceSymbols"
>;

/** An image as firmware that can be booted. */
export function imageFirmware(image: BootableImage): Firmware {
  return { board: image.board, boot: (options) => new ProcessorDevice(image, options) };
}

/** Where in the sources a misuse of the hardware is. */
class Places {
  readonly #lines: SourceLines;
  readonly #returns: ReturnAddresses;

  constructor({ elf, flash }: BootableImage) {
    this.#lines = new SourceLines(elf);
    this.#returns = new ReturnAddresses(elf, flash);
  }

  of({ programCounter, stack }: Finding): Pick<DeviceFinding, "source" | "caller"> {
    if (programCounter === undefined) return {};
    const source = this.#lines.at(programCounter);
    if (source !== undefined && isTypeScript(source)) return { source };
    const behindCalls = stack === undefined ? [] : this.#returns.from(programCounter, stack);
    // The instruction before is the call.
    const addresses = [programCounter, ...behindCalls.map((address) => address - 2)];
    const caller = addresses.flatMap((address) => this.#lines.allAt(address)).find(isTypeScript);
    return { source, caller };
  }
}

function isTypeScript({ file }: SourceLine): boolean {
  return file.endsWith(".ts");
}

class ProcessorDevice implements DeviceUnderTest {
  readonly machine: ProcessorMachine;
  readonly #image: BootableImage;
  readonly #states: StateClock;

  constructor(image: BootableImage, options: DeviceOptions) {
    const { clock, eeprom, watchdogError, crystals, onFinding } = options;
    this.#image = image;
    let places: Places | undefined;
    this.machine = createMachine(image, {
      clock,
      eeprom,
      watchdogError,
      clockErrorPpm: crystals?.crystalPpm,
      onFinding: (finding) => {
        places ??= new Places(image);
        onFinding({ ...finding, ...places.of(finding) });
      },
    });
    const states = new StateClock(this.machine);
    this.#states = states;
    connect(this.machine, image.board, {
      ...options,
      onRadioState: (state) => {
        states.enter(state);
        options.onRadioState?.(state);
      },
    });
  }

  get store(): Uint8Array {
    return storeFormatOf(this.#image.board).unpack(this.machine.eeprom);
  }

  get memory(): ImageFigures {
    const { flashBytes, ramBytes } = this.#image;
    return { flashBytes, ramBytes, stackPeakBytes: this.machine.stackPeakBytes };
  }

  energy(powerDbm: number): readonly EnergyOfState[] | undefined {
    const { board } = this.#image;
    try {
      return energyOfRun(board, powerDbm, this.#states.read());
    } catch (error) {
      if (error instanceof BuildError) return undefined;
      throw error;
    }
  }

  checkMemory(): Check {
    const { ramBytes, stackPeakBytes } = this.memory;
    const available = this.#image.board.ramBytes;
    const spare = available - ramBytes - stackPeakBytes;
    return {
      name: "board: the image leaves RAM to spare",
      ok: spare >= RAM_TO_SPARE,
      detail: `${ramBytes} B of variables and ${stackPeakBytes} B of stack leave ${spare} of ${available} B`,
    };
  }

  readVariable(name: string): Uint8Array {
    const symbol = this.#image.sourceSymbols.get(name);
    if (symbol === undefined)
      throw new Error(`the image has no variable ${name}: the firmware and the rig do not match`);
    return this.machine.readRam(symbol.address, symbol.size);
  }

  debug(): DebuggedImage {
    const { board, elfPath } = this.#image;
    return { board, debugPort: this.machine.debugPort, elfPath };
  }

  close(): void {}
}
