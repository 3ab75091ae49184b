/* Generated from test/unit/compiler/c/plan.ts. */
#include "joinery.h"
#include "plan.h"

#line 14 "test/unit/compiler/c/plan.ts"
static const uint8_t plan_BANDWIDTHS[4] FLASH = {2, 0, 0, 0};

#line 23 "test/unit/compiler/c/plan.ts"
static plan_Choice plan_choice = {0, 3, 0, 0};

static void plan_tune(uint8_t plan) {
  (void)plan;
  plan_choice.frequency = UINT32_C(8695250);
}

#line 37 "test/unit/compiler/c/plan.ts"
static uint8_t plan_bandwidthOf(uint8_t dataRate) {
  return FLASH_U8(plan_BANDWIDTHS, dataRate);
}

#line 30 "test/unit/compiler/c/plan.ts"
void joinery_main(void) {
  plan_tune(plan_choice.plan);
  // Of the three elements that it may be, all are 0; of the four they are not.
  plan_choice.bandwidth = 0;
  plan_choice.bandwidth = plan_bandwidthOf(plan_choice.dataRate);
}
