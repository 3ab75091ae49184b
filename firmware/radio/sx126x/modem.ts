/**
 * Which of its modems the chip uses: SX1261/2 data sheet, section 13.4.2. The start chooses LoRa; from the first use of
 * FSK on, each use chooses.
 */
import { MAX_LENGTH } from "../limits.ts";
import { command, Op } from "./commands.ts";
import { Bandwidth, setModulation, setPacket } from "./lora.ts";

/** SetPacketType. */
const GFSK = 0;
const LORA = 1;

/** Never taken back: in a program without FSK it is a constant, and choosing LoRa costs nothing. */
let hasUsedFsk = false;

/** LoRa, with settings that do for noise: those of the modem are lost with a change of the packet type. */
export function useLora(): void {
  if (!hasUsedFsk) return;
  command(Op.SetPacketType, LORA);
  setModulation(7, Bandwidth.Khz125);
  setPacket(MAX_LENGTH, true);
}

export function useFsk(): void {
  hasUsedFsk = true;
  command(Op.SetPacketType, GFSK);
}
