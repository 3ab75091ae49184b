/**
 * The two receive windows that a Class A uplink opens. LoRaWAN L2 1.0.4 and 1.1, section 3.3: RX1 on the
 * uplink's frequency, RX2 one second later on a fixed one; RP002-1.0.4 for data rates.
 */
import { eu868 } from "../../lorawan/index.ts";
import type { Reception } from "./reception.ts";

export interface ReceiveWindow {
  readonly name: "RX1" | "RX2";
  /** On this server's clock. */
  readonly opensNs: number;
  /** On the clock of the gateway that heard the uplink. */
  readonly timestampUs: number;
  readonly frequencyHz: number;
  readonly dataRate: number;
  readonly powerDbm: number;
}

/** Settings of a session, or of a join (offset 0, JOIN_ACCEPT_DELAY1, the region's RX2). */
export interface WindowSettings {
  readonly delay1Us: number;
  readonly rx1DrOffset: number;
  readonly rx2DataRate: number;
  readonly rx2FrequencyHz: number;
}

const TIMESTAMP_MODULUS = 2 ** 32;

export function receiveWindows(
  reception: Reception,
  uplinkDataRate: number,
  settings: WindowSettings,
  rx1FrequencyHz = reception.frequencyHz,
): readonly [ReceiveWindow, ReceiveWindow] {
  const window = (
    name: "RX1" | "RX2",
    delayUs: number,
    radio: Pick<ReceiveWindow, "frequencyHz" | "dataRate">,
  ) => ({
    name,
    opensNs: reception.receivedNs + delayUs * 1000,
    timestampUs: (reception.timestampUs + delayUs) % TIMESTAMP_MODULUS,
    powerDbm: radio.frequencyHz === eu868.rx2.frequencyHz ? eu868.rx2PowerDbm : eu868.rx1PowerDbm,
    ...radio,
  });
  const { delay1Us, rx1DrOffset, rx2DataRate, rx2FrequencyHz } = settings;
  return [
    window("RX1", delay1Us, {
      frequencyHz: rx1FrequencyHz,
      dataRate: eu868.rx1DataRate(uplinkDataRate, rx1DrOffset),
    }),
    window("RX2", delay1Us + eu868.rx2AfterRx1Us, {
      frequencyHz: rx2FrequencyHz,
      dataRate: rx2DataRate,
    }),
  ];
}
