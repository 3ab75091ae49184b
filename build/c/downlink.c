/* Generated from firmware/lorawan/downlink.ts. */
#include "joinery.h"
#include "downlink.h"
#include "data_security.h"
#include "frame.h"
#include "session.h"

#line 27 "firmware/lorawan/downlink.ts"
downlink_Downlink downlink_downlink;

/**
 * The FCntDown whose low half was received: the least that is not below `next`. The MIC tells whether it is
 * right, so no gap is too wide (RP002-1.0.4: MAX_FCNT_GAP is deprecated).
 */
static uint32_t downlink_restoreFCnt(uint16_t low, uint32_t next) {
  uint16_t high = (uint16_t)(next >> 16);
  if (low < ((uint16_t)next & 0xffffu)) {
    if (high == 0xffffu) { return UINT32_C(4294967295) /* NO_F_CNT */; }
    high = (uint16_t)(high + 1u);
  }
  return (high * UINT32_C(0x10000)) + low;
}

/** Whether the frame carries the MIC of a downlink. */
static bool downlink_hasMic(uint8_t end, bool isAck, uint32_t fCnt) {
  uint8_t tag[16];
  {
    // An ACK of 1.1 names the uplink that it is for.
    uint16_t confFCnt = (uint16_t)((isAck && session_session.isNetwork11) ? (uint16_t)((uint16_t)session_session.fCntUp - 1u) : 0u);
    data_security_cmacB0(session_sNwkSIntKey, frame_frame, end, 1 /* Direction.Down */, confFCnt, session_devAddr, fCnt, tag);
  }


  return joinery_equal(tag, &frame_frame[end], 4 /* MIC_LENGTH */);
}

/** MAC commands in clear: RekeyConf. A command of unknown length ends the processing (TS001-1.0.4, 5). */
static void downlink_processCommands(uint8_t start, uint8_t end) {
  for (uint8_t i = start; i < end; i = (uint8_t)(i + 2u)) {
    if ((frame_frame[i] != 11u /* REKEY */) || ((uint8_t)(i + 1u) >= end)) { return; }
    // The high bits are reserved.
    if ((frame_frame[i + 1u] & 15u) == 1u /* MINOR_VERSION */) { session_session.awaitsRekeyConf = false; }
  }
}

/**
 * Takes the frame in the frame buffer as a downlink of the session. True where it is one: the counters move on, an
 * acknowledgement may be due, and `downlink` says what the application gets.
 */
bool downlink_acceptDownlink(uint8_t length) {
  downlink_downlink.port = 0;
  downlink_downlink.length = 0;
  if (length < 12u /* MIN_LENGTH */) { return false; }
  uint8_t type = (uint8_t)(frame_frame[16 /* PHY */] & 0xe3u);
  bool isConfirmed = type == 160u;
  if (!isConfirmed && (type != 96u)) { return false; }
  if (!joinery_equal(&frame_frame[17], session_devAddr, 4)) { return false; }

  uint8_t fCtrl = frame_frame[21];
  uint8_t portAt = (uint8_t)(24u /* F_OPTS */ + (fCtrl & 15u /* F_OPTS_LENGTH */));
  uint8_t end = (uint8_t)(16u /* PHY */ + length - 4u /* MIC_LENGTH */);
  if (portAt > end) { return false; }
  uint8_t port = (uint8_t)((portAt < end) ? frame_frame[portAt] : 0u);
  if ((portAt < end) && (port == 0u) && (portAt > 24u /* F_OPTS */)) { return false; }

  bool isCountedByA = session_session.isNetwork11 && (port > 0u);
  uint32_t next = isCountedByA ? session_session.nextAFCntDown : session_session.nextFCntDown;
  uint32_t fCnt = downlink_restoreFCnt(joinery_load16le(&frame_frame[22]), next);
  if ((fCnt == UINT32_C(4294967295) /* NO_F_CNT */) || !downlink_hasMic(end, (fCtrl & 32u /* ACK */) != 0u, fCnt)) { return false; }

  if (isCountedByA) {
#line 89 "firmware/lorawan/downlink.ts"
    session_session.nextAFCntDown = fCnt + 1u;
  } else {
#line 90 "firmware/lorawan/downlink.ts"
    session_session.nextFCntDown = fCnt + 1u;
  }
#line 91 "firmware/lorawan/downlink.ts"
  if (isConfirmed) {
    session_session.owesAck = true;
    session_session.confFCntDown = (uint16_t)fCnt;
  }

  if (session_session.isNetwork11) {
    uint8_t use = (uint8_t)(isCountedByA ? 2 /* CipherUse.FOptsByAFCntDown */ : 1 /* CipherUse.FOpts */);
    data_security_crypt(session_nwkSEncKey, use, frame_frame, 24 /* F_OPTS */, portAt, 1 /* Direction.Down */, session_devAddr, fCnt);
    downlink_processCommands(24 /* F_OPTS */, portAt);
    if (port == 0u) {
      data_security_crypt(session_nwkSEncKey, 0 /* CipherUse.FrmPayload */, frame_frame, (uint8_t)(portAt + 1u), end, 1 /* Direction.Down */, session_devAddr, fCnt);
      downlink_processCommands((uint8_t)(portAt + 1u), end);
    }
  }
  if ((port > 0u) && (port <= 223u /* MAX_APPLICATION_PORT */)) {
    data_security_crypt(session_appSKey, 0 /* CipherUse.FrmPayload */, frame_frame, (uint8_t)(portAt + 1u), end, 1 /* Direction.Down */, session_devAddr, fCnt);
    uint8_t count = 0;
    for (uint8_t i = (uint8_t)(portAt + 1u); (i < end) && (count < 51u); i++) {
      frame_frame[count] = frame_frame[i];
      count++;
    }
    downlink_downlink.port = port;
    downlink_downlink.length = count;
  }
  return true;
}
