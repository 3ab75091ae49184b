/* Generated from test/unit/compiler/c/locals.ts. */
#include "joinery.h"
#include "locals.h"

#line 22 "test/unit/compiler/c/locals.ts"
static uint8_t locals_frame[16];

/** Writes all of `block` and reads only what it has written. */
static void locals_digest(uint8_t *block, uint8_t *from) {
  (void)memset(block, 0, 16);
  (void)memmove(&block[4], from, 4);
  for (uint8_t i = 4; i < 8u; i++) { block[i] = (uint8_t)(block[i] ^ block[i - 4u]); }
}

#line 38 "test/unit/compiler/c/locals.ts"
static uint16_t locals_written(uint32_t x) {
  uint8_t whole[16];
  locals_digest(whole, locals_frame);
  uint16_t words[6];
  for (uint8_t i = 0; i < 6u; i = (uint8_t)(i + 2u)) {
    words[i] = whole[i];
    words[i + 1u] = words[i];
  }
  locals_Message message;
  message.port = (uint8_t)x;
  message.length = 4;
  joinery_store32le(message.data, x);
  return (uint16_t)((unsigned)words[5] ^ message.port ^ message.data[3]);
}

#line 31 "test/unit/compiler/c/locals.ts"
/** Reads two octets before it writes any. */
static void locals_rotate(uint8_t *block) {
  uint8_t first = block[0];
  for (uint8_t i = 0; i < 3u; i++) { block[i] = block[i + 1u]; }
  block[3] = first;
}

#line 53 "test/unit/compiler/c/locals.ts"
static bool locals_read(uint32_t x) {
  uint8_t some[4] = {0};
  for (uint8_t i = 1; i < 4u; i++) { some[i] = (uint8_t)x; }
  locals_rotate(some);
  uint8_t taken[4] = {0};
  if (x > 5u) { joinery_store32le(taken, x); }
  return joinery_equal(some, taken, 4);
}

void joinery_main(void) {
  while ((locals_written(joinery_load32le(locals_frame)) != 0u) && locals_read(2)) {
    uint8_t tail[8] = {0};
    uint8_t *part = tail;
    locals_digest(locals_frame, part);
  }
}
