/* Generated from test/unit/compiler/c/channels.ts. */
#include "joinery.h"
#include "channels.h"

#line 25 "test/unit/compiler/c/channels.ts"
static const channels_Channel channels_CHANNELS[3] FLASH = {
  {UINT32_C(868100000), 3, 0, true},
  {UINT32_C(868300000), 3, -3, true},
  {UINT32_C(869525000), 2, 0, false}
};
static uint16_t channels_counts[4];

static uint32_t channels_highest(const channels_Channel *table, uint16_t tableLength) {
  uint32_t hz = 0;
  for (uint16_t i = 0; i < tableLength; i++) {
    const channels_Channel *channel = &table[i];
    if (FLASH_FIELD_BOOL(channel->join) && (FLASH_FIELD_U32(channel->hz) > hz)) { hz = FLASH_FIELD_U32(channel->hz); }
  }
  return hz;
}

static void channels_count(uint8_t i) {
  const channels_Channel *channel = (i < 2u) ? (&channels_CHANNELS[i]) : (&channels_CHANNELS[2]);
  channels_counts[FLASH_FIELD_U8(channel->use)] = (uint16_t)(channels_counts[FLASH_FIELD_U8(channel->use)] + joinery_bits(FLASH_FIELD_I8(channel->offset)));
}

void joinery_main(void) {
  if (channels_highest(channels_CHANNELS, 3) > UINT32_C(868300000)) { channels_count(1); }
  channels_count(2);
}
