/**
 * The one loop of the device. An application is a module that exports what is imported from "#app" here:
 * its period and port, and the hooks `setup`, `sample` and `onDownlink` (firmware/apps/sensor.ts).
 */
import { onDownlink, PERIOD_S, sample, setup, UPLINK_PORT } from "#app";
import { sleepUntil } from "./hal/index.ts";
import { u32, view } from "./lang/index.ts";
import {
  DeviceEvent,
  downlink,
  frame,
  MAX_PAYLOAD,
  runDevice,
  sendUplink,
  startDevice,
  UPLINK_PAYLOAD,
  wakeTime,
} from "./lorawan/index.ts";

/** 3906.25 ticks a second. */
const PERIOD_TICKS = u32((PERIOD_S * 15625) / 4);

export function main(): void {
  setup();
  startDevice(PERIOD_TICKS);
  for (;;) {
    switch (runDevice()) {
      case DeviceEvent.UplinkDue:
        sendUplink(UPLINK_PORT, sample(view(frame, UPLINK_PAYLOAD, MAX_PAYLOAD)));
        break;
      case DeviceEvent.Downlink:
        onDownlink(downlink.port, view(frame, 0, 51), downlink.length);
        break;
      default:
        sleepUntil(wakeTime());
        break;
    }
  }
}
