/* Generated from firmware/apps/sensor.ts. */
#ifndef JOINERY_SENSOR_H
#define JOINERY_SENSOR_H

#include "joinery.h"

void sensor_setup(void);
uint8_t sensor_sample(uint8_t *payload);
void sensor_onDownlink(uint8_t port, uint8_t *payload, uint8_t length);

#endif
