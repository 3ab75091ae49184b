/**
 * The one loop of the device. An application is a module that exports what is imported from "#app" here:
 * its period, port and longest payload, and the hooks `setup`, `sample` and `onDownlink` (firmware/apps/sensor.ts).
 */
import { onDownlink, PERIOD_S, sample, setup, UPLINK_PORT } from "#app";
import { sendOfConsole, serveConsole } from "./console/commands.ts";
import { endLine, PRINT_DOWNLINKS, print, printDecimal, printHex, Text } from "./console/index.ts";
import { CONSOLE_COMMANDS } from "./hal/index.ts";
import { type Bytes, type Int, type u8, u32, view } from "./lang/index.ts";
import {
  advanceUplink,
  DeviceEvent,
  downlink,
  frame,
  runDevice,
  sendPackageUplink,
  sendUplink,
  sleepDevice,
  startDevice,
  uplinkPayload,
} from "./lorawan/index.ts";
import {
  endPackageUplink,
  HAS_PACKAGES,
  LONGEST_PAUSE_S,
  packagePause,
  packagePort,
  servePackage,
  writePackageUplink,
} from "./packages/index.ts";

/** 3906.25 ticks a second. */
const PERIOD_TICKS = u32((PERIOD_S * 15625) / 4);

/** Here and not in the application: whoever watches the console sees each, whatever the application makes of it. */
function printDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {
  print(Text.Downlink);
  printDecimal(port);
  print(Text.Colon);
  for (let i = 0; i < length; i++) printHex(payload[i]);
  endLine();
}

/** Packages that have something to send get their turn before the application has its own. */
function planPackages(): void {
  const pause = packagePause();
  if (pause <= LONGEST_PAUSE_S) advanceUplink(pause);
}

/** Sends what a package has to send. False where none has. */
function sendOfPackage(): boolean {
  if (packagePause() > 0) return false;
  const port = packagePort();
  if (port === 0) return false;
  if (sendPackageUplink(port, writePackageUplink(uplinkPayload))) endPackageUplink();
  return true;
}

export function main(): void {
  setup();
  startDevice(PERIOD_TICKS);
  for (;;) {
    switch (runDevice()) {
      case DeviceEvent.UplinkDue:
        if ((!CONSOLE_COMMANDS || !sendOfConsole()) && (!HAS_PACKAGES || !sendOfPackage()))
          sendUplink(UPLINK_PORT, sample(uplinkPayload));
        if (HAS_PACKAGES) planPackages();
        break;
      case DeviceEvent.Downlink:
        if (PRINT_DOWNLINKS) printDownlink(downlink.port, view(frame, 0, 51), downlink.length);
        if (!HAS_PACKAGES || !servePackage(downlink.port, view(frame, 0, 51), downlink.length))
          onDownlink(downlink.port, view(frame, 0, 51), downlink.length);
        if (HAS_PACKAGES) planPackages();
        break;
      default:
        sleepDevice();
        if (CONSOLE_COMMANDS) serveConsole();
        break;
    }
  }
}
