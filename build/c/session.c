/* Generated from firmware/lorawan/session.ts. */
#include "joinery.h"
#include "session.h"

#line 5 "firmware/lorawan/session.ts"
/** In the octet order of the air. */
uint8_t session_devAddr[4];

/** In 1.0, and in 1.1 on a 1.0 network: the NwkSKey. */
uint8_t session_fNwkSIntKey[16];
/** Of 1.1 only, as `nwkSEncKey`: on a 1.0 network both hold the NwkSKey. */
uint8_t session_sNwkSIntKey[16];
uint8_t session_nwkSEncKey[16];
uint8_t session_appSKey[16];

#line 38 "firmware/lorawan/session.ts"
session_Session session_session = {false, false, false, 0, 0, 0, false, 0, 0, 0, 0, 1};
