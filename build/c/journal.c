/* Generated from firmware/store/journal.ts. */
#include "joinery.h"
#include "journal.h"
#include "crc16.h"
#include "hal.h"

#line 41 "firmware/store/journal.ts"
journal_Nonces journal_nonces = {0, 0, UINT32_C(16777215)};

/** Where the newest record stands. */
static uint8_t journal_newestSlot = 119;

static uint16_t journal_slotAddress(uint8_t slot) {
  return (uint16_t)(64u /* JOURNAL */ + (8u /* RECORD_LENGTH */ * slot));
}

static uint16_t journal_bodyCrc(uint8_t *record) {
  uint16_t crc = 65535u /* CRC_START */;
  for (uint8_t i = 0; i < 6u /* BODY_LENGTH */; i++) { crc = crc16_crc16(crc, record[i]); }
  return crc;
}

/** Reads the record of a slot and tells whether it is whole. */
static bool journal_readRecord(uint8_t slot, uint8_t *record) {
  uint16_t address = journal_slotAddress(slot);
  for (uint8_t i = 0; i < 8u /* RECORD_LENGTH */; i++) { record[i] = hal_store_read((uint16_t)((unsigned)address + i)); }
  return journal_bodyCrc(record) == joinery_load16le(&record[6 /* BODY_LENGTH */]);
}

/** Finds the newest record and takes `nonces` from it. Before the first record: DevNonce 0, no JoinNonce. */
void journal_openJournal(void) {
  uint8_t record[8];
  journal_nonces.nextDevNonce = 0;
  journal_nonces.joinNonce = UINT32_C(16777215) /* NO_JOIN_NONCE */;
  journal_newestSlot = 119;
  bool found = false;
  for (uint8_t slot = 0; slot < 120u /* SLOT_COUNT */; slot++) {
    if (!journal_readRecord(slot, record)) { continue; }
    uint32_t nextDevNonce = joinery_load16le(record);
    if (record[5] != 0u) { nextDevNonce = UINT32_C(65536) /* DEV_NONCE_COUNT */; }
    bool follows = (int8_t)(slot - journal_newestSlot) < 60;
    if (!found || (nextDevNonce > journal_nonces.nextDevNonce) || ((nextDevNonce == journal_nonces.nextDevNonce) && follows)) {
      found = true;
      journal_newestSlot = slot;
      journal_nonces.nextDevNonce = nextDevNonce;
      journal_nonces.joinNonce = joinery_load16le(&record[2]) + (record[4] * UINT32_C(0x10000));
    }
  }
}

#line 112 "firmware/store/journal.ts"
/** Whether a DevNonce is left. */
bool journal_hasDevNonce(void) {
  return journal_nonces.nextDevNonce < UINT32_C(65536) /* DEV_NONCE_COUNT */;
}

#line 84 "firmware/store/journal.ts"
/**
 * Writes `nonces` into the next slot that reads back what was written. False where none does: then nothing may be
 * transmitted that relies on it. The newest record is never written over, so that it outlasts a failing store.
 */
static bool journal_writeRecord(void) {
  uint8_t record[8] = {0};
  joinery_store16le(record, (uint16_t)journal_nonces.nextDevNonce);
  joinery_store16le(&record[2], (uint16_t)journal_nonces.joinNonce);
  record[4] = (uint8_t)(journal_nonces.joinNonce >> 16);
  record[5] = (uint8_t)((journal_nonces.nextDevNonce == UINT32_C(65536) /* DEV_NONCE_COUNT */) ? 1 : 0);
  joinery_store16le(&record[6 /* BODY_LENGTH */], journal_bodyCrc(record));
  uint8_t slot = journal_newestSlot;
  for (uint8_t attempt = 1; attempt < 120u /* SLOT_COUNT */; attempt++) {
    slot = (uint8_t)((slot < 119u) ? (slot + 1u) : 0u);
    uint16_t address = journal_slotAddress(slot);
    bool intact = true;
    for (uint8_t i = 0; i < 8u /* RECORD_LENGTH */; i++) {
      hal_store_write((uint16_t)((unsigned)address + i), record[i]);
      uint8_t t = hal_store_read((uint16_t)((unsigned)address + i));
#line 102 "firmware/store/journal.ts"
      if (t != record[i]) { intact = false; }
    }
    if (intact) {
      journal_newestSlot = slot;
      return true;
    }
  }
  return false;
}

#line 117 "firmware/store/journal.ts"
/**
 * Takes the next DevNonce as `nonces.devNonce`. When it returns true, no power cut can bring that DevNonce
 * back: only then may the join-request be transmitted (TS001-1.0.4, 6.2).
 */
bool journal_takeDevNonce(void) {
  uint32_t devNonce = journal_nonces.nextDevNonce;
  if (devNonce >= UINT32_C(65536) /* DEV_NONCE_COUNT */) { return false; }
  journal_nonces.devNonce = (uint16_t)devNonce;
  journal_nonces.nextDevNonce = devNonce + 1u;
  return journal_writeRecord();
}

/** Keeps the JoinNonce of an accepted join-accept. False where the store failed. */
bool journal_keepJoinNonce(uint32_t joinNonce) {
  journal_nonces.joinNonce = joinNonce;
  return journal_writeRecord();
}
