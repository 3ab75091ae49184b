/**
 * Continuous reception between two uses of the radio: of the session of a multicast group that is under way, or in class C
 * on the channel and at the data rate of RX2 (TS001-1.0.4, 15). A frame that is heard so came outside the windows of
 * class A.
 */
import { radioEvents } from "../hal/index.ts";
import { view } from "../lang/index.ts";
import { MAX_GROUPS } from "../packages/selection.ts";
import { EVENT_RECEIVED, listen, readFrame, sleepRadio } from "../radio/index.ts";
import { bandwidth, FAST_DATA_RATES, isFsk, spreadingFactor } from "../regions/index.ts";
import { keepsBeaconTime } from "./class-b.ts";
import { classC } from "./class-c.ts";
import { frame, PHY, type PhyLength } from "./frame.ts";
import { type GroupId, multicastGroups, NO_GROUP } from "./multicast.ts";
import { isSessionUnderWay, MULTICAST_SESSIONS, sessionGroup } from "./multicast-session.ts";
import { session } from "./session.ts";
import { CLASS_B } from "./version.ts";

let isOn: boolean = false;
/** By whose parameters the radio listens. */
let listensFor: GroupId = NO_GROUP;

/** Whether the radio listens: it does not sleep then, and its events are for `hear`. */
export function isListening(): boolean {
  return isOn;
}

/** Lets the radio sleep if it listens: before it is used for anything else. */
export function stopListening(): void {
  if (!isOn) return;
  isOn = false;
  sleepRadio();
}

/** Listens by the parameters that hold now. */
function startListening(): void {
  let frequency = session.rx2Frequency;
  let dataRate = session.rx2DataRate;
  if (MULTICAST_SESSIONS) {
    const group = sessionGroup();
    listensFor = group;
    if (group < MAX_GROUPS) {
      frequency = multicastGroups[group].frequency;
      dataRate = multicastGroups[group].dataRate;
    }
  }
  if (FAST_DATA_RATES && isFsk(dataRate)) return;
  listen(frequency, spreadingFactor(dataRate), bandwidth(dataRate));
  isOn = true;
}

/** Whether a session of a group is under way. Beacons and ping slots come first: a device of class B has none of class C. */
function hasMulticastSession(): boolean {
  return MULTICAST_SESSIONS && sessionGroup() !== NO_GROUP && !(CLASS_B && keepsBeaconTime());
}

/** Whether what is sent to a group may come at any time. */
export function listensTo(id: GroupId): boolean {
  return classC.isOn || (isSessionUnderWay(id) && !(CLASS_B && keepsBeaconTime()));
}

/**
 * The radio sleeps or listens: from now on it listens if the device has a session in class C, or a group of it has one, and
 * sleeps if not.
 */
export function keepListening(): void {
  if (MULTICAST_SESSIONS && sessionGroup() !== listensFor) stopListening();
  if (!session.joined || !(classC.isOn || hasMulticastSession())) stopListening();
  else if (!isOn) startListening();
}

/** Listens by the parameters that hold now. */
export function listenAnew(): void {
  stopListening();
  keepListening();
}

/** Where a frame was heard it is in the frame buffer and its length is returned. */
export function hear(): PhyLength {
  if (!isOn || (radioEvents() & EVENT_RECEIVED) === 0) return 0;
  const length = readFrame(view(frame, PHY, 64));
  isOn = false;
  keepListening();
  return length;
}
