/* Generated from test/unit/compiler/c/order.ts. */
#include "joinery.h"
#include "order.h"

#line 11 "test/unit/compiler/c/order.ts"
static uint8_t order_ring[16];
static uint8_t order_head;

static uint8_t order_take(void) {
  order_head = (uint8_t)((order_head + 1u) & 15u);
  return order_ring[order_head];
}

void joinery_main(void) {
  uint8_t n = 0;
  while ((n < 16u) && (board_read() != 0u)) {
#line 21 "test/unit/compiler/c/order.ts"
    uint8_t t = n;
#line 21 "test/unit/compiler/c/order.ts"
    n++;
#line 21 "test/unit/compiler/c/order.ts"
    order_ring[t] = board_read();
  }
#line 22 "test/unit/compiler/c/order.ts"
  // Two calls of the board in one expression: the first is kept.
  uint16_t t2 = (uint16_t)(board_read() * 256u);
#line 23 "test/unit/compiler/c/order.ts"
  uint16_t t3 = (uint16_t)((unsigned)t2 + board_read());
#line 23 "test/unit/compiler/c/order.ts"
  board_write(t3, order_ring[order_head]);
  uint8_t t4 = order_head;
#line 24 "test/unit/compiler/c/order.ts"
  order_ring[t4] = order_take();
  uint8_t t5 = order_head;
#line 25 "test/unit/compiler/c/order.ts"
  uint16_t previous = (uint16_t)(t5 + order_take());
  do {
    if (n > 0u) {
#line 27 "test/unit/compiler/c/order.ts"
      n--;
#line 27 "test/unit/compiler/c/order.ts"
      board_write((uint16_t)((unsigned)previous << 4), (uint8_t)(n & 7u));
    }
#line 28 "test/unit/compiler/c/order.ts"
  } while ((n > 2u) && (order_take() > 9u));
}
