/* Generated from firmware/lorawan/join.ts. */
#ifndef JOINERY_JOIN_H
#define JOINERY_JOIN_H

#include "joinery.h"

void join_composeJoinRequest(void);
uint8_t join_acceptJoin(uint8_t length, uint8_t dataRate);

#endif
