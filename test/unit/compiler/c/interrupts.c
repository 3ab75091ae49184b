/* Generated from test/unit/compiler/c/interrupts.ts. */
#include "joinery.h"
#include "joinery_interrupts.h"
#include "interrupts.h"

#line 13 "test/unit/compiler/c/interrupts.ts"
static volatile bool interrupts_ready;
static volatile uint8_t interrupts_edges;
static volatile uint16_t interrupts_ticks;

/** Octets that came in: touched with interrupts off only, outside the handler. */
static uint8_t interrupts_received[8];
static uint8_t interrupts_count;

#line 72 "test/unit/compiler/c/interrupts.ts"
typedef void (*interrupts_REPORTS_function)(void);
static void interrupts_sendEdges(void);
static void interrupts_sendTicks(void);
static void interrupts_sendReceived(void);
static const interrupts_REPORTS_function interrupts_REPORTS[3] FLASH = {interrupts_sendEdges, interrupts_sendTicks, interrupts_sendReceived};

#line 44 "test/unit/compiler/c/interrupts.ts"
static void interrupts_sendEdges(void) {
  board_send(interrupts_edges);
}

static void interrupts_sendTicks(void) {
  uint16_t now = 0;
  {
    const joinery_interrupts interrupts = joinery_interrupts_off();
#line 51 "test/unit/compiler/c/interrupts.ts"
    now = interrupts_ticks;
    joinery_interrupts_restore(interrupts);
  }
#line 53 "test/unit/compiler/c/interrupts.ts"
  board_send(now);
}

static void interrupts_sendReceived(void) {
  for (;;) {
    bool found = false;
    uint8_t value = 0;
    {
      const joinery_interrupts interrupts = joinery_interrupts_off();
#line 61 "test/unit/compiler/c/interrupts.ts"
      if (interrupts_count > 0u) {
        interrupts_count--;
        value = interrupts_received[interrupts_count];
        found = true;
      }
      joinery_interrupts_restore(interrupts);
    }
#line 67 "test/unit/compiler/c/interrupts.ts"
    if (!found) { break; }
    board_send(value);
  }
}

#line 74 "test/unit/compiler/c/interrupts.ts"
void joinery_main(void) {
  uint8_t turn = 0;
  for (;;) {
    if (!interrupts_ready) { continue; }
    interrupts_ready = false;
    FLASH_FUNCTION(interrupts_REPORTS_function, interrupts_REPORTS, turn)();
    turn = (uint8_t)((uint8_t)(turn + 1u) % 3u);
  }
}

#line 28 "test/unit/compiler/c/interrupts.ts"
/** The pin has risen. @isr INT0_vect */
JOINERY_ISR(INT0_vect) {
  interrupts_edges = (uint8_t)(interrupts_edges + 1u);
  interrupts_ready = true;
}

/** An octet has come. @isr USART_RX_vect */
JOINERY_ISR(USART_RX_vect) {
  uint8_t next = board_octet();
  if (interrupts_count < 8u) {
    interrupts_received[interrupts_count] = next;
    interrupts_count++;
  }
  interrupts_ticks = (uint16_t)(interrupts_ticks + 1u);
}
