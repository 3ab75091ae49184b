/**
 * A personalised device: it has to be heard and to hear, with no FCntUp that was there before, and takes no downlink
 * twice. Under 1.0.4 it keeps what the network has set: the data rate, and when RX1 opens, without which it would not
 * hear. Under 1.1 it says ResetInd at each start.
 */
import { isDataFrame, parseDataFrame, reconstructFCnt } from "../../../hil/lorawan/index.ts";
import type { Bench, Uplink } from "../../unit/firmware/support/bench.ts";
import type { Network } from "../../unit/firmware/support/network.ts";
import { fOptsOf, personalise } from "../../unit/firmware/support/personalised.ts";
import type { Witness } from "./campaign.ts";
import type { Cut } from "./plan.ts";

const PORT = 10;
const RESET_IND = "0101";
const RESET_CONF = "0101";
/** DR5, full power, the channels of the region, one transmission; and the answer that says yes. */
const LINK_ADR_REQ = "0350070001";
const LINK_ADR_ANS = "0307";
const RX_TIMING_SETUP_ANS = "08";
/** Of DR5. */
const FAST = 7;
const LONGEST_DELAY_S = 3;

export class AbpWitness implements Witness {
  readonly missing = "the device is not heard, or does not hear";
  /** At the slowest data rate the second uplink comes after more than two minutes. */
  readonly limitNs = 300e9;
  readonly hasYouth = true;
  readonly counts = { uplinks: 0, downlinks: 0, replays: 0 };
  signs = 0;
  readonly #bench: Bench;
  readonly #network: Network;
  readonly #random: () => number;
  #lastFCnt = -1;
  #serial = 0;
  readonly #taken = new Set<string>();
  #lastDownlink: Buffer | undefined;
  #isRecovering = false;
  #mayReplay = false;
  #isFirst = true;
  /** RECEIVE_DELAY1 as both sides know it, and as the device has been asked for. */
  #delayS = 1;
  #askedDelayS: number | undefined;
  #isFast = false;

  constructor(bench: Bench, lorawan11: boolean, random: () => number) {
    this.#bench = bench;
    this.#random = random;
    this.#network = personalise(bench, lorawan11);
    this.#network.fCntOf = (fCnt16) => this.#fCntOf(fCnt16);
    this.#network.onData = (uplink, frame) => this.#answer(uplink, fOptsOf(this.#network, frame));
  }

  onPowerUp(cut: Cut | undefined): void {
    this.#isRecovering = cut === undefined;
    // A replay is not written to the store.
    this.#mayReplay = cut !== undefined && cut.at !== "write";
    this.#isFirst = true;
  }

  onUplink({ transmission: { payload, spreadingFactor } }: Uplink): string | undefined {
    if (!isDataFrame(payload)) return "the device sends what is no data frame";
    this.counts.uplinks++;
    const fCnt = this.#fCntOf(parseDataFrame(payload).fCnt16);
    const last = this.#lastFCnt;
    if (fCnt <= last || fCnt - last > 0x8000) return `FCntUp ${fCnt % 0x10000} follows ${last % 0x10000}`;
    this.#lastFCnt = fCnt;
    if (this.#isFast && spreadingFactor !== FAST)
      return `the data rate that was set is lost: SF${spreadingFactor}`;
    return undefined;
  }

  onLine(line: string): string | undefined {
    const [, number] = /^downlink \d+: ([0-9A-F]+)$/.exec(line) ?? [];
    if (number === undefined) return undefined;
    this.counts.downlinks++;
    if (this.#taken.has(number)) return `the device takes downlink ${number} again`;
    this.#taken.add(number);
    if (this.#isRecovering && (this.#network.isNetwork11 || this.#isFast)) this.signs++;
    return undefined;
  }

  #fCntOf(fCnt16: number): number {
    return reconstructFCnt(fCnt16, this.#lastFCnt < 0 ? undefined : this.#lastFCnt);
  }

  #answer(uplink: Uplink, fOpts: string): void {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const { isNetwork11 } = this.#network;
    if (isNetwork11 && isFirst && fOpts !== RESET_IND) throw new Error(`"${fOpts}" is no ResetInd`);
    let saysDelay = false;
    for (let at = 0; !isNetwork11 && at < fOpts.length; ) {
      if (fOpts.startsWith(RX_TIMING_SETUP_ANS, at)) {
        saysDelay = true;
        at += 2;
      } else {
        this.#isFast ||= fOpts.startsWith(LINK_ADR_ANS, at);
        at += 4;
      }
    }
    // The device may have answered before, and then had its power cut.
    if (saysDelay && this.#askedDelayS !== undefined) {
      this.#delayS = this.#askedDelayS;
      this.#askedDelayS = undefined;
    }
    const replayed = this.#mayReplay && this.#random() < 0.5 ? this.#lastDownlink : undefined;
    if (replayed) this.counts.replays++;
    const delayS = this.#delayS;
    // As long as an answer is repeated, none can be told from that to another request.
    this.#bench.send(uplink, delayS, replayed ?? this.#downlink(!saysDelay));
  }

  #downlink(mayAsk: boolean): Buffer {
    let commands = "";
    if (this.#network.isNetwork11) {
      commands = RESET_CONF;
    } else {
      if (!this.#isFast) commands = LINK_ADR_REQ;
      if (mayAsk) {
        this.#askedDelayS = (this.#delayS % LONGEST_DELAY_S) + 1;
        commands += `080${this.#askedDelayS}`;
      }
    }
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(++this.#serial);
    this.#lastDownlink = this.#network.downlink({
      port: PORT,
      payload,
      commands: Buffer.from(commands, "hex"),
    });
    return this.#lastDownlink;
  }
}
