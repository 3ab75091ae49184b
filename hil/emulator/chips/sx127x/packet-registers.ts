/**
 * What the modem leaves in registers and buffer for the host: counters, header, and the last packet. Datasheet table
 * 42.
 */
import type { Arrival } from "../../../air/index.ts";
import type { LoraChannel } from "../radio-chip.ts";
import type { ChipState } from "./chip-state.ts";
import { Reg, type Registers } from "./registers.ts";
import { frequencyErrorValue, packetRssiValue, snrValue } from "./signal-values.ts";

/** The counters of headers and packets start again with each reception, and in sleep. */
export function clearCounters(registers: Registers): void {
  registers.lora.fill(0, Reg.RxHeaderCntMsb, Reg.RxPacketCntLsb + 1);
}

export function recordHeader(registers: Registers, header: { codingRate: number; crc: boolean }): void {
  const { lora } = registers;
  lora[Reg.ModemStat] = header.codingRate << 5;
  lora[Reg.HopChannel] = header.crc ? 0x40 : 0;
  count(lora, Reg.RxHeaderCntMsb);
}

/** Stores a packet at `pointer` and returns where the next one goes. */
export function recordPacket(
  chip: ChipState,
  { channel, pointer }: { channel: LoraChannel; pointer: number },
  packet: { arrival: Arrival; payload: Uint8Array; snrDb: number; crcError: boolean },
): number {
  const { lora } = chip.registers;
  const { arrival, payload, snrDb } = packet;
  chip.fifo.store(pointer, payload);
  const next = (pointer + payload.length) & 0xff;
  lora[Reg.FifoRxCurrentAddr] = pointer;
  lora[Reg.RxNbBytes] = payload.length;
  lora[Reg.FifoRxByteAddr] = (next - 1) & 0xff;
  lora[Reg.PktSnrValue] = snrValue(snrDb);
  lora[Reg.PktRssiValue] = packetRssiValue(chip.part, arrival.rssiDbm, snrDb, channel.frequencyHz);
  const errorHz = arrival.frequencyHz - channel.frequencyHz;
  const fei = frequencyErrorValue(errorHz, channel.bandwidthHz);
  lora[Reg.FeiMsb] = fei >> 16;
  lora[Reg.FeiMid] = (fei >> 8) & 0xff;
  lora[Reg.FeiLsb] = fei & 0xff;
  if (!packet.crcError) count(lora, Reg.RxPacketCntMsb);
  return next;
}

/** Adds one to a counter of two registers. */
function count(lora: Uint8Array, msb: number): void {
  const next = (((lora[msb] << 8) | lora[msb + 1]) + 1) & 0xffff;
  lora[msb] = next >> 8;
  lora[msb + 1] = next & 0xff;
}
