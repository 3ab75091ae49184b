/**
 * LinkADRReq (TS001-1.0.4, 5.3; TS001-1.1, 5.3). Those that follow one another in a frame are one block: their masks
 * act one after the other, the rest is taken from the last, and all of it is done or nothing.
 */
import { type Bytes, type Int, load16le, type u8 } from "../lang/index.ts";
import { CERTIFICATION } from "../packages/selection.ts";
import { LEAST_POWER_DBM } from "../radio/index.ts";
import {
  type DataRate,
  isUplinkRate,
  PLANS,
  powerDbm,
  RATE_COUNT,
  selection,
  slowestDataRate,
} from "../regions/index.ts";
import { ADR, isAdrOn } from "./adr.ts";
import { addMask, areMasksValid, doMasksHave, startMasks, takeMasks } from "./channels/index.ts";
import { Cid, post } from "./outbox.ts";
import { session } from "./session.ts";
import { LORAWAN_1_1 } from "./version.ts";

/** LinkADRAns. */
const MASK_ACK = 1;
const DATA_RATE_ACK = 2;
const POWER_ACK = 4;

/** DataRate, TXPower: as it is. */
const KEEP = 15;

class Block {
  /** Requests in it so far. */
  requests: u8 = 0;
  /** Of this frame, the block is not the first. */
  isLater: boolean = false;
  /** DataRate_TXPower and NbTrans of the last. */
  rateAndPower: u8 = 0;
  nbTrans: Int<0, 15> = 0;
}

const block = new Block();

/** Before the commands of a frame. */
export function startBlocks(): void {
  block.requests = 0;
  block.isLater = false;
}

/** Takes a LinkADRReq: what stands behind its CID. */
export function addToBlock(request: Bytes<5>): void {
  if (block.requests === 0) startMasks();
  if (block.requests < 15) block.requests++;
  block.rateAndPower = request[0];
  const redundancy = request[3];
  block.nbTrans = redundancy & 15;
  addMask((redundancy >> 4) & 7, load16le(request, 1));
}

/** Does what the block asks for, or nothing; returns the octet of LinkADRAns. */
function applyBlock(): u8 {
  let dataRate: DataRate = session.dataRate;
  let txPower: Int<0, 14> = session.txPower;
  const wantedRate = block.rateAndPower >> 4;
  const wantedPower = block.rateAndPower & 15;
  let status: u8 = DATA_RATE_ACK | POWER_ACK;
  // A device that goes its own way takes the channels and nothing else.
  const takesAll = CERTIFICATION ? isAdrOn() : ADR;
  if (takesAll && wantedRate !== KEEP) {
    const isSlow = wantedRate < slowestDataRate(session.isUplinkLimited);
    if (wantedRate < RATE_COUNT && isUplinkRate(wantedRate) && !isSlow) dataRate = wantedRate;
    else status = status & ~DATA_RATE_ACK;
  }
  if (takesAll && wantedPower !== KEEP) {
    // More than the radio has is accepted, less than its least is not (TS001-1.0.4, 5.3).
    const isKnown = wantedPower <= PLANS[selection.plan].maxTxPower;
    if (isKnown && powerDbm(wantedPower) >= LEAST_POWER_DBM) txPower = wantedPower;
    else status = status & ~POWER_ACK;
  }
  if (!doMasksHave(dataRate)) status = status & ~DATA_RATE_ACK;
  if (areMasksValid(dataRate)) status = status | MASK_ACK;
  if (status !== (MASK_ACK | DATA_RATE_ACK | POWER_ACK)) return status;

  takeMasks();
  session.dataRate = dataRate;
  session.txPower = txPower;
  if (takesAll) {
    if (block.nbTrans > 0) session.nbTrans = block.nbTrans;
    // 1.1 keeps what is, 1.0.4 has a default.
    else if (!(LORAWAN_1_1 && session.isNetwork11)) session.nbTrans = 1;
  }
  return status;
}

/** After a command that is no LinkADRReq, and after the last: ends the block, if there is one. */
export function endBlock(): void {
  if (block.requests === 0) return;
  if (LORAWAN_1_1 && session.isNetwork11) {
    // One answer for the block, and a frame may have but one (TS001-1.1, 5.3).
    post(Cid.LinkAdr, block.isLater ? 0 : applyBlock(), 0);
    block.isLater = true;
  } else {
    const status = applyBlock();
    for (let i = 0; i < block.requests; i++) post(Cid.LinkAdr, status, 0);
  }
  block.requests = 0;
}
