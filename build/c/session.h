/* Generated from firmware/lorawan/session.ts. */
#ifndef JOINERY_SESSION_H
#define JOINERY_SESSION_H

#include "joinery.h"

typedef struct {
  bool joined;
  bool isNetwork11;
  bool awaitsRekeyConf;
  uint32_t fCntUp;
  uint32_t nextFCntDown;
  uint32_t nextAFCntDown;
  bool owesAck;
  uint16_t confFCntDown;
  uint8_t dataRate;
  uint8_t rx1DrOffset;
  uint8_t rx2DataRate;
  uint8_t rxDelayS;
} session_Session;

extern uint8_t session_devAddr[4];
extern uint8_t session_fNwkSIntKey[16];
extern uint8_t session_sNwkSIntKey[16];
extern uint8_t session_nwkSEncKey[16];
extern uint8_t session_appSKey[16];
extern session_Session session_session;

#endif
