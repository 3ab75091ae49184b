/**
 * What goes back to a device after one of its uplinks, decided shortly before RX1 opens, so that the
 * Application Server has had time to hand a frame in. One frame carries all of it: ACK, MAC answers, data.
 */
import type { Clock } from "../../clock/index.ts";
import { parseMacCommands } from "../../lorawan/index.ts";
import type { EventSink } from "../events.ts";
import { buildDownlink } from "./downlink-frame.ts";
import { MAX_F_OPTS_OCTETS } from "./mac-requests.ts";
import type { PendingWork } from "./pending-work.ts";
import type { ReceiveWindow } from "./receive-windows.ts";
import type { NetworkSession, QueuedDownlink } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import type { Transmitter } from "./transmitter.ts";

/** How long before RX1 the frame is made up. */
const DECISION_LEAD_NS = 300_000_000;

/** An uplink that opened windows, and what the network owes the device for it. */
export interface DownlinkOpportunity {
  readonly session: NetworkSession;
  readonly gatewayEui: string;
  readonly windows: readonly ReceiveWindow[];
  /** The uplink was confirmed. */
  readonly ack: boolean;
  /** The device asks for any downlink at all (ADRACKReq). */
  readonly anything: boolean;
  /** MAC commands for the device, in clear. */
  readonly macCommands: Uint8Array;
}

interface Content {
  readonly item: QueuedDownlink | undefined;
  readonly fPort: number | undefined;
  readonly fCntDown: number;
}

export class Downlinks {
  readonly #with: {
    readonly clock: Clock;
    readonly sessions: SessionStore;
    readonly transmitter: Transmitter;
    readonly work: PendingWork;
    readonly onEvent: EventSink;
  };

  constructor(dependencies: {
    readonly clock: Clock;
    readonly sessions: SessionStore;
    readonly transmitter: Transmitter;
    readonly work: PendingWork;
    readonly onEvent: EventSink;
  }) {
    this.#with = dependencies;
  }

  /** Sees to the windows of an uplink when their time comes. */
  plan(opportunity: DownlinkOpportunity): void {
    const { clock, work } = this.#with;
    clock.at(opportunity.windows[0].opensNs - DECISION_LEAD_NS, () =>
      work.start(() => this.#serve(opportunity)),
    );
  }

  async #serve(opportunity: DownlinkOpportunity): Promise<void> {
    const { session } = opportunity;
    if (this.#with.sessions.current(session.devEui) !== session) return;
    const item = this.#takeFitting(opportunity);
    const requests = session.macRequests.take(this.#roomForRequests(opportunity, item));
    const fOpts = Buffer.concat([opportunity.macCommands, requests]);
    if (!item && !opportunity.ack && !opportunity.anything && fOpts.length === 0) return;
    const fPort = item?.fPort;
    const content = { item, fPort, fCntDown: item?.fCntDown ?? session.nextFCntDown(fPort) };
    session.useFCntDown(fPort, content.fCntDown);
    const phyPayload = buildDownlink(session, {
      fCntDown: content.fCntDown,
      confirmed: item?.confirmed ?? false,
      ack: opportunity.ack,
      fPending: session.queue.length > 0,
      fOpts,
      fPort,
      frmPayload: item?.frmPayload ?? new Uint8Array(),
    });
    const macNames = parseMacCommands(fOpts, "down")
      .commands.map(({ name }) => name)
      .join(" ");
    const result = await this.#with.transmitter.send({
      devEui: session.devEui,
      gatewayEui: opportunity.gatewayEui,
      windows: opportunity.windows,
      phyPayload,
      step: "downlink-scheduled",
      detail: {
        devAddr: session.devAddr,
        fCntDown: content.fCntDown,
        ack: opportunity.ack,
        confirmed: item?.confirmed ?? false,
        ...(fPort === undefined ? {} : { fPort }),
        ...(macNames === "" ? {} : { macCommands: macNames }),
      },
    });
    if (result === "not-sent") {
      if (requests.length > 0) session.macRequests.takeBack();
      this.#takeBack(session, content);
    } else if (item?.confirmed) {
      session.confirmedFCntDown = content.fCntDown;
      session.awaitsAck = true;
    }
  }

  /** Octets of FOpts that are left beside the answers and the frame of the application. */
  #roomForRequests({ windows, macCommands }: DownlinkOpportunity, item: QueuedDownlink | undefined): number {
    const inFrame = windows[0].limitOctets - (item?.frmPayload.length ?? 0);
    return Math.min(MAX_F_OPTS_OCTETS, inFrame) - macCommands.length;
  }

  /** The first frame of the queue that RX1's data rate can carry beside the MAC commands; longer ones go. */
  #takeFitting({ session, windows, macCommands }: DownlinkOpportunity): QueuedDownlink | undefined {
    const limit = windows[0].limitOctets - macCommands.length;
    for (let item = session.queue.shift(); item; item = session.queue.shift()) {
      if (item.frmPayload.length <= limit) return item;
      this.#dropped(
        session,
        item,
        `${item.frmPayload.length} octets exceed ${limit} at DR${windows[0].dataRate}`,
      );
    }
    return undefined;
  }

  /** Nothing was sent: the counter value is free again, and the frame waits for the next uplink. */
  #takeBack(session: NetworkSession, { item, fPort, fCntDown }: Content): void {
    const returned = session.returnFCntDown(fPort, fCntDown);
    if (!item) return;
    if (returned) session.queue.unshift(item);
    else this.#dropped(session, item, `FCntDown ${fCntDown} has been overtaken`);
  }

  #dropped(session: NetworkSession, item: QueuedDownlink, reason: string): void {
    this.#with.onEvent({
      server: "network-server",
      step: "downlink-dropped",
      ok: false,
      devEui: session.devEui,
      detail: { devAddr: session.devAddr, fPort: item.fPort, fCntDown: item.fCntDown },
      reason,
    });
  }
}
