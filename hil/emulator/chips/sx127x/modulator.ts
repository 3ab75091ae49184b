/**
 * The transmit side of the LoRa modem: from registers and buffer to a packet. Datasheet section 4.1.6, "Data
 * Transmission".
 */
import { airtimeUs, type LoraTransmission } from "../../../air/index.ts";
import { carrierHz } from "./carrier.ts";
import type { ChipState } from "./chip-state.ts";
import { bandwidthFaults, invertIqFaults, modemSettings } from "./modem-settings.ts";
import { outputPower, rampUs } from "./power-amplifier.ts";
import { Reg } from "./registers.ts";

const LEAST_PREAMBLE_SYMBOLS = 6;

/**
 * The packet that goes out if the synthesizer locks at `lockNs`, after the amplifier's ramp. Undefined
 * when the settings make none; `faults` says what is wrong with them.
 */
export function modulate(
  chip: ChipState,
  station: { name: string; lockNs: number },
): { transmission: LoraTransmission | undefined; faults: string[] } {
  const { registers, fifo, part } = chip;
  const { name, lockNs } = station;
  const { settings, faults } = modemSettings(part, registers);
  const frequencyHz = carrierHz(chip.frf);
  faults.push(...bandwidthFaults(settings, frequencyHz), ...invertIqFaults(registers, settings.txInverted));
  const power = outputPower(part, registers);
  faults.push(...power.faults);
  if ((registers.lora[Reg.ModemConfig2] & 0x08) !== 0) {
    faults.push("TxContinuousMode is on: continuous transmission is not modelled, one packet is sent");
  }
  if (settings.preambleSymbols < LEAST_PREAMBLE_SYMBOLS) {
    faults.push(
      `a preamble of ${settings.preambleSymbols} symbols: ${LEAST_PREAMBLE_SYMBOLS} is the least (section 4.1.1.6)`,
    );
  }
  if (settings.payloadLength === 0) {
    faults.push("TX with RegPayloadLength 0, which is not permitted: nothing is sent");
    return { transmission: undefined, faults };
  }
  const payload = fifo.slice(registers.lora[Reg.FifoTxBaseAddr], settings.payloadLength);
  const startNs = lockNs + rampUs(registers.common(Reg.PaRamp)) * 1000;
  const airtimeNs = Math.round(airtimeUs({ ...settings, payloadBytes: payload.length }) * 1000);
  const transmission: LoraTransmission = {
    modulation: "lora",
    from: name,
    frequencyHz,
    bandwidthHz: settings.bandwidthHz,
    spreadingFactor: settings.spreadingFactor,
    codingRate: settings.codingRate,
    preambleSymbols: settings.preambleSymbols,
    implicitHeader: settings.implicitHeader,
    crc: settings.crc,
    lowDataRateOptimize: settings.lowDataRateOptimize,
    iqInverted: settings.txInverted,
    syncWord: settings.syncWord,
    powerDbm: power.powerDbm,
    payload,
    startNs,
    endNs: startNs + airtimeNs,
  };
  return { transmission, faults };
}
