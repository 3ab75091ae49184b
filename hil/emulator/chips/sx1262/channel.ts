/** Where on the air the chip is, and was. */
import { fskBandwidthHz, type Transmission } from "../../../air/index.ts";
import type { FskChannel, LoraChannel, RadioChannel } from "../radio-chip.ts";
import type { GfskReady, LoraReady, Ready } from "./readiness.ts";

export function loraChannel({ frequencyHz, modulation }: LoraReady): LoraChannel {
  const { bandwidthHz, spreadingFactor } = modulation;
  return { frequencyHz, bandwidthHz, spreadingFactor };
}

function gfskChannel({ frequencyHz, modulation }: GfskReady): FskChannel {
  const { receiverBandwidthHz, bitRate } = modulation;
  return { frequencyHz, bandwidthHz: receiverBandwidthHz, bitRate };
}

/** That of a reception. */
export function receptionChannel(ready: Ready): RadioChannel {
  return ready.modem === "lora" ? loraChannel(ready) : gfskChannel(ready);
}

export function transmissionChannel(transmission: Transmission): RadioChannel {
  const { frequencyHz } = transmission;
  if (transmission.modulation === "fsk") {
    return { frequencyHz, bandwidthHz: fskBandwidthHz(transmission), bitRate: transmission.bitRate };
  }
  const { bandwidthHz, spreadingFactor } = transmission;
  return { frequencyHz, bandwidthHz, spreadingFactor };
}
