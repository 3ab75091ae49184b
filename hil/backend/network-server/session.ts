/**
 * The context that a Network Server keeps of one activation: address, keys, counters, settings.
 * LoRaWAN L2 1.0.4 section 4.3.1.5 (one FCntDown), 1.1 section 4.3.1.5 (NFCntDown and AFCntDown) and
 * section 6.1.2 (keys).
 */
import {
  type CipherInput,
  cryptFOpts,
  cryptFrmPayload,
  type DataFrame,
  dataMic10,
  downlinkMic11,
  type FrameCounter,
  type MicInput,
  type NetworkPlan,
  uplinkMic11,
} from "../../lorawan/index.ts";
import type { KeyEnvelope } from "../interfaces/index.ts";
import { ClassB } from "./class-b.ts";
import { channelMadeBy, DeviceSettings } from "./device-settings.ts";
import { MacRequests } from "./mac-requests.ts";
import type { ReceiveWindow, WindowSettings } from "./receive-windows.ts";

/** Network session keys; under 1.0.x all three are the NwkSKey. */
export interface NetworkSessionKeys {
  readonly fNwkSIntKey: Uint8Array;
  readonly sNwkSIntKey: Uint8Array;
  readonly nwkSEncKey: Uint8Array;
}

/** For the Application Server, which alone can open it. */
export interface AppSKeyDelivery {
  readonly envelope?: KeyEnvelope;
  readonly sessionKeyId?: string;
}

/** A frame for the device that the Application Server has encrypted. */
export interface QueuedDownlink {
  readonly fPort: number;
  readonly fCntDown: number;
  readonly confirmed: boolean;
  readonly frmPayload: Uint8Array;
}

/** The last uplink, as far as downlinks after it must know. */
export interface Contact {
  readonly gatewayEui: string;
  readonly rx2: ReceiveWindow;
  /** Ahead of its windows it is decided what goes in them: from then on, what has not come by then must wait. */
  readonly isDecided: boolean;
  /** A downlink is in one of its windows. */
  readonly isUsed: boolean;
}

export interface Activation {
  readonly devEui: string;
  readonly joinEui: string;
  readonly devAddr: string;
  /** OptNeg: 1.1 keys, MIC and counters. */
  readonly optNeg: boolean;
  readonly keys: NetworkSessionKeys;
  readonly plan: NetworkPlan;
  readonly windows: WindowSettings;
  readonly appSKey: AppSKeyDelivery;
  /** The device is of Class C from the start; one of 1.1 says so itself. */
  readonly isClassC?: boolean;
  /** It came from no join: the device says ResetInd where it has forgotten what it was told (1.1). */
  readonly isPersonalised?: boolean;
  /** Where they go on: all from 0 if not given. */
  readonly counters?: {
    readonly fCntUp: number;
    readonly nFCntDown: number;
    readonly aFCntDown?: number;
  };
  /** After a rejoin: the session that goes before, and whether its settings stay (type 2). */
  readonly continues?: { readonly session: NetworkSession; readonly keepsSettings: boolean };
}

export class NetworkSession {
  readonly devEui: string;
  readonly joinEui: string;
  readonly devAddr: string;
  readonly optNeg: boolean;
  readonly isPersonalised: boolean;
  readonly plan: NetworkPlan;
  #settings: DeviceSettings;
  readonly macRequests: MacRequests;
  /** The counter of the last confirmed downlink: the MIC of the uplink that acknowledges it covers it. */
  confirmedFCntDown: number | undefined;
  /** That downlink has not been acknowledged yet. */
  awaitsAck = false;
  readonly queue: QueuedDownlink[] = [];
  /** The device listens all the time. */
  isClassC: boolean;
  contact: Contact | undefined;
  /** A frame that may be the device's is being looked at: until then it is not known whether windows open. */
  heldUntilNs = 0;
  readonly classB = new ClassB();
  /** Of the last rejoin-request of type 0 or 2; undefined before the first. */
  rjCount0: number | undefined;
  readonly #defaults: () => DeviceSettings;
  readonly #keys: NetworkSessionKeys;
  readonly #appSKey: AppSKeyDelivery;
  #fCntUp: number | undefined;
  /** What `confirmedFCntDown` was when the last uplink came: a repetition has the same MIC. */
  #confFCntOfLastUplink = 0;
  /** Next values. Without OptNeg the first one counts all downlinks. */
  #nFCntDown: number;
  #aFCntDown: number;

  constructor(activation: Activation) {
    this.devEui = activation.devEui;
    this.joinEui = activation.joinEui;
    this.devAddr = activation.devAddr;
    this.optNeg = activation.optNeg;
    this.plan = activation.plan;
    this.isClassC = activation.isClassC ?? false;
    const { continues } = activation;
    this.#defaults = () => new DeviceSettings(activation.plan, activation.windows);
    this.#settings = continues?.keepsSettings ? continues.session.settings : this.#defaults();
    this.isPersonalised = activation.isPersonalised ?? false;
    this.#fCntUp = activation.counters?.fCntUp;
    this.#nFCntDown = activation.counters?.nFCntDown ?? 0;
    this.#aFCntDown = activation.counters?.aFCntDown ?? 0;
    this.macRequests = continues?.session.macRequests ?? new MacRequests();
    this.#appSKey = activation.appSKey;
    this.#keys = activation.keys;
  }

  // Getters, so that printing a session prints no key.
  get fNwkSIntKey(): Uint8Array {
    return this.#keys.fNwkSIntKey;
  }
  get sNwkSIntKey(): Uint8Array {
    return this.#keys.sNwkSIntKey;
  }
  get nwkSEncKey(): Uint8Array {
    return this.#keys.nwkSEncKey;
  }

  /** What the device has been told, as far as it has agreed. */
  get settings(): DeviceSettings {
    return this.#settings;
  }

  /** The device has what it had before it was told anything: its counters alone go on (1.1, section 5.1). */
  reset(): void {
    this.#settings = this.#defaults();
  }

  /** Index of the channel at a frequency: of those agreed, or of one that the device may just have been given. */
  channelIndex(frequencyHz: number): number | undefined {
    return this.settings.channelIndex(frequencyHz) ?? channelMadeBy(this.macRequests.asked, frequencyHz);
  }

  /** A Join Server may send the AppSKey in clear. */
  get appSKey(): AppSKeyDelivery {
    return this.#appSKey;
  }

  /** Last FCntUp accepted, 32 bits. */
  get fCntUp(): number | undefined {
    return this.#fCntUp;
  }

  /** An uplink with a good MIC and this counter came: a new one, or the last one again. */
  acceptUplink(fCnt: number): void {
    if (fCnt === this.#fCntUp) return;
    this.#fCntUp = fCnt;
    this.#confFCntOfLastUplink = this.confirmedFCntDown ?? 0;
  }

  /** Which counter numbers a downlink: application frames have their own only with OptNeg. */
  downlinkCounter(fPort: number | undefined): Exclude<FrameCounter, "FCntUp"> {
    return this.optNeg && fPort !== undefined && fPort > 0 ? "AFCntDown" : "NFCntDown";
  }

  /** The next value of the counter that numbers a downlink on `fPort`. */
  nextFCntDown(fPort: number | undefined): number {
    return this.downlinkCounter(fPort) === "AFCntDown" ? this.#aFCntDown : this.#nFCntDown;
  }

  /** The value is used up. */
  useFCntDown(fPort: number | undefined, fCntDown: number): void {
    this.#setFCntDown(fPort, fCntDown + 1);
  }

  /** The frame never went on the air, so its value may be used again, unless a later one is out already. */
  returnFCntDown(fPort: number | undefined, fCntDown: number): boolean {
    if (this.nextFCntDown(fPort) !== fCntDown + 1) return false;
    this.#setFCntDown(fPort, fCntDown);
    return true;
  }

  #setFCntDown(fPort: number | undefined, next: number): void {
    if (this.downlinkCounter(fPort) === "AFCntDown") this.#aFCntDown = next;
    else this.#nFCntDown = next;
  }

  /** The MIC that an uplink of this session has. `txDr`, `txCh`: indices of its data rate and channel. */
  uplinkMic(input: MicInput, radio: { readonly txDr: number; readonly txCh: number }): Buffer {
    if (!this.optNeg) return dataMic10(input, this.#keys.fNwkSIntKey, "up");
    const repeated = input.fCnt === this.#fCntUp;
    const confFCnt = repeated ? this.#confFCntOfLastUplink : (this.confirmedFCntDown ?? 0);
    return uplinkMic11({ ...input, ...radio, confFCnt }, this.#keys);
  }

  /** The MIC of a downlink; one with ACK acknowledges the last uplink accepted. */
  downlinkMic(input: MicInput): Buffer {
    if (!this.optNeg) return dataMic10(input, this.#keys.fNwkSIntKey, "down");
    return downlinkMic11({ ...input, confFCnt: this.#fCntUp ?? 0 }, this.#keys.sNwkSIntKey);
  }

  /** FOpts in clear to FOpts on the air and back: encrypted with OptNeg only. */
  cryptFOpts(input: CipherInput & { readonly counter: FrameCounter }, fOpts: Uint8Array): Uint8Array {
    return this.optNeg ? cryptFOpts(input, this.#keys.nwkSEncKey, fOpts) : fOpts;
  }

  /** The MAC commands of an uplink in clear: from FOpts, or from FRMPayload on FPort 0. */
  uplinkMacCommands(frame: DataFrame, fCnt: number): Uint8Array {
    const input = { devAddr: this.devAddr, fCnt };
    if (frame.fPort === 0)
      return cryptFrmPayload({ ...input, direction: "up" }, this.#keys.nwkSEncKey, frame.frmPayload);
    return this.cryptFOpts({ ...input, counter: "FCntUp" }, frame.fOpts);
  }
}
