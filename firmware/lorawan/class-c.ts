/**
 * Class C (TS001-1.0.4, 15; TS001-1.1, 17 and 18): whether the device is in it, what the network knows of that, and the
 * uplink that a downlink in class C asks for.
 *
 * A device of 1.0.4 is in the class that it wants to be in from the join on. One of 1.1 tells its network by DeviceModeInd
 * in every uplink until DeviceModeConf, and changes as the first of them goes out.
 */
import { reached, ticks } from "../clock/index.ts";
import { type u8, u32 } from "../lang/index.ts";
import { DeviceClass } from "./device-class.ts";
import { Cid, isSealed, post } from "./outbox.ts";
import { random16 } from "./random.ts";
import { session } from "./session.ts";
import { LORAWAN_1_1 } from "./version.ts";

/** Whether a device with CLASS_C is in class C from the join on, or once its application wants it to be. @config */
export const CLASS_C_AFTER_JOIN: boolean = true;

class ClassC {
  /** What the device is to be in while it has a session. */
  isWanted: boolean = CLASS_C_AFTER_JOIN;
  /** The device listens whenever it does nothing else. */
  isOn: boolean = false;
  /** DeviceModeInd goes with every uplink until DeviceModeConf. */
  awaitsConf: boolean = false;
  /** An uplink is due at `answerDue`, in ticks, whatever the application has to send. */
  owesAnswer: boolean = false;
  answerDue: u32 = 0;
}

export const classC = new ClassC();

function tellsNetwork(): boolean {
  return LORAWAN_1_1 && session.isNetwork11;
}

/** A session begins. */
export function startClassC(): void {
  classC.owesAnswer = false;
  classC.awaitsConf = tellsNetwork() && classC.isWanted;
  classC.isOn = !tellsNetwork() && classC.isWanted;
}

/**
 * An uplink goes out within CLASS_C_RESP_TIMEOUT of 8 s (RP002-1.0.4), by chance in the first half of it: many devices
 * may have been asked at once.
 */
export function planAnswer(): void {
  classC.owesAnswer = true;
  classC.answerDue = u32(ticks() + (random16() >>> 2));
}

/** When an uplink goes out, in ticks: at `due`, or earlier. */
export function nextAnswer(due: u32): u32 {
  return session.joined && classC.owesAnswer && reached(classC.answerDue, due) ? classC.answerDue : due;
}

/** The application, or what stands in for it, wants the device to be in class C or not to be. */
export function wantClassC(isWanted: boolean): void {
  if (classC.isWanted === isWanted) return;
  classC.isWanted = isWanted;
  if (!session.joined) return;
  if (tellsNetwork()) {
    classC.awaitsConf = true;
    planAnswer();
  } else {
    classC.isOn = isWanted;
  }
}

function wantedClass(): u8 {
  return classC.isWanted ? DeviceClass.C : DeviceClass.A;
}

/** Adds DeviceModeInd to the uplink that begins, where one is due. */
export function indicateClass(): void {
  if (classC.awaitsConf) post(Cid.DeviceMode, wantedClass(), 0);
}

/** An uplink goes out, maybe with DeviceModeInd: the device changes its class with it (TS001-1.1, 18.1). */
export function changeClass(): void {
  if (classC.awaitsConf && isSealed(Cid.DeviceMode)) classC.isOn = classC.isWanted;
}

/** DeviceModeConf: counts where it is of the class that is wanted by now. */
export function confirmClass(octet: u8): void {
  if (octet === wantedClass()) classC.awaitsConf = false;
}
