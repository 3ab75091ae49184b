/* Generated from firmware/lorawan/uplink.ts. */
#ifndef JOINERY_UPLINK_H
#define JOINERY_UPLINK_H

#include "joinery.h"

uint8_t uplink_composeUplink(uint8_t port, uint8_t length, uint8_t dataRate, uint8_t channel);

#endif
