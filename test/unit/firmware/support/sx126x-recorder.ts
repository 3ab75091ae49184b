/** An SX126x that records the commands of its driver, with registers of its own; the test says what it received. */
import type * as HalModule from "../../../../firmware/hal/index.ts";
import type * as DriverModule from "../../../../firmware/radio/sx126x/index.ts";
import { loadFirmware } from "./instance.ts";

const GET_IRQ_STATUS = 0x12;
const GET_RX_BUFFER_STATUS = 0x13;
const GET_PACKET_STATUS = 0x14;
const READ_REGISTER = 0x1d;
const READ_BUFFER = 0x1e;

/** They change nothing of the chip. */
const READS = [READ_REGISTER, READ_BUFFER, GET_IRQ_STATUS, GET_RX_BUFFER_STATUS, GET_PACKET_STATUS];

export class Recorder {
  readonly registers = new Map<number, number>([
    [0x0740, 0x14],
    [0x0736, 0x0d],
    [0x0889, 0x01],
    [0x08d8, 0xc8],
  ]);
  readonly buffer = new Uint8Array(256);
  /** Commands as hexadecimal octets, without reads; pauses as "at" and the time. */
  readonly commands: string[] = [];
  irq = 0;
  received: readonly [length: number, start: number] = [0, 0];
  /** RssiPkt, SnrPkt and SignalRssiPkt. */
  packetStatus: readonly [number, number, number] = [0, 0, 0];
  timeUs = 0;
  /** The octets since NSS fell; undefined while it is high, when nobody hears them. */
  #frame: number[] | undefined;

  readonly hal = {
    now: () => this.timeUs,
    sleepUntil: (deadline: number) => {
      this.timeUs = deadline;
    },
    radioReset: (asserted: boolean) =>
      this.commands.push(`${asserted ? "reset" : "release"} at ${this.timeUs}`),
    radioSelect: (selected: boolean) => {
      if (!selected && this.#frame !== undefined) this.#end(this.#frame);
      this.#frame = selected ? [] : undefined;
    },
    radioTransfer: (out: number) => this.#transfer(out),
    radioBusy: () => false,
    radioEvents: () => 0,
  } as unknown as HalModule.Hal;

  #transfer(out: number): number {
    if (this.#frame === undefined) return 0;
    this.#frame.push(out);
    const [opcode, first, second] = this.#frame;
    const at = this.#frame.length - 1;
    if (opcode === READ_REGISTER) return at < 4 ? 0 : this.register((first << 8) + second + at - 4);
    if (opcode === READ_BUFFER) return at < 3 ? 0 : this.buffer[(first + at - 3) & 0xff];
    if (opcode === GET_IRQ_STATUS) return at < 2 ? 0 : [this.irq >> 8, this.irq & 0xff][at - 2];
    if (opcode === GET_RX_BUFFER_STATUS) return at < 2 ? 0 : this.received[at - 2];
    if (opcode === GET_PACKET_STATUS) return at < 2 ? 0 : this.packetStatus[at - 2];
    return 0;
  }

  register(address: number): number {
    return this.registers.get(address) ?? 0;
  }

  #end(frame: readonly number[]): void {
    const [opcode, first, second, ...values] = frame;
    if (READS.includes(opcode)) return;
    if (opcode === 0x0d) {
      values.forEach((value, index) => {
        this.registers.set((first << 8) + second + index, value);
      });
    }
    this.commands.push(frame.map((octet) => octet.toString(16).padStart(2, "0")).join(" "));
  }
}

/** The driver, freshly loaded, with `config` in place of its constants, and the chip that it speaks to. */
export function recordedDriver(config: Readonly<Record<string, boolean | number>> = {}) {
  const firmware = loadFirmware(config, { driver: "sx126x" });
  const chip = new Recorder();
  (firmware("hal/index.ts") as unknown as typeof HalModule).bindHal(chip.hal);
  return { ...(firmware("radio/sx126x/index.ts") as unknown as typeof DriverModule), chip };
}

/** GetStatus, at whose begin the chip wakes. */
export const WAKE = "c0 00";
/** SetStandby, SetSleep with retention. */
export const SLEEP = ["80 00", "84 04"] as const;
