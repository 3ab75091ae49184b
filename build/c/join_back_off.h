/* Generated from firmware/lorawan/join-back-off.ts. */
#ifndef JOINERY_JOIN_BACK_OFF_H
#define JOINERY_JOIN_BACK_OFF_H

#include "joinery.h"

typedef struct {
  uint8_t period;
  uint32_t endsAt;
  uint32_t leftUs;
} join_back_off_Budget;

void join_back_off_startJoinBackOff(uint32_t time);
void join_back_off_advanceJoinBackOff(uint32_t time);
bool join_back_off_spendJoinAirtime(uint32_t airtimeUs);
uint32_t join_back_off_joinPeriodEnd(void);
uint32_t join_back_off_joinPause(uint32_t airtimeUs);

#endif
