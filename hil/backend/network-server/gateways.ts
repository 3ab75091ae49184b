/** What this server needs of its gateways, whichever protocol they speak (hil/gateway has the servers of two). */
import type { LoRaDataRate } from "../../lorawan/index.ts";

/** An instant on a gateway's own clock: the server of its gateways alone can read it. */
export type GatewayInstant = string;

/** A LoRa packet as one gateway heard it. */
export interface HeardFrame {
  readonly gatewayEui: string;
  readonly phyPayload: Uint8Array;
  /** The end of the packet. */
  readonly instant: GatewayInstant;
  readonly frequencyHz: number;
  readonly dataRate: LoRaDataRate;
  readonly rssiDbm: number;
  readonly snrDb: number;
}

/** When a gateway sends: so long after a packet that it heard, or in milliseconds of GPS time. */
export type Timing =
  | { readonly after: GatewayInstant; readonly delayUs: number }
  | { readonly gpsMs: number };

/** RXC: what a device of Class C listens to. */
export type WindowName = "RX1" | "RX2" | "RXC" | "ping slot";

export interface SendWindow {
  readonly frequencyHz: number;
  readonly dataRate: LoRaDataRate;
  readonly powerDbm: number;
}

export interface FrameToSend extends SendWindow {
  readonly devEui: string;
  readonly phyPayload: Uint8Array;
  readonly window: WindowName;
  /** Undefined: at once. */
  readonly timing?: Timing;
  /** One second later, for a gateway that finds by itself that it cannot send in the first window. */
  readonly otherwise?: SendWindow;
}

export interface GatewayServer {
  /** The listener runs before the gateway is told that its packet has come. */
  onUplink(listener: (frame: HeardFrame) => void): unknown;
  /** Only from gateways whose protocol tells it: a frame is on the air. */
  onSent?(listener: (frame: { gatewayEui: string; devEui: string; frequencyHz: number }) => void): unknown;
  /** Resolves with "NONE" if the gateway takes the frame, else with its reason; rejects if it does not answer. */
  sendDownlink(gatewayEui: string, frame: FrameToSend): Promise<string>;
}
