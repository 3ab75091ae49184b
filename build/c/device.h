/* Generated from firmware/lorawan/device.ts. */
#ifndef JOINERY_DEVICE_H
#define JOINERY_DEVICE_H

#include "joinery.h"

typedef struct {
  bool isStopped;
  bool isRadioReady;
  uint32_t wakeTime;
  uint32_t due;
  uint32_t period;
  uint8_t joinDataRate;
  uint8_t nextJoinDataRate;
} device_Mac;

void device_startDevice(uint32_t period);
uint8_t device_runDevice(void);
void device_sendUplink(uint8_t port, uint8_t length);
uint32_t device_wakeTime(void);

#endif
