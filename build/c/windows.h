/* Generated from firmware/lorawan/windows.ts. */
#ifndef JOINERY_WINDOWS_H
#define JOINERY_WINDOWS_H

#include "joinery.h"

uint16_t windows_windowSymbols(uint8_t spreadingFactor, uint8_t delayS);
uint32_t windows_openingDelayUs(uint8_t delayS);

#endif
