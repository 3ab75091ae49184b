/** What is behind a device of a spec: an emulated board, or whatever is at a serial port. */
import { openSerialPort, type SerialPort } from "../../toolchain/serial/index.ts";
import type { CutPhase } from "../emulator/index.ts";
import type { DeviceUnderTest, Firmware } from "./device.ts";
import { openPtyPair } from "./pty-pair.ts";
import { RigError } from "./rig-error.ts";
import type { BootOptions, Site } from "./site.ts";

export interface DeviceBody {
  powerOn(): void;
  powerOff(): void;
  /** Types at its console. */
  type(octets: Uint8Array): void;
  /** Whether `powerOn` has its program begin anew. */
  readonly beginsAnew: boolean;
  /** Has its program begin anew where its power is not the rig's. */
  reset?(): void;
  /** What may be wrong with it, as far as it has been heard of; undefined where nothing seems so. */
  readonly doubt?: string;
  /** The board, where this process emulates it: its power is the rig's, and its store is open. */
  readonly emulated?: EmulatedBody;
  /** The octets of a variable of the firmware. Throws where nobody can look into it. */
  readVariable(name: string): Uint8Array;
}

/** A board that this process emulates. */
export class EmulatedBody implements DeviceBody {
  readonly emulated = this;
  readonly beginsAnew = true;
  readonly #site: Site;
  readonly #firmware: Firmware;
  readonly #options: BootOptions;
  #board: DeviceUnderTest | undefined;

  constructor(site: Site, firmware: Firmware, options: BootOptions) {
    this.#site = site;
    this.#firmware = firmware;
    this.#options = options;
  }

  powerOn(): void {
    this.#board ??= this.#site.boot(this.#firmware, this.#options);
    if (!this.#board.machine.powered) this.#board.machine.powerOn();
  }

  powerOff(): void {
    this.#board?.machine.powerOff();
  }

  type(octets: Uint8Array): void {
    this.#board?.machine.consoleInput(octets);
  }

  /** Whether it has power. */
  get isPowered(): boolean {
    return this.#board?.machine.powered === true;
  }

  /** The processor is reset, the radio goes on. False where the board is not modelled so. */
  brownOut(): boolean {
    const machine = this.#board?.machine;
    if (machine?.brownOut === undefined) return false;
    machine.brownOut();
    return true;
  }

  /** The power goes at the `count`th write to the store from now. Throws where the board has had no power yet. */
  cutPowerAtStoreWrite(count: number, phase: CutPhase): void {
    this.#booted.machine.cutPowerAtStoreWrite(count, phase);
  }

  /** What the store holds now. Throws where the board has had no power yet. */
  get store(): Uint8Array {
    return this.#booted.store;
  }

  readVariable(name: string): Uint8Array {
    return this.#booted.readVariable(name);
  }

  /** Undefined where it has had no power yet. */
  get underTest(): DeviceUnderTest | undefined {
    return this.#board;
  }

  get #booted(): DeviceUnderTest {
    if (this.#board === undefined) throw new Error("the device has had no power yet: powerOn() comes first");
    return this.#board;
  }
}

/** What the rig knows of a board at the other end of a serial cable: lines of its console. */
export interface SerialOptions {
  readonly baud: number;
  readonly onConsoleLine: (line: string) => void;
  /** The port is gone. */
  readonly onLost: (reason: string) => void;
}

/** Opens a port and hands on the lines that come. Throws RigError where it cannot be had. */
export function openConsole(path: string, options: SerialOptions): Promise<SerialPort> {
  let text = "";
  return openPort(path, options, (octets) => {
    const lines = (text + octets.toString("latin1")).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) options.onConsoleLine(line.replace(/\r$/, ""));
  });
}

async function openPort(
  path: string,
  { baud, onLost }: Pick<SerialOptions, "baud" | "onLost">,
  onOctets: (octets: Buffer) => void,
): Promise<SerialPort> {
  const port = await openSerialPort(path, baud, onOctets).catch((error: Error) => {
    throw new RigError("usage", error.message);
  });
  port.closed.catch((error: Error) => onLost(error.message));
  return port;
}

/**
 * An emulated board that the rig knows by its serial port alone: its console goes through a pair of pseudo-terminals, and
 * its power through the rig. For trying out what a rig does with a port.
 */
export async function openPtyBody(
  site: Site,
  firmware: Firmware,
  boot: Omit<BootOptions, "onConsoleLine">,
  options: SerialOptions,
): Promise<DeviceBody> {
  site.keepUpWithTime();
  const pair = await openPtyPair();
  site.onClose("socat", () => pair.close());
  const far = await openPort(pair.board, options, (octets) => board.type(octets));
  site.onClose("the board's end of the serial port", () => closed(far));
  const near = await openConsole(pair.rig, options);
  site.onClose("the rig's end of the serial port", () => closed(near));
  const board = new EmulatedBody(site, firmware, {
    ...boot,
    onConsoleLine: (line) => far.write(Buffer.from(`${line}\n`, "latin1")),
  });
  return {
    beginsAnew: true,
    powerOn: () => board.powerOn(),
    powerOff: () => board.powerOff(),
    type: (octets) => near.write(octets),
    readVariable: (name) => board.readVariable(name),
  };
}

/** Closes a port. One that is gone has been told of by then. */
export async function closed(port: SerialPort): Promise<void> {
  port.close();
  await port.closed.catch(() => {});
}
