/** Sends a downlink in the first receive window that can still be reached. */
import type { Clock } from "../../clock/index.ts";
import { MIC_OCTETS, type NetworkPlan } from "../../lorawan/index.ts";
import type { EventSink, ServerEvent } from "../events.ts";
import type { FrameToSend, GatewayServer, SendWindow } from "./gateways.ts";
import type { ReceiveWindow } from "./receive-windows.ts";

/** A gateway must have the frame this long before it sends it: network and its own queue take time. */
export const GATEWAY_LEAD_NS = 100_000_000;

export interface Downlink {
  readonly devEui: string;
  readonly gatewayEui: string;
  readonly windows: readonly ReceiveWindow[];
  readonly phyPayload: Uint8Array;
  /** The step that the event names when a gateway accepted the frame, and what it tells of the frame. */
  readonly step: string;
  readonly detail: ServerEvent["detail"];
}

/** "unknown": the gateway did not answer, so the frame may be on the air. */
export type TransmitResult = "scheduled" | "not-sent" | "unknown";

/** MHDR and FHDR without FOpts, FPort: what a data frame has besides N octets of FOpts and FRMPayload. */
const FRAME_OVERHEAD_OCTETS = 1 + 7 + 1 + MIC_OCTETS;

export class Transmitter {
  readonly #plan: NetworkPlan;
  readonly #clock: Clock;
  readonly #gatewayServer: Pick<GatewayServer, "sendDownlink">;
  readonly #onEvent: EventSink;

  constructor(
    plan: NetworkPlan,
    clock: Clock,
    gatewayServer: Pick<GatewayServer, "sendDownlink">,
    onEvent: EventSink,
  ) {
    this.#plan = plan;
    this.#clock = clock;
    this.#gatewayServer = gatewayServer;
    this.#onEvent = onEvent;
  }

  async send(downlink: Downlink): Promise<TransmitResult> {
    for (const [index, window] of downlink.windows.entries()) {
      const obstacle = this.#obstacle(downlink, window);
      if (obstacle) {
        this.#refused(downlink, window, obstacle);
        continue;
      }
      let error: string;
      try {
        error = await this.#gatewayServer.sendDownlink(
          downlink.gatewayEui,
          this.#frame(downlink, window, downlink.windows[index + 1]),
        );
      } catch (fault) {
        this.#refused(downlink, window, (fault as Error).message);
        return "unknown";
      }
      if (error === "NONE") {
        this.#onEvent({
          server: "network-server",
          step: downlink.step,
          ok: true,
          devEui: downlink.devEui,
          detail: {
            ...downlink.detail,
            window: window.name,
            gateway: downlink.gatewayEui,
            frequencyHz: window.frequencyHz,
            dataRate: window.dataRate,
            ...(window.timing && "gpsMs" in window.timing ? { gpsMs: window.timing.gpsMs } : {}),
          },
        });
        return "scheduled";
      }
      this.#refused(downlink, window, `the gateway refused the frame: ${error}`);
    }
    return "not-sent";
  }

  /** Why a window cannot be used at all, or undefined. */
  #obstacle(downlink: Downlink, window: ReceiveWindow): string | undefined {
    const leftNs = window.opensNs - this.#clock.nowNs();
    if (window.timing !== undefined && leftNs < GATEWAY_LEAD_NS)
      return `too late: ${Math.round(leftNs / 1e6)} ms before the window, ${GATEWAY_LEAD_NS / 1e6} ms are needed`;
    const limit = window.limitOctets + FRAME_OVERHEAD_OCTETS;
    if (downlink.phyPayload.length > limit)
      return `${downlink.phyPayload.length} octets exceed the ${limit} that DR${window.dataRate} allows`;
    return undefined;
  }

  /** `next` is the window that is left after this one, if there is one and the frame may go in it. */
  #frame(downlink: Downlink, window: ReceiveWindow, next: ReceiveWindow | undefined): FrameToSend {
    const { devEui, phyPayload } = downlink;
    const mayWait = next !== undefined && this.#obstacle(downlink, next) === undefined;
    return {
      devEui,
      phyPayload,
      window: window.name,
      timing: window.timing,
      ...this.#place(window),
      ...(mayWait ? { otherwise: this.#place(next) } : {}),
    };
  }

  #place({ frequencyHz, dataRate, powerDbm }: ReceiveWindow): SendWindow {
    return { frequencyHz, dataRate: this.#plan.dataRate(dataRate), powerDbm };
  }

  #refused(downlink: Downlink, window: ReceiveWindow, reason: string): void {
    this.#onEvent({
      server: "network-server",
      step: "window-missed",
      ok: false,
      devEui: downlink.devEui,
      detail: { ...downlink.detail, window: window.name, gateway: downlink.gatewayEui },
      reason: `${window.name}: ${reason}`,
    });
  }
}
