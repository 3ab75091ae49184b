/**
 * Continuous reception between two uses of the radio, on the channel and at the data rate of RX2 (TS001-1.0.4, 15). A
 * frame that is heard so came outside the windows of class A.
 */
import { radioEvents } from "../hal/index.ts";
import { view } from "../lang/index.ts";
import { EVENT_RECEIVED, listen, readFrame, sleepRadio } from "../radio/index.ts";
import { bandwidth, FAST_DATA_RATES, isFsk, spreadingFactor } from "../regions/index.ts";
import { classC } from "./class-c.ts";
import { frame, PHY, type PhyLength } from "./frame.ts";
import { session } from "./session.ts";

let isOn: boolean = false;

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

/** The radio sleeps or listens: from now on it listens if the device has a session in class C, and sleeps if not. */
export function keepListening(): void {
  if (!session.joined || !classC.isOn) {
    stopListening();
    return;
  }
  if (isOn) return;
  const dataRate = session.rx2DataRate;
  if (FAST_DATA_RATES && isFsk(dataRate)) return;
  listen(session.rx2Frequency, spreadingFactor(dataRate), bandwidth(dataRate));
  isOn = true;
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
