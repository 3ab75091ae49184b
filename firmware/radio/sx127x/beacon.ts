/**
 * Beacons of class B: implicit header, no CRC, IQ not inverted, ten symbols of preamble (RP002-1.0.4). Data sheet,
 * sections 4.1.1.6 and 4.1.6.
 */
import type { Bytes, Int, u32 } from "../../lang/index.ts";
import type { BeaconLength } from "../limits.ts";
import { IS_SX1272 } from "./board.ts";
import type { Bandwidth } from "./lora.ts";
import { sleepRadio } from "./modes.ts";
import { prepareReceiver } from "./reception.ts";
import { Register, readRegister, writeRegister } from "./registers.ts";
import { readFrame } from "./window.ts";

/** RegModemConfig1: ImplicitHeaderModeOn. */
const IMPLICIT_HEADER = IS_SX1272 ? 0x04 : 0x01;

/** Symbols of preamble, and those of all other packets, which the chip has after reset. */
const BEACON_PREAMBLE = 10;
const PREAMBLE = 8;

/** As `prepareReceiver`, for a beacon of `length` octets. `readBeacon` or `endBeacon` must follow. */
export function prepareBeaconReceiver(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  symbols: Int<4, 1023>,
  length: BeaconLength,
): void {
  prepareReceiver(frequency, spreadingFactor, bandwidth, symbols);
  // The chip keeps its registers in sleep, and takes others.
  writeRegister(Register.ModemConfig1, readRegister(Register.ModemConfig1) | IMPLICIT_HEADER);
  writeRegister(Register.PayloadLength, length);
  writeRegister(Register.PreambleLsb, BEACON_PREAMBLE);
  writeRegister(Register.InvertIq, 0x27);
  writeRegister(Register.InvertIq2, 0x1d);
}

/** Takes the beacon from the modem and lets the chip sleep. False where none was received. */
export function readBeacon(frame: Bytes<64>, length: BeaconLength): boolean {
  const isReceived = readFrame(frame) === length;
  writeRegister(Register.PreambleLsb, PREAMBLE);
  return isReceived;
}

/** No beacon has come: lets the chip sleep. */
export function endBeacon(): void {
  sleepRadio();
  writeRegister(Register.PreambleLsb, PREAMBLE);
}
