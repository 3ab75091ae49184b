/** Registers and data buffer: SX1261/2 datasheet, section 13.2. */
import { hex } from "../../hex.ts";
import { Reg } from "../registers.ts";
import { type CommandContext, type CommandSet, u16 } from "./command.ts";

const BUFFER_SIZE = 256;
const RANDOM_OCTETS = 4;

export const registersAndBuffer: CommandSet = {
  // 0D address(15:0) data...
  13: {
    name: "WriteRegister",
    parameters: 2,
    data: true,
    execute({ chip, report }, octets) {
      const first = u16(octets);
      octets.subarray(2).forEach((value, index) => {
        const fault = chip.registers.write(first + index, value);
        if (fault !== undefined) report(fault);
      });
    },
  },
  // 1D address(15:0) NOP -> data...
  29: {
    name: "ReadRegister",
    parameters: 2,
    answer: (context, octets, index) => readRegister(context, u16(octets) + index),
  },
  // 0E offset data...
  14: {
    name: "WriteBuffer",
    parameters: 1,
    data: true,
    execute({ chip, modes, report }, octets) {
      const [offset, ...data] = octets;
      if (modes.mode === "TX") report("WriteBuffer in TX: the modem is sending from the buffer");
      if (offset + data.length > BUFFER_SIZE) {
        report(
          `WriteBuffer of ${data.length} octets at ${hex(offset)} runs over the end of the buffer and goes on at its begin`,
        );
      }
      chip.buffer.store(offset, Uint8Array.from(data));
    },
  },
  // 1E offset NOP -> data...
  30: {
    name: "ReadBuffer",
    parameters: 1,
    answer: ({ chip }, [offset], index) => chip.buffer.read(offset + index),
  },
};

function readRegister({ chip, modes, random, report }: CommandContext, address: number): number {
  if (address < Reg.RandomNumber || address >= Reg.RandomNumber + RANDOM_OCTETS) {
    return chip.registers.read(address);
  }
  if (modes.receiving === undefined) {
    report("the random number (0x0819) was read while the receiver is off: the value does not change");
  } else {
    chip.registers.set(address, Math.floor(random() * 256));
  }
  return chip.registers.read(address);
}
