/** What the messages of a Network Server to its stations draw on: the channel plan, the network, and the time. */
import type { Clock } from "../../clock/index.ts";
import { gpsMsOf, type NetworkPlan } from "../../lorawan/index.ts";
import type { FrameToSend, GatewayInstant, HeardFrame, SendTiming } from "../gateway-server.ts";
import type { JsonMembers } from "../json-members.ts";
import { PacketError } from "../packet-error.ts";
import type { DownlinkContext } from "./downlink.ts";
import { type JoinEuiRange, routerConfig } from "./router-config.ts";
import type { StationUplink } from "./uplink.ts";

export interface RegionOptions {
  readonly plan: NetworkPlan;
  readonly netId: string;
  /** Join-requests for other JoinEUIs stay at the stations; all come where not given. */
  readonly joinEuis?: readonly JoinEuiRange[];
  readonly clock: Clock;
  /** Wall-clock time at the clock's zero. */
  readonly startedAt: Date;
}

export class RegionOfStations {
  readonly #options: RegionOptions;

  /** @throws PacketError if no station has radios enough for the channels of the plan. */
  constructor(options: RegionOptions) {
    this.#options = options;
    this.routerConfig();
  }

  nowNs(): number {
    return this.#options.clock.nowNs();
  }

  routerConfig(): object {
    const { plan, netId, joinEuis } = this.#options;
    return routerConfig({ plan, netId, joinEuis, nowMs: this.#nowMs() });
  }

  /** @throws PacketError if the data rate is none for uplinks of the region. */
  heardFrame(gatewayEui: string, uplink: StationUplink): HeardFrame {
    const rate = this.#options.plan.dataRates.get(uplink.dataRate);
    if (rate === undefined || rate.direction === "down")
      throw new PacketError("message.DR", `DR${uplink.dataRate} is no data rate of LoRa for uplinks here`);
    const { spreadingFactor, bandwidthHz } = rate;
    const { phyPayload, frequencyHz, rssiDbm, snrDb } = uplink;
    return {
      gatewayEui,
      phyPayload,
      instant: instantText(uplink),
      frequencyHz,
      dataRate: { spreadingFactor, bandwidthHz },
      rssiDbm,
      snrDb,
    };
  }

  downlinkContext(diid: number, timing: SendTiming | undefined): DownlinkContext {
    return {
      diid,
      dataRateIndex: (rate) => this.#downlinkIndex(rate),
      uplink: timing !== undefined && "after" in timing ? instantOf(timing.after) : undefined,
      muxTime: this.#nowMs() / 1000,
    };
  }

  /** The answer to a station with PPS, which knows when a second begins, but not which. @throws PacketError */
  timesync(members: JsonMembers): object {
    const txtime = members.int64("txtime");
    const { clock, startedAt } = this.#options;
    const gpstime = gpsMsOf(startedAt) * 1000 + Math.floor(clock.nowNs() / 1000);
    return { msgtype: "timesync", txtime, gpstime, MuxTime: this.#nowMs() / 1000 };
  }

  #nowMs(): number {
    const { clock, startedAt } = this.#options;
    return startedAt.getTime() + clock.nowNs() / 1e6;
  }

  #downlinkIndex({ spreadingFactor, bandwidthHz }: FrameToSend["dataRate"]): number {
    for (const [index, rate] of this.#options.plan.dataRates) {
      if (rate.direction === "up") continue;
      if (rate.spreadingFactor === spreadingFactor && rate.bandwidthHz === bandwidthHz) return index;
    }
    throw new RangeError(
      `${this.#options.plan.name} has no downlinks of SF${spreadingFactor}BW${bandwidthHz / 1000}`,
    );
  }
}

/** "5066549585791808 0": xtime and antenna. */
function instantText({ xtime, rctx }: StationUplink): GatewayInstant {
  return `${xtime} ${rctx}`;
}

function instantOf(instant: GatewayInstant): { xtime: bigint; rctx: bigint } {
  const [xtime, rctx] = instant.split(" ");
  return { xtime: BigInt(xtime), rctx: BigInt(rctx) };
}
