/**
 * Beacons of class B: implicit header, no CRC, IQ not inverted, ten symbols of preamble (RP002-1.0.4). SX1261/2 data
 * sheet, sections 13.4.6.2, 15.3 and 15.4.
 */
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import { type Bytes, type Int, u32 } from "../../lang/index.ts";
import type { BeaconLength } from "../limits.ts";
import { begin, Op, Register, readRegister, writeRegister } from "./commands.ts";
import { IRQ_RX_DONE, readInterrupts } from "./interrupts.ts";
import { Bandwidth } from "./lora.ts";
import { sleepRadio, wake } from "./modes.ts";
import { prepareReceiver } from "./reception.ts";
import { readBuffer, setReceiveTimeout } from "./window.ts";

/**
 * Symbols of the longest beacon, 38, and some to spare: without a header the time-out of SetRx runs on while the beacon
 * comes in.
 */
const BEACON_SYMBOLS = 64;

/** SetPacketParams and what 15.4 asks for. */
function setBeaconPacket(length: BeaconLength): void {
  begin(Op.SetPacketParams);
  radioTransfer(0);
  radioTransfer(10); // symbols of preamble
  radioTransfer(1); // implicit header
  radioTransfer(length);
  radioTransfer(0); // no CRC
  radioTransfer(0); // IQ not inverted
  radioSelect(false);
  writeRegister(Register.IqPolarity, readRegister(Register.IqPolarity) | 0x04);
}

/** As `prepareReceiver`, for a beacon of `length` octets. `readBeacon` or `endBeacon` must follow. */
export function prepareBeaconReceiver(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  symbols: Int<4, 1023>,
  length: BeaconLength,
): void {
  prepareReceiver(frequency, spreadingFactor, bandwidth, symbols);
  wake();
  setBeaconPacket(length);
  const chips = u32((symbols + BEACON_SYMBOLS) << spreadingFactor);
  setReceiveTimeout(u32((chips * 64) / 125) >>> (bandwidth - Bandwidth.Khz125));
  sleepRadio();
}

/** Takes the beacon from the modem and lets the chip sleep. False where none was received. */
export function readBeacon(frame: Bytes<64>, length: BeaconLength): boolean {
  const isReceived = (readInterrupts() & IRQ_RX_DONE) !== 0;
  // 15.3: the time-out of SetRx would still run.
  writeRegister(Register.RtcControl, 0);
  writeRegister(Register.EventMask, readRegister(Register.EventMask) | 0x02);
  if (isReceived) {
    begin(Op.GetRxBufferStatus);
    radioTransfer(0);
    radioTransfer(0); // the length: the chip knows it from the host alone
    const start = radioTransfer(0);
    radioSelect(false);
    readBuffer(start, frame, length);
  }
  sleepRadio();
  return isReceived;
}

/** No beacon has come: lets the chip sleep. */
export function endBeacon(): void {
  sleepRadio();
}
