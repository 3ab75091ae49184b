/* Generated from firmware/lorawan/uplink.ts. */
#include "joinery.h"
#include "uplink.h"
#include "data_security.h"
#include "frame.h"
#include "session.h"

#line 20 "firmware/lorawan/uplink.ts"
/** Writes the MIC behind the message that ends before frame[end]. */
static void uplink_writeMic(uint8_t end, uint16_t confFCnt, uint8_t dataRate, uint8_t channel) {
  uint8_t tag[16];
  data_security_cmacB0(session_fNwkSIntKey, frame_frame, end, 0 /* Direction.Up */, 0, session_devAddr, session_session.fCntUp, tag);
  if (session_session.isNetwork11) {
    (void)memcpy(&frame_frame[end + 2u], tag, 2);
    data_security_cmacB1(session_sNwkSIntKey, frame_frame, end, confFCnt, dataRate, channel, session_devAddr, session_session.fCntUp, tag);
    (void)memcpy(&frame_frame[end], tag, 2);
  } else {
    (void)memcpy(&frame_frame[end], tag, 4 /* MIC_LENGTH */);
  }
}

/**
 * Makes the next uplink of the `length` octets at frame[UPLINK_PAYLOAD] and returns its length. It counts FCntUp: a
 * second call makes another frame.
 */
uint8_t uplink_composeUplink(uint8_t port, uint8_t length, uint8_t dataRate, uint8_t channel) {
  frame_frame[16 /* PHY */] = 64;
  (void)memcpy(&frame_frame[17], session_devAddr, 4);
  joinery_store16le(&frame_frame[22], (uint16_t)((uint16_t)session_session.fCntUp & 0xffffu));
  uint8_t fCtrl = 0;
  uint16_t confFCnt = 0;
  if (session_session.owesAck) {
    fCtrl = 32 /* ACK */;
    confFCnt = session_session.confFCntDown;
    session_session.owesAck = false;
  }
  uint8_t start = 25 /* PAYLOAD */;

  if (session_session.awaitsRekeyConf) {
    fCtrl = (uint8_t)(fCtrl | 2u /* REKEY_IND_LENGTH */);
    frame_frame[24 /* F_OPTS */] = 11 /* REKEY */;
    frame_frame[25] = 1 /* MINOR_VERSION */;
    data_security_crypt(session_nwkSEncKey, 1 /* CipherUse.FOpts */, frame_frame, 24 /* F_OPTS */, 26, 0 /* Direction.Up */, session_devAddr, session_session.fCntUp);
#line 64 "firmware/lorawan/uplink.ts"
    start = 27;
  } else {
    (void)memmove(&frame_frame[25 /* PAYLOAD */], &frame_frame[27 /* UPLINK_PAYLOAD */], length);
  }

  frame_frame[21] = fCtrl;
  frame_frame[start - 1u] = port;
  uint8_t end = (uint8_t)(start + length);
  data_security_crypt(session_appSKey, 0 /* CipherUse.FrmPayload */, frame_frame, start, end, 0 /* Direction.Up */, session_devAddr, session_session.fCntUp);
  uplink_writeMic(end, confFCnt, dataRate, channel);
  session_session.fCntUp = session_session.fCntUp + 1u;
  return (uint8_t)(end + 4u /* MIC_LENGTH */ - 16u /* PHY */);
}
