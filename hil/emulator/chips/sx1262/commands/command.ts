/** What a command is to the chip: its octets, when it is allowed, what it does. SX1261/2 datasheet, chapter 10. */
import type { BoardTraits } from "../board-traits.ts";
import type { ChipState } from "../chip-state.ts";
import type { ModeMachine } from "../mode-machine.ts";

/** What commands work on. */
export interface CommandContext {
  readonly chip: ChipState;
  readonly modes: ModeMachine;
  readonly board: BoardTraits;
  readonly nowNs: number;
  /** 0..1, seeded. */
  readonly random: () => number;
  /** Power in the channel that is being received, in dBm; undefined while the receiver is off. */
  readonly channelPowerDbm: () => number | undefined;
  /** Something that cannot be meant, though the chip does it. */
  report(fault: string): void;
  /** Parameters that the chip does not take: the command has no effect. */
  refuse(fault: string): void;
}

export interface Command {
  readonly name: string;
  /** Octets after the opcode; of a command with data, those before the data. */
  readonly parameters: number;
  /** Any number of octets may follow the parameters. */
  readonly data?: boolean;
  /**
   * The modes in which it is carried out: both standby modes, STDBY_RC alone; or all, where "off air" is a command
   * that changes what a running transmission or reception is made with.
   */
  readonly modes?: "standby" | "STDBY_RC" | "off air";
  /** At the rising edge of NSS. `octets`: parameters, and data. */
  execute?(context: CommandContext, octets: Uint8Array): void;
  /** Octet `index` of the answer, which follows the parameters and one status octet. */
  answer?(context: CommandContext, octets: Uint8Array, index: number): number;
}

/** Commands by opcode. */
export type CommandSet = Readonly<Record<number, Command>>;

export function u16(octets: Uint8Array, at = 0): number {
  return (octets[at] << 8) | octets[at + 1];
}

export function u24(octets: Uint8Array, at = 0): number {
  return (octets[at] << 16) | u16(octets, at + 1);
}

/** Octet `index` of a big-endian number of `length` octets. */
export function octetOf(value: number, length: number, index: number): number {
  return index < length ? (value >> (8 * (length - 1 - index))) & 0xff : 0;
}
