/* Generated from firmware/radio/sx127x.ts. */
#ifndef JOINERY_SX127X_H
#define JOINERY_SX127X_H

#include "joinery.h"

bool sx127x_startRadio(uint32_t frequency, uint8_t powerDbm);
void sx127x_sleepRadio(void);
uint32_t sx127x_readNoise(void);
void sx127x_transmit(uint32_t frequency, uint8_t spreadingFactor, uint8_t bandwidth, uint8_t *message, uint8_t length);
void sx127x_prepareReceiver(uint32_t frequency, uint8_t spreadingFactor, uint8_t bandwidth, uint16_t symbols);
void sx127x_openReceiver(uint32_t time);
uint8_t sx127x_readFrame(uint8_t *frame);

#endif
