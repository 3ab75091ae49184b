/**
 * What goes back to a device after one of its uplinks, decided shortly before RX1 opens, so that the
 * Application Server has had time to hand a frame in. One frame carries all of it: ACK, MAC answers, data.
 *
 * A device of Class C gets frames of the application at any other time, too, one by one: not while it may have switched to
 * a window of Class A, which ends what it hears (1.0.4, section 15).
 */
import type { Clock } from "../../clock/index.ts";
import { Cid, type NetworkPlan, parseMacCommands } from "../../lorawan/index.ts";
import type { EventSink } from "../events.ts";
import { buildDownlink } from "./downlink-frame.ts";
import { MAX_F_OPTS_OCTETS } from "./mac-requests.ts";
import type { PendingWork } from "./pending-work.ts";
import { continuousWindow, type ReceiveWindow } from "./receive-windows.ts";
import type { NetworkSession, QueuedDownlink } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import { GATEWAY_LEAD_NS, type Transmitter } from "./transmitter.ts";

/** How long before RX1 the frame is made up. */
const DECISION_LEAD_NS = 300_000_000;

/** When a window without a frame has closed, after it opened: the preamble at SF12 and to spare. */
const WINDOW_NS = 400_000_000;

/** CLASS_C_RESP_TIMEOUT (RP002-1.0.4, default settings): how long a confirmed frame may go unacknowledged. */
const RESPONSE_TIMEOUT_NS = 8_000_000_000;

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
  /** Called once the opportunity is over, taken or not. */
  readonly isOver?: () => void;
}

interface Content {
  readonly item: QueuedDownlink | undefined;
  readonly fPort: number | undefined;
  readonly fCntDown: number;
}

export class Downlinks {
  readonly #with: {
    readonly plan: NetworkPlan;
    readonly clock: Clock;
    readonly sessions: SessionStore;
    readonly transmitter: Transmitter;
    readonly work: PendingWork;
    readonly onEvent: EventSink;
  };

  constructor(dependencies: {
    readonly plan: NetworkPlan;
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
    const { session, gatewayEui, windows } = opportunity;
    const contact = { gatewayEui, rx2: windows[1], isDecided: false, isUsed: false };
    session.contact = contact;
    clock.at(windows[0].opensNs - DECISION_LEAD_NS, () =>
      work.start(async () => {
        const isUsed = await this.#serve(opportunity);
        opportunity.isOver?.();
        if (session.contact !== contact) return;
        session.contact = { ...contact, isDecided: true, isUsed };
        this.continue(session);
      }),
    );
  }

  /** Sees to a ping slot of a device of Class B when its time comes. */
  planSlot(opportunity: DownlinkOpportunity): void {
    const { clock, work } = this.#with;
    clock.at(opportunity.windows[0].opensNs - DECISION_LEAD_NS, () =>
      work.start(async () => {
        // It may have gone back to Class A since.
        if (opportunity.session.classB.periodicity !== undefined) await this.#serve(opportunity);
        opportunity.isOver?.();
      }),
    );
  }

  /** Sends what waits for a device of Class C, now or as soon as it listens; a device of Class A speaks first. */
  continue(session: NetworkSession): void {
    const { clock, work } = this.#with;
    const { contact } = session;
    if (!this.#mayContinue(session) || !contact?.isDecided) return;
    const nowNs = clock.nowNs();
    if (nowNs < session.heldUntilNs) {
      clock.at(session.heldUntilNs, () => this.continue(session));
      return;
    }
    const { rx2, isUsed, gatewayEui } = contact;
    const isInRx2 = !isUsed && rx2.opensNs - nowNs > GATEWAY_LEAD_NS;
    const listensNs = rx2.opensNs + WINDOW_NS;
    if (!isInRx2 && nowNs < listensNs) {
      clock.at(listensNs, () => this.continue(session));
      return;
    }
    const { plan } = this.#with;
    const window = isInRx2 ? rx2 : continuousWindow(plan, session.settings.windows, nowNs);
    // Nothing else goes out before this has: the gateway has to answer first.
    session.contact = { ...contact, isDecided: false };
    work.start(async () => {
      const isSent = await this.#serve({
        session,
        gatewayEui,
        windows: [window],
        ack: false,
        anything: false,
        macCommands: new Uint8Array(),
      });
      if (session.contact?.rx2 !== rx2) return;
      session.contact = { ...contact, isUsed: isUsed || isInRx2 };
      if (isSent) this.continue(session);
    });
  }

  /** Whether the next frame of the queue may go to the device without an uplink before it. */
  #mayContinue(session: NetworkSession): boolean {
    const [next] = session.queue;
    if (!session.isClassC || next === undefined) return false;
    if (this.#with.sessions.current(session.devEui) !== session) return false;
    // The device may listen by the old parameters or by the new ones.
    if (session.macRequests.asked.some(({ cid }) => cid === Cid.rxParamSetup)) return false;
    return !(next.confirmed && session.awaitsAck);
  }

  /** Whether a frame went out, or may have. */
  async #serve(opportunity: DownlinkOpportunity): Promise<boolean> {
    const { session } = opportunity;
    if (this.#with.sessions.current(session.devEui) !== session) return false;
    const item = this.#takeFitting(opportunity);
    const { name } = opportunity.windows[0];
    const isClassA = name === "RX1" || name === "RX2";
    const requests = isClassA
      ? session.macRequests.take(this.#roomForRequests(opportunity, item))
      : new Uint8Array();
    const fOpts = Buffer.concat([opportunity.macCommands, requests]);
    if (!item && !opportunity.ack && !opportunity.anything && fOpts.length === 0) return false;
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
      this.#giveUpLater(session, content.fCntDown);
    }
    return result !== "not-sent";
  }

  /** A device of Class C has a time to answer in; then the next frame may go. */
  #giveUpLater(session: NetworkSession, fCntDown: number): void {
    const { clock } = this.#with;
    if (!session.isClassC) return;
    clock.at(clock.nowNs() + RESPONSE_TIMEOUT_NS, () => {
      if (!session.awaitsAck || session.confirmedFCntDown !== fCntDown) return;
      session.awaitsAck = false;
      this.continue(session);
    });
  }

  /** Octets of FOpts that are left beside the answers and the frame of the application. */
  #roomForRequests({ windows, macCommands }: DownlinkOpportunity, item: QueuedDownlink | undefined): number {
    const inFrame = windows[0].limitOctets - (item?.frmPayload.length ?? 0);
    return Math.min(MAX_F_OPTS_OCTETS, inFrame) - macCommands.length;
  }

  /**
   * The first frame of the queue that the window's data rate can carry beside the MAC commands. Longer ones are dropped in
   * RX1, whose data rate goes by that of the uplink, also where RX2 would carry them; elsewhere they wait for that, and
   * those behind them with them.
   */
  #takeFitting({ session, windows, macCommands }: DownlinkOpportunity): QueuedDownlink | undefined {
    const limit = windows[0].limitOctets - macCommands.length;
    for (let [item] = session.queue; item; [item] = session.queue) {
      const fits = item.frmPayload.length <= limit;
      if (!fits && windows[0].name !== "RX1") return undefined;
      session.queue.shift();
      if (fits) return item;
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
