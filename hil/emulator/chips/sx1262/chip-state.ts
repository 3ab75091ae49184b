/** What the host has told the chip, and what the modem left for it: everything that a reset clears. */
import { DataBuffer } from "../lora/index.ts";
import { CommandStatus } from "./chip-mode.ts";
import { InterruptFlags } from "./interrupts.ts";
import { Registers } from "./registers.ts";

export const PacketType = { Gfsk: 0, Lora: 1, LrFhss: 3 } as const;

/** SetModulationParams in LoRa mode. */
export interface ModulationParams {
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  readonly codingRate: number;
  readonly lowDataRateOptimize: boolean;
}

/** SetPacketParams in LoRa mode. */
export interface PacketParams {
  readonly preambleSymbols: number;
  readonly implicitHeader: boolean;
  readonly payloadLength: number;
  readonly crc: boolean;
  readonly iqInverted: boolean;
}

/** SetPaConfig. */
export interface PaConfig {
  readonly dutyCycle: number;
  readonly hpMax: number;
  /** The amplifier that is used: that of the SX1262 (high power) or of the SX1261. */
  readonly device: "sx1261" | "sx1262";
}

/** SetCadParams. */
export interface CadParams {
  readonly symbols: number;
  readonly exit: "standby" | "receive" | "transmit";
  readonly timeoutSteps: number;
}

/** What commands have set; undefined what none has set yet. */
export class Settings {
  packetType: number = PacketType.Gfsk;
  /** In steps of 32 MHz / 2^25. */
  frequency: number | undefined;
  modulation: ModulationParams | undefined;
  packet: PacketParams | undefined;
  pa: PaConfig | undefined;
  tx: { readonly powerDbm: number; readonly rampUs: number } | undefined;
  cad: CadParams | undefined;
  txBase = 0;
  rxBase = 0;
  stopTimerOnPreamble = false;
  fallback: "STDBY_RC" | "STDBY_XOSC" | "FS" = "STDBY_RC";
  dio2IsRfSwitch = false;
  /** SetDIO3AsTcxo: supply, and how long the oscillator is given. */
  tcxo: { readonly millivolts: number; readonly delaySteps: number } | undefined;
  /** The band of the image calibration, in MHz: 902 to 928 after reset. */
  imageBandMhz: readonly [number, number] = [900, 932];
}

/** GetStats, in LoRa mode. */
export class PacketCounts {
  received = 0;
  crcErrors = 0;
  headerErrors = 0;
}

/** GetDeviceErrors. */
export const DeviceError = {
  ImageCalibration: 0x10,
  OscillatorStart: 0x20,
} as const;

export class ChipState {
  readonly registers = new Registers();
  readonly buffer = new DataBuffer();
  readonly interrupts = new InterruptFlags();
  readonly settings = new Settings();
  counts = new PacketCounts();
  deviceErrors = 0;
  /** Whether all blocks were calibrated with the oscillator that is in use. */
  calibrated = false;
  commandStatus: number = CommandStatus.Executed;
  /** The last packet: where it lies, and how it was heard. */
  received = { length: 0, start: 0, rssiDbm: 0, snrDb: 0, signalDbm: 0 };
}
