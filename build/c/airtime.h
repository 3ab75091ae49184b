/* Generated from firmware/lorawan/airtime.ts. */
#ifndef JOINERY_AIRTIME_H
#define JOINERY_AIRTIME_H

#include "joinery.h"

uint32_t airtime_airtimeUs(uint8_t spreadingFactor, uint8_t length);
uint16_t airtime_symbolUs(uint8_t spreadingFactor);

#endif
