/** All commands of the SX1261/2. */
import type { CommandSet } from "./command.ts";
import { dioAndIrq } from "./dio-and-irq.ts";
import { operatingModes } from "./operating-modes.ts";
import { registersAndBuffer } from "./registers-and-buffer.ts";
import { rfAndPacket } from "./rf-and-packet.ts";
import { status } from "./status.ts";

export type { Command, CommandContext } from "./command.ts";

export const commands: CommandSet = {
  ...operatingModes,
  ...registersAndBuffer,
  ...dioAndIrq,
  ...rfAndPacket,
  ...status,
};
