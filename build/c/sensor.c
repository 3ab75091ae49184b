/* Generated from firmware/apps/sensor.ts. */
#include "joinery.h"
#include "sensor.h"
#include "console.h"
#include "hal.h"

#line 15 "firmware/apps/sensor.ts"
static uint16_t sensor_sampleCount;

/** Called once, before the device joins. */
void sensor_setup(void) {
  sensor_sampleCount = 0;
}

/** Called for each uplink: writes the payload and returns its length. Octets: sample number (2), battery level, 0. */
uint8_t sensor_sample(uint8_t *payload) {
  joinery_store16be(payload, sensor_sampleCount);
  payload[2] = hal_battery_level();
  payload[3] = 0;
  sensor_sampleCount = (uint16_t)(sensor_sampleCount + 1u);
  return 4;
}

/** Called for each downlink with a payload for the application. */
void sensor_onDownlink(uint8_t port, uint8_t *payload, uint8_t length) {
  console_printDownlink(port, payload, length);
}
