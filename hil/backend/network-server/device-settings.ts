/**
 * What a device has been told of windows and channels, as far as it has agreed. LoRaWAN L2 1.0.4 and 1.1, sections 5.4
 * to 5.7 and 5.11; RP002-1.0.4. An answer comes in the first uplink that goes by what it agrees to.
 */
import { Cid, type MacCommand, type NetworkPlan } from "../../lorawan/index.ts";
import type { WindowSettings } from "./receive-windows.ts";

/** All bits of an answer that say yes. */
const RX_PARAM_SETUP_DONE = 7;
const NEW_CHANNEL_DONE = 3;
const DL_CHANNEL_DONE = 3;
const PING_SLOT_CHANNEL_DONE = 3;

/** In TxParamSetupReq. */
const DOWNLINK_DWELL_TIME = 0x20;

const FREQUENCY_UNIT_HZ = 100;
const SECOND_US = 1_000_000;

/** Where the network has put the device's ping slots: undefined is as the plan has them. */
export interface PingChannel {
  readonly frequencyHz?: number;
  readonly dataRate?: number;
}

interface Channel {
  readonly uplinkHz: number;
  readonly rx1Hz: number;
}

/** Index of the channel that one of these commands makes at a frequency; undefined if none does. */
export function channelMadeBy(commands: readonly MacCommand[], frequencyHz: number): number | undefined {
  const request = commands.find(
    ({ cid, payload }) => cid === Cid.newChannel && frequencyAt(payload, 1) === frequencyHz,
  );
  return request?.payload[0];
}

/** The frequency at an octet of a command. */
function frequencyAt(payload: Uint8Array, at: number): number {
  return Buffer.from(payload).readUIntLE(at, 3) * FREQUENCY_UNIT_HZ;
}

export class DeviceSettings {
  #windows: WindowSettings;
  #pingChannel: PingChannel = {};
  readonly #channels: Map<number, Channel>;

  constructor(plan: NetworkPlan, windows: WindowSettings) {
    this.#windows = windows;
    this.#channels = new Map(plan.channels.map((channel, index) => [index, channel]));
  }

  get windows(): WindowSettings {
    return this.#windows;
  }

  get pingChannel(): PingChannel {
    return this.#pingChannel;
  }

  /** Index of the channel that an uplink came on; undefined if the device has none there. */
  channelIndex(frequencyHz: number): number | undefined {
    for (const [index, { uplinkHz }] of this.#channels) if (uplinkHz === frequencyHz) return index;
    return undefined;
  }

  /** Where RX1 is after an uplink at a frequency. */
  rx1FrequencyHz(frequencyHz: number): number {
    const index = this.channelIndex(frequencyHz);
    return index === undefined ? frequencyHz : this.#channels.get(index)!.rx1Hz;
  }

  /** Takes over what the device has agreed to. */
  agree({ cid, payload: asked }: MacCommand, { payload: answer }: MacCommand): void {
    switch (cid) {
      case Cid.rxParamSetup:
        if (answer[0] !== RX_PARAM_SETUP_DONE) break;
        this.#windows = {
          ...this.#windows,
          rx1DrOffset: (asked[0] >> 4) & 7,
          rx2DataRate: asked[0] & 15,
          rx2FrequencyHz: frequencyAt(asked, 1),
        };
        break;
      case Cid.rxTimingSetup:
        this.#windows = { ...this.#windows, delay1Us: Math.max(asked[0] & 15, 1) * SECOND_US };
        break;
      case Cid.txParamSetup:
        this.#windows = { ...this.#windows, isDownlinkLimited: (asked[0] & DOWNLINK_DWELL_TIME) !== 0 };
        break;
      case Cid.newChannel: {
        if (answer[0] !== NEW_CHANNEL_DONE) break;
        const uplinkHz = frequencyAt(asked, 1);
        if (uplinkHz === 0) this.#channels.delete(asked[0]);
        else this.#channels.set(asked[0], { uplinkHz, rx1Hz: uplinkHz });
        break;
      }
      case Cid.dlChannel: {
        const channel = this.#channels.get(asked[0]);
        if (answer[0] !== DL_CHANNEL_DONE || channel === undefined) break;
        this.#channels.set(asked[0], { ...channel, rx1Hz: frequencyAt(asked, 1) });
        break;
      }
      case Cid.pingSlotChannel: {
        if (answer[0] !== PING_SLOT_CHANNEL_DONE) break;
        const frequencyHz = frequencyAt(asked, 0);
        this.#pingChannel = {
          ...(frequencyHz === 0 ? {} : { frequencyHz }),
          dataRate: asked[3] & 15,
        };
        break;
      }
      default:
        break;
    }
  }
}
