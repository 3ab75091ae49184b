/** The classes of LoRaWAN, and how a device changes from one to another while it runs. */
import type { u8 } from "../lang/index.ts";
import { wantClassB } from "./class-b.ts";
import { wantClassC } from "./class-c.ts";
import { CLASS_B, CLASS_C } from "./version.ts";

/** As DeviceModeInd of 1.1 and SwitchClassReq of TS009 code them. */
export const enum DeviceClass {
  A = 0,
  B = 1,
  C = 2,
}

/**
 * Has the device be in a class: now, or as soon as it has joined. False where this image has not got that class; nothing
 * changes then.
 */
export function switchClass(deviceClass: u8): boolean {
  const isB = deviceClass === DeviceClass.B;
  const isC = deviceClass === DeviceClass.C;
  if (deviceClass !== DeviceClass.A && !(CLASS_B && isB) && !(CLASS_C && isC)) return false;
  if (CLASS_B) wantClassB(isB);
  if (CLASS_C) wantClassC(isC);
  return true;
}
