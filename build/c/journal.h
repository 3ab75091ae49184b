/* Generated from firmware/store/journal.ts. */
#ifndef JOINERY_JOURNAL_H
#define JOINERY_JOURNAL_H

#include "joinery.h"

typedef struct {
  uint32_t nextDevNonce;
  uint16_t devNonce;
  uint32_t joinNonce;
} journal_Nonces;

extern journal_Nonces journal_nonces;
void journal_openJournal(void);
bool journal_hasDevNonce(void);
bool journal_takeDevNonce(void);
bool journal_keepJoinNonce(uint32_t joinNonce);

#endif
