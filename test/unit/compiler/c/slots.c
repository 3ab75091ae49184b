/* Generated from test/unit/compiler/c/slots.ts. */
#include "joinery.h"
#include "slots.h"

#line 33 "test/unit/compiler/c/slots.ts"
static slots_Slot slots_slots[3] = {
  {0, false, 5, {0}, {{1000, {8, 12}}, {1000, {8, 12}}}},
  {0, false, 5, {0}, {{1000, {8, 12}}, {1000, {8, 12}}}},
  {0, false, 5, {0}, {{1000, {8, 12}}, {1000, {8, 12}}}}
};

#line 34 "test/unit/compiler/c/slots.ts"
static slots_Plan slots_plan = {{{0, false, 5, {0}, {{1000, {8, 12}}, {1000, {8, 12}}}}, {0, false, 5, {0}, {{1000, {8, 12}}, {1000, {8, 12}}}}}, {0, false, 5, {0}, {{1000, {8, 12}}, {1000, {8, 12}}}}};
static int16_t slots_levels[3] = {-120, 0, 7};
static uint16_t slots_log[16];

static void slots_tune(slots_Slot *slot, uint32_t frequencyHz) {
  slot->frequencyHz = frequencyHz;
  slot->used = true;
  slot->windows[1].opensMs = slot->windows[0].opensMs + 1000u;
  slot->windows[1].symbols[0] = (uint8_t)(slot->windows[1].symbols[0] ^ 1u);
}

#line 52 "test/unit/compiler/c/slots.ts"
static uint16_t slots_sum(uint16_t *values) {
  return (uint16_t)(((unsigned)values[0] + values[1] + values[2]) & 0x7fffu);
}

#line 45 "test/unit/compiler/c/slots.ts"
/** The number of slots in use. */
static uint8_t slots_inUse(slots_Slot *all, uint16_t allLength) {
  uint8_t n = 0;
  for (uint16_t i = 0; i < allLength; i++) {
#line 48 "test/unit/compiler/c/slots.ts"
    if (all[i].used) { n = (uint8_t)(n + 1u); }
  }
#line 49 "test/unit/compiler/c/slots.ts"
  return n;
}

#line 56 "test/unit/compiler/c/slots.ts"
void joinery_main(void) {
  slots_Window own[2] = {{1000, {8, 12}}, {1000, {8, 12}}};
  for (uint8_t i = 0; i < 3u; i++) {
    slots_Slot *slot = &slots_slots[i];
    slots_tune(slot, own[i & 1u].opensMs);
    slot->dataRate = (uint8_t)(slot->dataRate & 7u);
    slots_slots[i].counts[i] = slots_sum(slot->counts);
    slots_levels[i] = (int16_t)(0u - slot->dataRate);
  }
  slots_tune(&slots_plan.slots[1], UINT32_C(868100000));
  slots_tune(&slots_plan.spare, 1);
  slots_log[slots_inUse(slots_slots, 3) & 15u] = slots_sum(&slots_log[4]);
  uint8_t t = (uint8_t)(slots_inUse(slots_plan.slots, 2) & 15u);
#line 68 "test/unit/compiler/c/slots.ts"
  slots_log[t] = (uint16_t)(slots_log[t] | 1u);
}
