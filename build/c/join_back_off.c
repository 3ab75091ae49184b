/* Generated from firmware/lorawan/join-back-off.ts. */
#include "joinery.h"
#include "join_back_off.h"
#include "clock.h"
#include "random.h"

#line 23 "firmware/lorawan/join-back-off.ts"
static join_back_off_Budget join_back_off_budget;

/** Starts the first period at power-up. */
void join_back_off_startJoinBackOff(uint32_t time) {
  join_back_off_budget.period = 0 /* FIRST_HOUR */;
  join_back_off_budget.endsAt = time + UINT32_C(14062500) /* TICKS_PER_HOUR */;
  join_back_off_budget.leftUs = UINT32_C(36000000);
}

/** Goes on to the next period where it is time. Call it at least every six days, joined or not. */
void join_back_off_advanceJoinBackOff(uint32_t time) {
  while (clock_reached(join_back_off_budget.endsAt, time)) {
    if (join_back_off_budget.period == 0u /* FIRST_HOUR */) {
      join_back_off_budget.period = 1 /* TEN_HOURS */;
      join_back_off_budget.endsAt = join_back_off_budget.endsAt + UINT32_C(140625000);
      join_back_off_budget.leftUs = UINT32_C(36000000);
    } else {
      join_back_off_budget.period = 2 /* DAYS */;
      join_back_off_budget.endsAt = join_back_off_budget.endsAt + UINT32_C(337500000);
      join_back_off_budget.leftUs = UINT32_C(8700000);
    }
  }
}

#line 52 "firmware/lorawan/join-back-off.ts"
/** Takes the air time of an attempt from what is left. False, and nothing taken, where it is too much. */
bool join_back_off_spendJoinAirtime(uint32_t airtimeUs) {
  if (airtimeUs > join_back_off_budget.leftUs) { return false; }
  join_back_off_budget.leftUs = join_back_off_budget.leftUs - airtimeUs;
  return true;
}

#line 47 "firmware/lorawan/join-back-off.ts"
/** When the period ends, in ticks: until then nothing comes to what is left. */
uint32_t join_back_off_joinPeriodEnd(void) {
  return join_back_off_budget.endsAt;
}

#line 59 "firmware/lorawan/join-back-off.ts"
/**
 * The pause after an attempt, in ticks: its time on air times the inverse of the period's share (1 %, 0.1 %,
 * 0.01 %), and up to half as much again at random.
 */
uint32_t join_back_off_joinPause(uint32_t airtimeUs) {
  uint16_t airtime = (uint16_t)((unsigned)(airtimeUs / 256u /* TICK_US */) + 1u);
  uint32_t pause = airtime * UINT32_C(100);
  if (join_back_off_budget.period == 1u /* TEN_HOURS */) { pause = airtime * UINT32_C(1000); }
  if (join_back_off_budget.period == 2u /* DAYS */) { pause = airtime * UINT32_C(10000); }
  return pause + ((pause >> 9) * ((unsigned)random_random16() >> 8));
}
