/* Generated from test/unit/compiler/c/session.ts. */
#include "joinery.h"
#include "session.h"

#line 28 "test/unit/compiler/c/session.ts"
static session_Session session_session = {{0}, 0, 5, false};
static uint8_t session_frame[24];
static uint8_t session_state;
static uint8_t session_length;

/** Sets the counter back and takes the key. */
static void session_start(session_Session *of, uint8_t *key) {
  (void)memmove(of->key, key, 16);
  of->counter = 0;
  of->active = true;
}

#line 48 "test/unit/compiler/c/session.ts"
static bool session_next(void) {
  switch (session_state) {
    case 0 /* State.Idle */:
      session_state = 1 /* State.Joining */;
      return false;
    case 1 /* State.Joining */: {
      uint8_t *key = &session_frame[4];
      session_start(&session_session, key);
      session_state = 2 /* State.Joined */;
      break;
    }
    case 2 /* State.Joined */: default:
      session_session.counter = session_session.counter + 1u;
      if (session_session.dataRate > 0u) { session_session.dataRate--; }
  }
  return session_session.active;
}

#line 40 "test/unit/compiler/c/session.ts"
/** Appends `count` octets to the frame; false where they do not fit. */
static bool session_append(uint8_t *data, uint8_t count) {
  if ((uint8_t)(session_length + count) > 24u) { return false; }
  (void)memmove(&session_frame[session_length], data, count);
  session_length = (uint8_t)(session_length + count);
  return true;
}

#line 66 "test/unit/compiler/c/session.ts"
void joinery_main(void) {
  while (!session_next()) { session_frame[session_length & 7u] = (uint8_t)joinery_load32le(&session_frame[8]); }
  joinery_store16le(&session_frame[2], 0x1234);
  uint8_t *tail = &session_frame[16];
  if (session_append(tail, 8) && joinery_equal(session_frame, session_session.key, 16)) { session_length = 0; }
}
