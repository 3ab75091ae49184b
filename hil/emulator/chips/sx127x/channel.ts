/** Where on the air the LoRa modem is at work. */
import type { LoraChannel } from "../radio-chip.ts";
import { carrierHz } from "./carrier.ts";
import type { ChipState } from "./chip-state.ts";
import { receiverShiftHz } from "./errata.ts";
import { type ModemSettings, modemSettings } from "./modem-settings.ts";

export function channelOf({ frequencyHz, bandwidthHz, spreadingFactor }: LoraChannel): LoraChannel {
  return { frequencyHz, bandwidthHz, spreadingFactor };
}

/** What the receiver takes from the registers, where it listens with that, and what is wrong with the settings. */
export function receiverSetup({ part, frf, registers }: ChipState): {
  readonly settings: ModemSettings;
  readonly channel: LoraChannel;
  readonly faults: string[];
} {
  const { settings, faults } = modemSettings(part, registers);
  const shiftHz = part.name === "SX1276" ? receiverShiftHz(registers.lora, settings.bandwidthHz) : 0;
  const channel = channelOf({ ...settings, frequencyHz: Math.round(carrierHz(frf) - shiftHz) });
  return { settings, channel, faults };
}
