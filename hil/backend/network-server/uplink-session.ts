/**
 * Finds the session of a data uplink: DevAddr narrows, the MIC decides, the counter must move forward.
 * LoRaWAN L2 1.0.4 and 1.1, sections 4.3.1.5 and 4.4.
 */
import {
  FCNT_LIMIT,
  micEquals,
  type NetworkPlan,
  type ParsedDataFrame,
  reconstructFCnt,
} from "../../lorawan/index.ts";
import type { NetworkSession } from "./session.ts";

/** How a frame came. */
export interface UplinkRadio {
  /** Index of its data rate in the region. */
  readonly txDr: number;
  readonly frequencyHz: number;
}

export type UplinkMatch =
  | {
      readonly found: true;
      readonly session: NetworkSession;
      readonly fCnt: number;
      readonly repeated: boolean;
    }
  | { readonly found: false; readonly devEui?: string; readonly reason: string };

export function matchUplink(
  plan: NetworkPlan,
  frame: ParsedDataFrame,
  candidates: readonly NetworkSession[],
  { txDr, frequencyHz }: UplinkRadio,
): UplinkMatch {
  const fits = (session: NetworkSession, fCnt: number): boolean => {
    const txCh = session.channelIndex(frequencyHz);
    if (txCh === undefined || fCnt < 0 || fCnt > FCNT_LIMIT) return false;
    const input = { devAddr: frame.devAddr, fCnt, message: frame.message };
    return micEquals(frame.mic, session.uplinkMic(input, { txDr, txCh }));
  };

  if (candidates.every((session) => session.channelIndex(frequencyHz) === undefined)) {
    if (plan.channelIndex(frequencyHz) === undefined)
      return {
        found: false,
        reason: `${frequencyHz} Hz is no channel of ${plan.name}, nor one of the device's own`,
      };
  }
  if (candidates.length === 0) return { found: false, reason: `no session has the DevAddr ${frame.devAddr}` };
  for (const session of candidates) {
    const fCnt = reconstructFCnt(frame.fCnt16, session.fCntUp);
    if (fits(session, fCnt)) return { found: true, session, fCnt, repeated: fCnt === session.fCntUp };
  }
  // An old frame is told from a forged one only for the sake of the reason: both are refused.
  for (const session of candidates) {
    if (session.fCntUp === undefined) continue;
    const past = reconstructFCnt(frame.fCnt16, session.fCntUp) - 0x10000;
    if (fits(session, past))
      return {
        found: false,
        devEui: session.devEui,
        reason: `FCntUp ${past} is not above ${session.fCntUp}, the last one accepted: a replay`,
      };
  }
  return { found: false, reason: `MICFailed: no session of DevAddr ${frame.devAddr} has made this MIC` };
}
