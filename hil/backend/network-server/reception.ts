/** An uplink as gateways heard it, in the units of this server. */
import type { LoRaDataRate } from "../../lorawan/index.ts";
import type { GatewayInstant } from "./gateways.ts";

/** One gateway's copy. */
export interface Reception {
  /** Of a roaming partner's gateway: NetID, "/" and EUI. */
  readonly gatewayEui: string;
  readonly phyPayload: Uint8Array;
  /** The end of the frame on the gateway's own clock. */
  readonly instant: GatewayInstant;
  /** This server's clock when the copy arrived; taken for the end of the frame when windows are scheduled. */
  readonly receivedNs: number;
  readonly frequencyHz: number;
  readonly dataRate: LoRaDataRate;
  readonly rssiDbm: number;
  readonly snrDb: number;
}

/** All copies of one frame. */
export interface Uplink {
  readonly receptions: readonly Reception[];
  /** The copy with the best SNR, of several the strongest: its gateway sends the answer. */
  readonly best: Reception;
}
