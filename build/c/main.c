/* Generated from firmware/main.ts. */
#include "joinery.h"
#include "device.h"
#include "downlink.h"
#include "frame.h"
#include "hal.h"
#include "sensor.h"

#line 23 "firmware/main.ts"
void joinery_main(void) {
  sensor_setup();
  device_startDevice(UINT32_C(234375) /* PERIOD_TICKS */);
  for (;;) {
    switch (device_runDevice()) {
      case 1 /* DeviceEvent.UplinkDue */:
        device_sendUplink(2 /* UPLINK_PORT */, sensor_sample(&frame_frame[27 /* UPLINK_PAYLOAD */]));
        break;
      case 2 /* DeviceEvent.Downlink */:
        sensor_onDownlink(downlink_downlink.port, frame_frame, downlink_downlink.length);
        break;
      default:
        hal_sleep_until(device_wakeTime());
        break;
    }
  }
}
