/** What the host has told the chip, and what the modem left for it: everything that a reset clears. */
import { DataBuffer } from "../lora/index.ts";
import { CommandStatus } from "./chip-mode.ts";
import { InterruptFlags } from "./interrupts.ts";
import { Registers } from "./registers.ts";

export const PacketType = { Gfsk: 0, Lora: 1, LrFhss: 3 } as const;

/** SetModulationParams in LoRa mode. */
export interface LoraModulationParams {
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  readonly codingRate: number;
  readonly lowDataRateOptimize: boolean;
}

/** SetPacketParams in LoRa mode. */
export interface LoraPacketParams {
  readonly preambleSymbols: number;
  readonly implicitHeader: boolean;
  readonly payloadLength: number;
  readonly crc: boolean;
  readonly iqInverted: boolean;
}

/** SetModulationParams in GFSK mode. The filter that shapes the pulses makes no difference on this air. */
export interface GfskModulationParams {
  readonly bitRate: number;
  readonly deviationHz: number;
  /** Both sides of the carrier. */
  readonly receiverBandwidthHz: number;
}

/** SetPacketParams in GFSK mode. */
export interface GfskPacketParams {
  readonly preambleBits: number;
  /** Bits of a preamble after which the receiver looks for the sync word; 0 where it always does. */
  readonly detectorBits: number;
  readonly syncWordOctets: number;
  /** The first octet of the payload must be the node's address, or one of two. */
  readonly addressFilter: "off" | "node" | "node and broadcast";
  readonly lengthOctet: boolean;
  readonly payloadLength: number;
  /** Two octets, as they are or their complement. */
  readonly crc: "off" | "plain" | "inverted";
  readonly whitening: boolean;
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
  /** After the detection: standby, reception of what was found, or a transmission where nothing was. */
  readonly exit: "standby" | "receive" | "transmit";
  readonly timeoutSteps: number;
}

/** What commands have set; undefined what none has set yet. */
export class Settings {
  packetType: number = PacketType.Gfsk;
  /** In steps of 32 MHz / 2^25. */
  frequency: number | undefined;
  lora: { modulation?: LoraModulationParams; packet?: LoraPacketParams } = {};
  gfsk: { modulation?: GfskModulationParams; packet?: GfskPacketParams } = {};
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

/** GetStats. */
export class PacketCounts {
  received = 0;
  crcErrors = 0;
  /** In LoRa mode. */
  headerErrors = 0;
  /** In GFSK mode. */
  lengthErrors = 0;
}

/** RxStatus of GetPacketStatus in GFSK mode (table 13-80). */
export const GfskStatus = {
  PacketSent: 0x01,
  PacketReceived: 0x02,
  LengthError: 0x08,
  CrcError: 0x10,
  AddressError: 0x20,
} as const;

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
  /** Where the last packet lies. */
  received = { length: 0, start: 0 };
  /** How the last packet was heard in LoRa mode. */
  loraStatus = { rssiDbm: 0, snrDb: 0, signalDbm: 0 };
  /** What became of the last packet in GFSK mode; a packet is measured at its sync word and as a whole. */
  gfskStatus = { flags: 0, rssiSyncDbm: 0, rssiAverageDbm: 0 };
}
