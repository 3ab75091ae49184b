/**
 * Data frames from devices: session by MIC and counter, MAC commands, hand-over to the Application Server,
 * and the windows that the frame opens. LoRaWAN L2 1.0.4 and 1.1, sections 4 and 5.
 */
import {
  BEACON_PERIOD_S,
  beaconTimingAns,
  Cid,
  DeviceClass,
  devAddrIn,
  deviceModeConf,
  deviceTimeAns,
  isSticky,
  linkCheckAns,
  type MacCommand,
  MINOR_VERSION_1_1,
  minorVersionOf,
  type NetworkPlan,
  type ParsedDataFrame,
  parseDataFrame,
  parseMacCommands,
  pingSlotInfoAns,
  rekeyConf,
  resetConf,
} from "../../lorawan/index.ts";
import type { EventSink, ServerEvent } from "../events.ts";
import type { ApplicationLink } from "./application-link.ts";
import type { Downlinks } from "./downlinks.ts";
import type { PendingWork } from "./pending-work.ts";
import type { PingDownlinks } from "./ping-downlinks.ts";
import { receiveWindows } from "./receive-windows.ts";
import type { Uplink } from "./reception.ts";
import type { NetworkSession } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import { matchUplink, type UplinkRadio } from "./uplink-session.ts";

const BEACON_PERIOD_MS = BEACON_PERIOD_S * 1000;

/** Time on air of a frame in RX2, at most. */
const LONGEST_DOWNLINK_NS = 3_000_000_000;

interface Dependencies {
  readonly plan: NetworkPlan;
  readonly sessions: SessionStore;
  readonly application: ApplicationLink;
  readonly downlinks: Downlinks;
  readonly pingDownlinks: PingDownlinks;
  readonly work: PendingWork;
  /** A frame came in a session. */
  readonly onAccepted?: (session: NetworkSession, uplink: Uplink) => void;
  readonly onEvent: EventSink;
  /** Wall-clock time of an instant of this server's clock. */
  readonly dateOf: (ns: number) => Date;
}

export class DataUplinks {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** A copy of a frame came, and others may: whoever may have sent it gets nothing until it is known whether RX1 opens. */
  announce(phyPayload: Uint8Array, untilNs: number): void {
    for (const session of this.#with.sessions.byDevAddr(devAddrIn(phyPayload))) session.heldUntilNs = untilNs;
  }

  /** @throws FrameError if the octets are no data frame. */
  handle(uplink: Uplink, radio: UplinkRadio): void {
    const frame = parseDataFrame(uplink.best.phyPayload);
    if (frame.direction === "down") {
      this.#refused("a downlink frame, sent like an uplink", frame);
      return;
    }
    const { plan, sessions } = this.#with;
    const match = matchUplink(plan, frame, sessions.byDevAddr(frame.devAddr), radio);
    if (match.found) this.#accept(uplink, radio, frame, match);
    else this.#refused(match.reason, frame, match.devEui);
  }

  #accept(
    uplink: Uplink,
    radio: UplinkRadio,
    frame: ParsedDataFrame,
    { session, fCnt, repeated }: { session: NetworkSession; fCnt: number; repeated: boolean },
  ): void {
    this.#event("mic-checked", session, { fCnt, confirmed: frame.confirmed, repeated });
    this.#with.onAccepted?.(session, uplink);
    if (this.#with.sessions.current(session.devEui) !== session) this.#activate(session);
    session.acceptUplink(fCnt);
    this.#acknowledged(session, frame, repeated);
    const commands = this.#readMacCommands(session, frame, fCnt);
    if (commands.some((command) => isResetOf(session, command))) session.reset();
    if (!repeated) this.#settleRequests(session, commands);
    const { gatewayEui } = uplink.best;
    const windows = receiveWindows(
      this.#with.plan,
      uplink.best,
      radio.txDr,
      session.settings.windows,
      session.settings.rx1FrequencyHz(radio.frequencyHz),
    );
    session.classB.noteUplink({
      classBBit: frame.classBOrFPending,
      gatewayEui,
      busyUntilNs: windows[1].opensNs + LONGEST_DOWNLINK_NS,
    });
    const macCommands = this.#answersTo(commands, session, uplink, radio);
    this.#with.downlinks.plan({
      session,
      gatewayEui,
      windows,
      ack: frame.confirmed,
      anything: frame.adrAckReq || commands.some(isSticky),
      macCommands,
      isOver: () => this.#with.pingDownlinks.serve(session),
    });
    // A repetition was answered again, since the device missed the answer; the application has the frame already.
    if (repeated) return;
    const forApplication = frame.fPort !== undefined && frame.fPort > 0;
    this.#with.work.start(() =>
      this.#with.application.deliver({
        session,
        uplink,
        fCnt,
        confirmed: frame.confirmed,
        dataRate: radio.txDr,
        fPort: forApplication ? frame.fPort : undefined,
        frmPayload: forApplication ? frame.frmPayload : new Uint8Array(),
      }),
    );
  }

  #activate(session: NetworkSession): void {
    const ended = this.#with.sessions.activate(session);
    this.#event("session-activated", session, {
      optNeg: session.optNeg,
      ...(ended ? { endedDevAddr: ended.devAddr, droppedDownlinks: ended.queue.length } : {}),
    });
  }

  /** ACK, or its absence, settles the confirmed downlink that went out before this uplink. */
  #acknowledged(session: NetworkSession, frame: ParsedDataFrame, repeated: boolean): void {
    if (!session.awaitsAck || repeated) return;
    session.awaitsAck = false;
    const fCntDown = session.confirmedFCntDown ?? 0;
    if (frame.ack) {
      this.#event("downlink-acknowledged", session, { fCntDown });
      return;
    }
    this.#with.onEvent({
      server: "network-server",
      step: "downlink-not-acknowledged",
      ok: false,
      devEui: session.devEui,
      detail: { devAddr: session.devAddr, fCntDown },
      reason: "the next uplink came without ACK",
    });
  }

  /** The MAC commands of the frame, as far as they can be read. */
  #readMacCommands(session: NetworkSession, frame: ParsedDataFrame, fCnt: number): readonly MacCommand[] {
    const { commands, rest } = parseMacCommands(session.uplinkMacCommands(frame, fCnt), "up");
    if (rest.length > 0)
      this.#with.onEvent({
        server: "network-server",
        step: "mac-commands-unreadable",
        ok: false,
        devEui: session.devEui,
        detail: { devAddr: session.devAddr, octets: rest.length, cid: rest[0] },
        reason: `unknown or incomplete MAC command ${rest[0].toString(16).padStart(2, "0").toUpperCase()}`,
      });
    return commands;
  }

  /** What the device says to what it was asked, and what it has agreed to by that. */
  #settleRequests(session: NetworkSession, commands: readonly MacCommand[]): void {
    const settlement = session.macRequests.settle(commands);
    if (settlement?.state === "answered") {
      for (const { request, answer } of settlement.answered) session.settings.agree(request, answer);
      this.#event("mac-requests-answered", session, {
        requests: settlement.answered.map(({ request }) => request.name).join(" "),
        answers: settlement.answered
          .map(({ answer }) => Buffer.from(answer.payload).toString("hex"))
          .join(" "),
      });
    } else if (settlement?.state === "given-up") {
      this.#with.onEvent({
        server: "network-server",
        step: "mac-requests-given-up",
        ok: false,
        devEui: session.devEui,
        detail: { devAddr: session.devAddr, requests: settlement.requests.map(({ name }) => name).join(" ") },
        reason: "the device has answered none of them, however often they were sent",
      });
    }
  }

  /** The answers to what the device asks or indicates, in clear. */
  #answersTo(
    commands: readonly MacCommand[],
    session: NetworkSession,
    uplink: Uplink,
    radio: UplinkRadio,
  ): Uint8Array {
    // One answer to each, however often the frame says it: FOpts has 15 octets.
    const answers = new Map<number, Uint8Array>();
    for (const { cid, name, payload } of commands) {
      const answer = answers.get(cid) ?? this.#answerTo(cid, payload, session, uplink, radio);
      if (answer) answers.set(cid, answer);
      this.#event("mac-command-received", session, { name, answered: answer !== undefined });
    }
    return Buffer.concat([...answers.values()]);
  }

  #answerTo(
    cid: number,
    payload: Uint8Array,
    session: NetworkSession,
    { best, receptions }: Uplink,
    radio: UplinkRadio,
  ): Uint8Array | undefined {
    switch (cid) {
      case Cid.reset:
        return isReset(session, payload) ? resetConf(MINOR_VERSION_1_1) : undefined;
      case Cid.rekey:
        if (session.isPersonalised || !session.optNeg || minorVersionOf(payload) !== MINOR_VERSION_1_1)
          return undefined;
        return rekeyConf(MINOR_VERSION_1_1);
      case Cid.deviceMode:
        if (!session.optNeg) return undefined;
        session.isClassC = payload[0] === DeviceClass.c;
        return deviceModeConf(payload[0]);
      case Cid.linkCheck: {
        const gateways = new Set(receptions.map(({ gatewayEui }) => gatewayEui)).size;
        return linkCheckAns(best.snrDb - this.#with.plan.snrFloorDb(radio.txDr), gateways);
      }
      case Cid.pingSlotInfo:
        session.classB.announce(payload);
        return pingSlotInfoAns();
      case Cid.beaconTiming:
        return this.#beaconTiming(best.receivedNs);
      case Cid.deviceTime:
        return deviceTimeAns(this.#with.dateOf(best.receivedNs));
      default:
        return undefined;
    }
  }

  /** How long to the next beacon, and where. */
  #beaconTiming(receivedNs: number): Buffer {
    const gpsMs = this.#with.pingDownlinks.gpsMsAt(receivedNs);
    const beaconTime = (Math.floor(gpsMs / BEACON_PERIOD_MS) + 1) * BEACON_PERIOD_S;
    return beaconTimingAns(beaconTime * 1000 - gpsMs, this.#with.plan.beaconChannel(beaconTime));
  }

  #event(step: string, session: NetworkSession, detail: ServerEvent["detail"]): void {
    const { devEui, devAddr } = session;
    this.#with.onEvent({ server: "network-server", step, ok: true, devEui, detail: { devAddr, ...detail } });
  }

  #refused(reason: string, frame: ParsedDataFrame, devEui?: string): void {
    this.#with.onEvent({
      server: "network-server",
      step: "uplink-refused",
      ok: false,
      devEui,
      detail: { devAddr: frame.devAddr, fCnt16: frame.fCnt16 },
      reason,
    });
  }
}

/** Whether the payload is that of a ResetInd that a device of this session may send. */
function isReset(session: NetworkSession, payload: Uint8Array): boolean {
  return session.isPersonalised && session.optNeg && minorVersionOf(payload) === MINOR_VERSION_1_1;
}

function isResetOf(session: NetworkSession, { cid, payload }: MacCommand): boolean {
  return cid === Cid.reset && isReset(session, payload);
}

/** How the uplink came; a text if the region has no such data rate. */
export function uplinkRadio(
  plan: NetworkPlan,
  { best: { frequencyHz, dataRate } }: Uplink,
): UplinkRadio | string {
  const txDr = plan.dataRateIndex(dataRate);
  if (txDr === undefined)
    return `SF${dataRate.spreadingFactor} at ${dataRate.bandwidthHz} Hz is no data rate of ${plan.name}`;
  return { txDr, frequencyHz };
}
