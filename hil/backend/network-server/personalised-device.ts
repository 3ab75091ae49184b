/**
 * Activation by personalisation, the Network Server's part: LoRaWAN L2 1.0.4 and 1.1, section 6.3. The session is there
 * before the device is heard, with the settings that a device has before a network sets any.
 */
import type { NetworkPlan } from "../../lorawan/index.ts";
import { type AppSKeyDelivery, NetworkSession, type NetworkSessionKeys } from "./session.ts";

/** What the network is told of a personalised device. */
export interface PersonalisedDevice {
  readonly devEui: string;
  readonly devAddr: string;
  readonly macVersion: "1.0.4" | "1.1";
  /** Under 1.0.4 all three are the NwkSKey. */
  readonly keys: NetworkSessionKeys;
  /** What the Application Server is given with each uplink: it cannot ask a Join Server. */
  readonly appSKey: AppSKeyDelivery;
  /** The device listens all the time: one of 1.0.4, one of 1.1 says so itself. */
  readonly isClassC?: boolean;
  /** Of CN470, which of the region's plans it is made for; the first where not given. */
  readonly antennaPlan?: number;
  /** Of a device that the network has served before: the last FCntUp accepted, and the next downlinks. */
  readonly counters?: {
    readonly fCntUp: number;
    readonly nFCntDown: number;
    readonly aFCntDown?: number;
  };
}

/** No Join Server knows the device. */
const NO_JOIN_EUI = "0000000000000000";

/** RECEIVE_DELAY1 of RP002-1.0.4, which no join has changed. */
const RECEIVE_DELAY1_US = 1_000_000;

export function personalisedSession(of: NetworkPlan, device: PersonalisedDevice): NetworkSession {
  const plan = of.personalised(device.antennaPlan ?? 0);
  const { devEui, devAddr, macVersion, keys, appSKey, isClassC, counters } = device;
  return new NetworkSession({
    devEui,
    joinEui: NO_JOIN_EUI,
    devAddr,
    optNeg: macVersion === "1.1",
    keys,
    plan,
    windows: {
      delay1Us: RECEIVE_DELAY1_US,
      rx1DrOffset: 0,
      rx2DataRate: plan.rx2.dataRate,
      rx2FrequencyHz: plan.rx2.frequencyHz,
      isDownlinkLimited: false,
    },
    appSKey,
    isClassC,
    isPersonalised: true,
    counters,
  });
}
