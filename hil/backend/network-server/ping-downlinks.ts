/**
 * Downlinks of the application in the ping slots of a class B device: each in the first slot that a gateway can still
 * reach. LoRaWAN L2 1.0.4 and 1.1, sections 12 and 13.
 */
import type { Clock } from "../../clock/index.ts";
import { BEACON_PERIOD_S, type NetworkPlan, pingSlotsMs } from "../../lorawan/index.ts";
import type { Downlinks } from "./downlinks.ts";
import type { ReceiveWindow } from "./receive-windows.ts";
import type { NetworkSession } from "./session.ts";
import type { SessionStore } from "./session-store.ts";

/** From the decision on a frame to the slot, at least. */
const LEAD_MS = 500;

const BEACON_PERIOD_MS = BEACON_PERIOD_S * 1000;

export class PingDownlinks {
  readonly #with: {
    readonly plan: NetworkPlan;
    readonly clock: Clock;
    readonly sessions: SessionStore;
    readonly downlinks: Downlinks;
    /** Milliseconds of GPS time at the clock's zero. */
    readonly gpsZeroMs: number;
  };
  /** Those whose next slot is planned. */
  readonly #planned = new Set<NetworkSession>();

  constructor(dependencies: {
    readonly plan: NetworkPlan;
    readonly clock: Clock;
    readonly sessions: SessionStore;
    readonly downlinks: Downlinks;
    readonly gpsZeroMs: number;
  }) {
    this.#with = dependencies;
  }

  /** Milliseconds of GPS time. */
  gpsMsAt(ns: number): number {
    return this.#with.gpsZeroMs + ns / 1e6;
  }

  /** Sees to it that what waits for the device goes out in its next slots, one frame in each. */
  serve(session: NetworkSession): void {
    const { periodicity, gatewayEui } = session.classB;
    const [next] = session.queue;
    if (periodicity === undefined || next === undefined || this.#planned.has(session)) return;
    // One acknowledgement at a time: the next uplink brings it.
    if (next.confirmed && session.awaitsAck) return;
    const slot = this.#nextSlot(session, periodicity);
    // What no slot carries waits for RX1.
    if (next.frmPayload.length > slot.limitOctets) return;
    this.#planned.add(session);
    this.#with.downlinks.planSlot({
      session,
      gatewayEui,
      windows: [slot],
      ack: false,
      anything: false,
      macCommands: new Uint8Array(),
      isOver: () => {
        this.#planned.delete(session);
        if (this.#with.sessions.current(session.devEui) === session) this.serve(session);
      },
    });
  }

  #nextSlot(session: NetworkSession, periodicity: number): ReceiveWindow {
    const { plan, clock, gpsZeroMs } = this.#with;
    const { pingChannel } = session.settings;
    const fromMs = this.gpsMsAt(Math.max(clock.nowNs(), session.classB.busyUntilNs)) + LEAD_MS;
    for (let beaconMs = Math.floor(fromMs / BEACON_PERIOD_MS) * BEACON_PERIOD_MS; ; ) {
      const beaconTime = beaconMs / 1000;
      const startsMs = beaconMs;
      const gpsMs = pingSlotsMs(beaconTime, session.devAddr, periodicity)
        .map((slotMs) => startsMs + slotMs)
        .find((slotMs) => slotMs >= fromMs);
      if (gpsMs === undefined) {
        beaconMs += BEACON_PERIOD_MS;
        continue;
      }
      const frequencyHz = pingChannel.frequencyHz ?? plan.pingFrequencyHz(beaconTime, session.devAddr);
      const dataRate = pingChannel.dataRate ?? plan.classB.pingDataRate;
      return {
        name: "ping slot",
        opensNs: (gpsMs - gpsZeroMs) * 1e6,
        timing: { gpsMs },
        frequencyHz,
        dataRate,
        limitOctets: plan.maxFrmPayloadOctets(dataRate, session.settings.windows.isDownlinkLimited),
        powerDbm: plan.powerDbm(frequencyHz),
      };
    }
  }
}
