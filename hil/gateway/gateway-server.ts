/** What a Network Server gets from its gateways and asks of them, whichever protocol they speak. */

/** An instant on a gateway's own clock: what its protocol writes, for nobody else to read. */
export type GatewayInstant = string;

/** A LoRa packet with a good CRC. */
export interface HeardFrame {
  readonly gatewayEui: string;
  readonly phyPayload: Uint8Array;
  /** The end of the packet. */
  readonly instant: GatewayInstant;
  readonly frequencyHz: number;
  readonly dataRate: { readonly spreadingFactor: number; readonly bandwidthHz: number };
  readonly rssiDbm: number;
  readonly snrDb: number;
}

/** Where and how strong a frame is sent. */
export interface SendWindow {
  readonly frequencyHz: number;
  readonly dataRate: { readonly spreadingFactor: number; readonly bandwidthHz: number };
  /** Conducted. A station goes by its region instead. */
  readonly powerDbm: number;
}

/** When a gateway sends: so long after a packet that it heard, or in milliseconds of GPS time. */
export type SendTiming =
  | { readonly after: GatewayInstant; readonly delayUs: number }
  | { readonly gpsMs: number };

/** A LoRaWAN downlink: inverted IQ, no payload CRC, coding rate 4/5. */
export interface FrameToSend extends SendWindow {
  readonly devEui: string;
  readonly phyPayload: Uint8Array;
  /** Undefined: at once. */
  readonly timing?: SendTiming;
  /** One second later, for a gateway that finds by itself that it cannot send in the first window. */
  readonly otherwise?: SendWindow;
}

/** A frame is on the air. */
export interface SentFrame {
  readonly gatewayEui: string;
  readonly devEui: string;
  readonly frequencyHz: number;
}

/** The gateways of one protocol. */
export interface GatewayServer {
  /** The listener runs before the gateway is told that its packet has come. */
  onUplink(listener: (frame: HeardFrame) => void): void;
  /** Only from gateways whose protocol tells it. */
  onSent?(listener: (frame: SentFrame) => void): void;
  /** Resolves with "NONE" if the gateway takes the frame, else with its reason; rejects if it does not answer. */
  sendDownlink(gatewayEui: string, frame: FrameToSend): Promise<string>;
}
