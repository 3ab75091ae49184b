/* Generated from firmware/lorawan/downlink.ts. */
#ifndef JOINERY_DOWNLINK_H
#define JOINERY_DOWNLINK_H

#include "joinery.h"

typedef struct {
  uint8_t port;
  uint8_t length;
} downlink_Downlink;

extern downlink_Downlink downlink_downlink;
bool downlink_acceptDownlink(uint8_t length);

#endif
