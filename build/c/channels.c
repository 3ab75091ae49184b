/* Generated from firmware/lorawan/channels.ts. */
#include "joinery.h"
#include "channels.h"
#include "clock.h"
#include "eu868.h"
#include "random.h"

#line 24 "firmware/lorawan/channels.ts"
/** Frequencies in units of 100 Hz; 0 where the channel is not in use. */
static uint32_t channels_frequencies[8];

/** Channels that were chosen since all had their turn, a bit each. */
static uint8_t channels_recent;

/** Sub-bands that must be silent, a bit each, and until when, in ticks. */
static uint8_t channels_silent;
static uint32_t channels_silentUntil[6];

/** The channels that every device of the region has. */
void channels_resetChannels(void) {
  for (uint8_t i = 0; i < 8u /* CHANNEL_COUNT */; i++) {
    channels_frequencies[i] = (i < 3u /* DEFAULT_CHANNEL_COUNT */) ? FLASH_U32(eu868_DEFAULT_CHANNELS, i) : 0u;
  }
#line 38 "firmware/lorawan/channels.ts"
}

#line 53 "firmware/lorawan/channels.ts"
/** Ends the silence of the sub-bands whose time has come. Call it at least every six days. */
void channels_releaseBands(uint32_t time) {
  for (uint8_t band = 0; band < 6u /* BAND_COUNT */; band++) {
    if (clock_reached(channels_silentUntil[band], time)) { channels_silent = (uint8_t)(channels_silent & ~(1u << band)); }
  }
}

#line 48 "firmware/lorawan/channels.ts"
/** The frequency of a channel in units of 100 Hz. */
uint32_t channels_frequencyOf(uint8_t channel) {
  return channels_frequencies[channel];
}

#line 81 "firmware/lorawan/channels.ts"
/** The channels below `count` that may be used now, a bit each. */
static uint8_t channels_freeChannels(uint8_t count) {
  uint8_t free = 0;
  for (uint8_t i = 0; i < count; i++) {
    uint8_t band = eu868_bandOf(channels_frequencies[i]);
    if ((band != 6u /* NO_BAND */) && ((channels_silent & (1u << band)) == 0u)) { free = (uint8_t)(free | (1u << i)); }
  }
  return free;
}

#line 96 "firmware/lorawan/channels.ts"
/** One of the channels below `count` at random, each free one once before any is used again; or `NO_CHANNEL`. */
uint8_t channels_chooseChannel(uint8_t count) {
  uint8_t free = channels_freeChannels(count);
  if (free == 0u) { return 8 /* NO_CHANNEL */; }
  if ((free & ~(unsigned)channels_recent) == 0u) { channels_recent = (uint8_t)(channels_recent & ~(unsigned)free); }
  uint8_t candidates = (uint8_t)(free & ~(unsigned)channels_recent);
  uint8_t channel = (uint8_t)((uint8_t)random_random16() & 7u);
  while ((candidates & (1u << channel)) == 0u) { channel = (uint8_t)((uint8_t)random_random16() & 7u); }
  channels_recent = (uint8_t)(channels_recent | (1u << channel));
  return channel;
}

#line 69 "firmware/lorawan/channels.ts"
/** When the first of the silent sub-bands is free again, in ticks; `time` where none is silent. */
uint32_t channels_nextRelease(uint32_t time) {
  uint32_t earliest = time;
  bool found = false;
  for (uint8_t band = 0; band < 6u /* BAND_COUNT */; band++) {
    if ((channels_silent & (1u << band)) == 0u) { continue; }
    if (!found || clock_reached(channels_silentUntil[band], earliest)) { earliest = channels_silentUntil[band]; }
    found = true;
  }
  return earliest;
}

#line 91 "firmware/lorawan/channels.ts"
/** Whether one of the channels below `count` may be used now. */
bool channels_hasFreeChannel(uint8_t count) {
  return channels_freeChannels(count) != 0u;
}

#line 60 "firmware/lorawan/channels.ts"
/** Silences the sub-band of a channel after a transmission that ended at `time`, in ticks. */
void channels_silenceBand(uint8_t channel, uint32_t airtimeUs, uint32_t time) {
  uint8_t band = eu868_bandOf(channels_frequencies[channel]);
  if (band == 6u /* NO_BAND */) { return; }
  uint16_t airtime = (uint16_t)((unsigned)(airtimeUs / 256u /* TICK_US */) + 1u);
  channels_silentUntil[band] = time + ((uint32_t)airtime * eu868_silenceFactor(band));
  channels_silent = (uint8_t)(channels_silent | (1u << band));
}

#line 40 "firmware/lorawan/channels.ts"
/** Takes the additional channels of a CFList of type 0; frequencies that the region does not allow are left out. */
void channels_setCfList(uint8_t *cfList) {
  for (uint8_t i = 0; i < 5u; i++) {
    uint32_t frequency = joinery_load16le(&cfList[3u * i]) + (cfList[(3u * i) + 2u] * UINT32_C(0x10000));
    channels_frequencies[3u /* DEFAULT_CHANNEL_COUNT */ + i] = (eu868_bandOf(frequency) == 6u /* NO_BAND */) ? 0u : frequency;
  }
}
