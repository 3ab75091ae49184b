/**
 * The two receive windows that a Class A uplink opens, and what a device of Class C listens to besides. LoRaWAN L2
 * 1.0.4 and 1.1, section 3.3: RX1 where the uplink's channel has it, RX2 one second later on a fixed frequency; Class
 * C: 1.0.4, section 15, and 1.1, section 17. RP002-1.0.4 for data rates.
 */
import type { NetworkPlan } from "../../lorawan/index.ts";
import type { Timing, WindowName } from "./gateways.ts";
import type { Reception } from "./reception.ts";

export interface ReceiveWindow {
  readonly name: WindowName;
  /** On this server's clock. */
  readonly opensNs: number;
  /** The same for the gateway, of RX1 and RX2 on the clock of the one that heard the uplink; undefined: it is open. */
  readonly timing?: Timing;
  readonly frequencyHz: number;
  readonly dataRate: number;
  /** Octets of FOpts and FRMPayload that a frame may have in it. */
  readonly limitOctets: number;
  readonly powerDbm: number;
}

/** Settings of a session, or of a join (offset 0, JOIN_ACCEPT_DELAY1, the region's RX2). */
export interface WindowSettings {
  readonly delay1Us: number;
  readonly rx1DrOffset: number;
  readonly rx2DataRate: number;
  readonly rx2FrequencyHz: number;
  /** DownlinkDwellTime: downlinks keep to 400 ms on air. */
  readonly isDownlinkLimited: boolean;
}

export function receiveWindows(
  plan: NetworkPlan,
  reception: Reception,
  uplinkDataRate: number,
  settings: WindowSettings,
  rx1FrequencyHz: number,
): readonly [ReceiveWindow, ReceiveWindow] {
  const window = (
    name: "RX1" | "RX2",
    delayUs: number,
    radio: Pick<ReceiveWindow, "frequencyHz" | "dataRate">,
  ) => ({
    name,
    opensNs: reception.receivedNs + delayUs * 1000,
    timing: { after: reception.instant, delayUs },
    powerDbm: plan.powerDbm(radio.frequencyHz),
    limitOctets: plan.maxFrmPayloadOctets(radio.dataRate, settings.isDownlinkLimited),
    ...radio,
  });
  const { delay1Us, rx1DrOffset, rx2DataRate, rx2FrequencyHz } = settings;
  return [
    window("RX1", delay1Us, {
      frequencyHz: rx1FrequencyHz,
      dataRate: plan.rx1DataRate(uplinkDataRate, rx1DrOffset, settings.isDownlinkLimited),
    }),
    window("RX2", delay1Us + plan.rx2AfterRx1Us, {
      frequencyHz: rx2FrequencyHz,
      dataRate: rx2DataRate,
    }),
  ];
}

/** What a device of Class C listens to whenever it does nothing else: RX2's parameters. Open from `nowNs` on. */
export function continuousWindow(plan: NetworkPlan, settings: WindowSettings, nowNs: number): ReceiveWindow {
  const { rx2DataRate: dataRate, rx2FrequencyHz: frequencyHz, isDownlinkLimited } = settings;
  return {
    name: "RXC",
    opensNs: nowNs,
    frequencyHz,
    dataRate,
    powerDbm: plan.powerDbm(frequencyHz),
    limitOctets: plan.maxFrmPayloadOctets(dataRate, isDownlinkLimited),
  };
}
