/** What the LoRa modem takes from its registers when it starts to transmit or receive: datasheet section 6.4. */
import { needsLowDataRateOptimize } from "../../../air/index.ts";
import { hex } from "../hex.ts";
import type { ReceiverSettings } from "../lora/index.ts";
import { modemConfig } from "./modem-config.ts";
import type { Part } from "./part.ts";
import { Reg, type Registers } from "./registers.ts";

/** The symbols of a modem, and everything around them that receiver and transmitter must agree on. */
export interface ModemSettings extends ReceiverSettings {
  readonly txInverted: boolean;
  /** RXSINGLE gives up after as many symbols without a preamble. */
  readonly symbolTimeout: number;
}

/** Reads the settings; `faults` says what the chip would not do with them. */
export function modemSettings(
  part: Part,
  registers: Registers,
): { settings: ModemSettings; faults: string[] } {
  const lora = registers.lora;
  const faults: string[] = [];
  const config1 = lora[Reg.ModemConfig1];
  const config2 = lora[Reg.ModemConfig2];
  const config = modemConfig(part, lora);
  const { bandwidthHz = 125_000 } = config;
  let { spreadingFactor, codingRate } = config;
  if (config.bandwidthHz === undefined) {
    faults.push(`RegModemConfig1 is ${hex(config1)}: bandwidth ${config.bandwidthCode} is reserved`);
  }
  if (spreadingFactor < 6 || spreadingFactor > 12) {
    faults.push(`RegModemConfig2 is ${hex(config2)}: spreading factor ${spreadingFactor} is reserved`);
    spreadingFactor = 7;
  }
  if (codingRate < 1 || codingRate > 4) {
    faults.push(`RegModemConfig1 is ${hex(config1)}: coding rate ${codingRate} is reserved`);
    codingRate = 1;
  }
  const settings: ModemSettings = {
    bandwidthHz,
    spreadingFactor,
    codingRate,
    preambleSymbols: (lora[Reg.PreambleMsb] << 8) | lora[Reg.PreambleLsb],
    implicitHeader: config.implicitHeader,
    crc: config.crc,
    lowDataRateOptimize: config.lowDataRateOptimize,
    syncWord: lora[Reg.SyncWord],
    rxInverted: (lora[Reg.InvertIq] & 0x40) !== 0,
    // The transmit path has the opposite sense: 1 is not inverted.
    txInverted: (lora[Reg.InvertIq] & 0x01) === 0,
    payloadLength: lora[Reg.PayloadLength],
    maxPayloadLength: lora[Reg.MaxPayloadLength],
    symbolTimeout: ((config2 & 3) << 8) | lora[Reg.SymbTimeoutLsb],
  };
  faults.push(...optimizationFaults(settings, lora));
  if (lora[Reg.HopPeriod] !== 0) {
    faults.push("RegHopPeriod is not 0: frequency hopping is not modelled, the packet stays on one channel");
  }
  return { settings, faults };
}

function optimizationFaults(settings: ModemSettings, lora: Uint8Array): string[] {
  const faults: string[] = [];
  const sf6 = settings.spreadingFactor === 6;
  if (sf6 && !settings.implicitHeader) faults.push("SF6 works with implicit header only (section 4.1.1.2)");
  const optimize = sf6 ? 5 : 3;
  if ((lora[Reg.DetectOptimize] & 7) !== optimize) {
    faults.push(
      `RegDetectOptimize is ${hex(lora[Reg.DetectOptimize])}: bits 2:0 must be ${optimize} for SF${settings.spreadingFactor}`,
    );
  }
  const threshold = sf6 ? 0x0c : 0x0a;
  if (lora[Reg.DetectionThreshold] !== threshold) {
    faults.push(
      `RegDetectionThreshold is ${hex(lora[Reg.DetectionThreshold])}: must be ${hex(threshold)} for SF${settings.spreadingFactor}`,
    );
  }
  if (needsLowDataRateOptimize(settings) && !settings.lowDataRateOptimize) {
    faults.push(
      `LowDataRateOptimize is off: mandatory for SF${settings.spreadingFactor} at ${settings.bandwidthHz / 1000} kHz (section 4.1.1.6)`,
    );
  }
  return faults;
}

/** Above this every bandwidth may be used (section 4.1.1.4: 250 and 500 kHz are not supported at 169 MHz). */
const LOWEST_BAND_END_HZ = 175e6;
const LOWEST_BAND_BANDWIDTH_HZ = 125_000;

/** Whether the modem has the bandwidth where the carrier is. */
export function bandwidthFaults(settings: ModemSettings, frequencyHz: number): string[] {
  if (frequencyHz > LOWEST_BAND_END_HZ || settings.bandwidthHz <= LOWEST_BAND_BANDWIDTH_HZ) return [];
  return [
    `${settings.bandwidthHz / 1000} kHz at ${(frequencyHz / 1e6).toFixed(3)} MHz: the modem has 125 kHz at most below 175 MHz (section 4.1.1.4)`,
  ];
}

/** RegInvertIQ2 must follow RegInvertIQ, or an inverted signal is received badly. */
export function invertIqFaults(registers: Registers, inverted: boolean): string[] {
  const expected = inverted ? 0x19 : 0x1d;
  const actual = registers.lora[Reg.InvertIq2];
  return actual === expected
    ? []
    : [
        `RegInvertIQ2 is ${hex(actual)}: must be ${hex(expected)} with IQ ${inverted ? "inverted" : "not inverted"}`,
      ];
}
