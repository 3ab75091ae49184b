/** The transmit side of the LoRa modem: from registers and buffer to a packet. Datasheet section 4.1.6, "Data Transmission". */
import { airtimeUs, type LoraTransmission } from "../../../air/index.ts";
import type { DataBuffer } from "../lora/index.ts";
import { FREQUENCY_STEP_HZ, invertIqFaults, modemSettings } from "./modem-settings.ts";
import { outputPower, rampUs } from "./power-amplifier.ts";
import { Reg, type Registers } from "./registers.ts";

/**
 * The packet that goes out if the synthesizer locks at `lockNs`, after the amplifier's ramp. Undefined
 * when the settings make none; `faults` says what is wrong with them.
 */
export function modulate(chip: {
  registers: Registers;
  fifo: DataBuffer;
  frf: number;
  name: string;
  lockNs: number;
}): { transmission: LoraTransmission | undefined; faults: string[] } {
  const { registers, fifo, name } = chip;
  const { settings, faults } = modemSettings(registers);
  faults.push(...invertIqFaults(registers, settings.txInverted));
  const power = outputPower({
    paConfig: registers.common(Reg.PaConfig),
    paDac: registers.common(Reg.PaDac),
    ocp: registers.common(Reg.Ocp),
  });
  faults.push(...power.faults);
  if ((registers.lora[Reg.ModemConfig2] & 0x08) !== 0) {
    faults.push("TxContinuousMode is on: continuous transmission is not modelled, one packet is sent");
  }
  if (settings.payloadLength === 0) {
    faults.push("TX with RegPayloadLength 0, which is not permitted: nothing is sent");
    return { transmission: undefined, faults };
  }
  const payload = fifo.slice(registers.lora[Reg.FifoTxBaseAddr], settings.payloadLength);
  const startNs = chip.lockNs + rampUs(registers.common(Reg.PaRamp)) * 1000;
  const airtimeNs = Math.round(airtimeUs({ ...settings, payloadBytes: payload.length }) * 1000);
  const transmission: LoraTransmission = {
    modulation: "lora",
    from: name,
    frequencyHz: carrierHz(chip.frf),
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

/** The carrier that RegFrf* select, to the nearest hertz. */
export function carrierHz(frf: number): number {
  return Math.round(frf * FREQUENCY_STEP_HZ);
}
