/** A real board at a serial port: the rig flashes it, resets it by DTR and reads its console. Its power is its own. */
import {
  builtImage,
  FlashError,
  type FlashWish,
  planFlash,
  requireTool,
  runSteps,
  toolFor,
} from "../../toolchain/flash/index.ts";
import type { SerialPort } from "../../toolchain/serial/index.ts";
import type { Firmware } from "./device.ts";
import { closed, type DeviceBody, openConsole, type SerialOptions } from "./device-body.ts";
import { RigError } from "./rig-error.ts";
import type { Site } from "./site.ts";

export interface SerialBodyOptions extends SerialOptions {
  readonly site: Site;
  /** Of the port. */
  readonly path: string;
  readonly firmware: Firmware;
  readonly lorawan: "1.0.4" | "1.1";
  /** Whether the image is to get into the board first. */
  readonly flash: boolean;
}

/** In wall time: a program says that it has begun as soon as it has. The clocks of some boards take two seconds to start. */
const BOOT_LIMIT_MS = 10_000;
/** So long somebody has for pressing the button of a board that DTR does not reset. */
const BUTTON_LIMIT_MS = 30_000;

const BOOT = /^boot LoRaWAN (\S+)$/;

export class SerialBody implements DeviceBody {
  readonly #options: SerialBodyOptions;
  #port!: SerialPort;
  #hasDtr = false;
  /** Known by a pulse of DTR that no `boot` has followed. */
  #ignoresDtr = false;
  #hasSpoken = false;
  #awaited: NodeJS.Timeout | undefined;

  /** Throws RigError where the port cannot be had, or the image does not get into the board. */
  static async open(options: SerialBodyOptions, openPort = openConsole): Promise<SerialBody> {
    const body = new SerialBody(options);
    await body.#open(openPort);
    return body;
  }

  private constructor(options: SerialBodyOptions) {
    this.#options = options;
  }

  /** Whether the board begins anew at `powerOn`: one whose reset nobody reaches goes on from where it is. */
  get beginsAnew(): boolean {
    return this.#hasDtr && !this.#ignoresDtr;
  }

  powerOn(): void {
    if (this.beginsAnew) this.#pulse(false);
    else this.#options.site.note(`${this.#whyNoReset}: the board goes on from where it is`);
  }

  powerOff(): never {
    throw new Error(
      `the board at ${this.#options.path} has its power from elsewhere: the rig cannot take it away`,
    );
  }

  reset(): void {
    if (!this.beginsAnew) throw new Error(`the rig cannot reset the board: ${this.#whyNoReset}`);
    this.#pulse(true);
  }

  readVariable(name: string): never {
    throw new Error(`nobody can look into a board at a serial port, for ${name} either`);
  }

  type(octets: Uint8Array): void {
    this.#port.write(octets);
  }

  /** What may be wrong where nothing has come from the board since it began; undefined where something has. */
  get doubt(): string | undefined {
    if (this.#hasSpoken) return undefined;
    const { path, baud } = this.#options;
    return `nothing has come from the board at ${path}, at ${baud} Bd: has it power, is the image in it, and are TX and RX the right way round?`;
  }

  get #whyNoReset(): string {
    const { path } = this.#options;
    return this.#hasDtr ? `DTR of ${path} does not reset it` : `${path} has no DTR`;
  }

  /** Whether that resets the board shows by what it prints then. `isDemanded`: nothing goes on without. */
  #pulse(isDemanded: boolean): void {
    const { site, path } = this.#options;
    this.#hasSpoken = false;
    clearTimeout(this.#awaited);
    this.#awaited = setTimeout(() => this.#askForButton(isDemanded), BOOT_LIMIT_MS);
    this.#port.reset().catch((error: Error) => site.trouble(`${path}: ${error.message}`));
  }

  #askForButton(isDemanded: boolean): void {
    const { site, path } = this.#options;
    this.#ignoresDtr = true;
    if (this.#hasSpoken && !isDemanded) {
      site.note(
        `${this.#whyNoReset}: the board goes on from where it is. Its reset button has it begin anew`,
        false,
      );
      return;
    }
    const seconds = BUTTON_LIMIT_MS / 1000;
    site.note(
      `the board at ${path} does not begin anew by DTR: press its reset button within ${seconds} s`,
      false,
    );
    this.#awaited = setTimeout(() => {
      const unmoved = `the board at ${path} has not begun anew: DTR does not reset it, and nobody has pressed its button`;
      site.trouble(this.doubt ?? unmoved);
    }, BUTTON_LIMIT_MS);
  }

  async #open(openPort: typeof openConsole): Promise<void> {
    const { site, path, firmware, flash } = this.#options;
    site.keepUpWithTime();
    if (flash) await this.#flash(firmware);
    const options = { ...this.#options, onConsoleLine: (line: string) => this.#heard(line) };
    this.#port = await openPort(path, options);
    site.onClose("the serial port", async () => {
      clearTimeout(this.#awaited);
      await closed(this.#port);
    });
    this.#hasDtr = await this.#port.hasDtr();
  }

  async #flash({ board, image }: Firmware): Promise<void> {
    const { site, path } = this.#options;
    if (image === undefined) {
      throw new RigError(
        "usage",
        `${board.name} runs a Lua program, which is uploaded: do that first, then say --no-flash (flash: false)`,
      );
    }
    // By its boot loader, where that is at this port.
    const wish: FlashWish = image.board.flashing?.avrdude?.bootLoader === undefined ? {} : { port: path };
    try {
      const tool = toolFor(image.board, wish);
      requireTool(tool);
      const { steps } = planFlash(image.board, builtImage(image), wish);
      site.note(`flashes ${board.name} by ${tool}`);
      await runSteps(steps);
      site.note(`${image.flashBytes} B are in ${board.name}`, true);
    } catch (error) {
      throw error instanceof FlashError ? new RigError(error.kind, error.message) : error;
    }
  }

  #heard(line: string): void {
    const { site, path, lorawan, onConsoleLine } = this.#options;
    this.#hasSpoken = true;
    onConsoleLine(line);
    const [, version] = BOOT.exec(line) ?? [];
    if (version !== undefined) clearTimeout(this.#awaited);
    if (version === undefined || version === lorawan) return;
    site.trouble(
      `the board at ${path} has another image: it speaks LoRaWAN ${version}, and the run is for ${lorawan}. Have the rig flash it, or choose --lorawan ${version}`,
    );
  }
}
