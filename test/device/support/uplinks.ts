/** The data frames that a board has sent, as anybody on the air reads them. */
import type { LoraTransmission } from "../../../hil/air/index.ts";
import { isDataFrame } from "../../../hil/lorawan/index.ts";
import type { DeviceSession } from "./device-session.ts";

const ADR_ACK_REQ = 0x40;
const ACK = 0x20;
const CONFIRMED_UP = 4;

export interface SentUplink {
  readonly fCnt: number;
  readonly confirmed: boolean;
  readonly adrAckReq: boolean;
  readonly ack: boolean;
  readonly dataRate: number;
  /** In units of 100 kHz. */
  readonly channel: number;
  readonly powerDbm: number;
  readonly startS: number;
  readonly endS: number;
}

/** Of EU868 at DR0 to DR5, in the order in which they were sent, with each repetition. */
export function sentUplinks(session: DeviceSession): SentUplink[] {
  return session.sent
    .filter(
      (packet): packet is LoraTransmission => packet.modulation === "lora" && isDataFrame(packet.payload),
    )
    .map(({ payload, spreadingFactor, frequencyHz, powerDbm, startNs, endNs }) => ({
      fCnt: payload[6] + payload[7] * 256,
      confirmed: payload[0] >> 5 === CONFIRMED_UP,
      adrAckReq: (payload[5] & ADR_ACK_REQ) !== 0,
      ack: (payload[5] & ACK) !== 0,
      dataRate: 12 - spreadingFactor,
      channel: Math.round(frequencyHz / 1e5),
      powerDbm,
      startS: startNs / 1e9,
      endS: endNs / 1e9,
    }));
}

/** Loses what gateways send to the board, as long as `isLost` says so of the next. */
export function loseDownlinks(session: DeviceSession, isLost: () => boolean): void {
  session.air.disturb((_, receiver) => (receiver === "device" && isLost() ? "lost" : undefined));
}
