/* Generated from firmware/lorawan/channels.ts. */
#ifndef JOINERY_CHANNELS_H
#define JOINERY_CHANNELS_H

#include "joinery.h"

void channels_resetChannels(void);
void channels_releaseBands(uint32_t time);
uint32_t channels_frequencyOf(uint8_t channel);
uint8_t channels_chooseChannel(uint8_t count);
uint32_t channels_nextRelease(uint32_t time);
bool channels_hasFreeChannel(uint8_t count);
void channels_silenceBand(uint8_t channel, uint32_t airtimeUs, uint32_t time);
void channels_setCfList(uint8_t *cfList);

#endif
