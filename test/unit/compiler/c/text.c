/* Generated from test/unit/compiler/c/text.ts. */
#include "joinery.h"
#include "text.h"

#line 21 "test/unit/compiler/c/text.ts"
static const uint16_t text_AIRTIMES_MS[6] FLASH = {1483, 742, 371, 185, 103, 57};
static const uint8_t text_HELLO[5] FLASH = {'h', 'e', 'l', 'l', 'o'};
static uint8_t text_label[8];

#line 38 "test/unit/compiler/c/text.ts"
static const uint8_t text_text1[6] FLASH = {'j', 'o', 'i', 'n', 'e', 'd'};

#line 25 "test/unit/compiler/c/text.ts"
static void text_print(const uint8_t *text, uint16_t textLength) {
  for (uint16_t i = 0; i < textLength; i++) { board_put(FLASH_U8(text, i)); }
}

static uint16_t text_slowest(const uint16_t *table) {
  uint16_t longest = 0;
  for (uint8_t i = 0; i < 6u; i++) {
#line 31 "test/unit/compiler/c/text.ts"
    if (FLASH_U16(table, i) > longest) { longest = FLASH_U16(table, i); }
  }
#line 32 "test/unit/compiler/c/text.ts"
  return (uint16_t)(((longest + UINT32_C(30) /* CLOCK_ERROR_PPM */) > 1500u) ? 1500u : longest);
}

void joinery_main(void) {

  text_print(text_HELLO, 5);
  text_print(text_text1, 6);

  (void)joinery_copy_flash(text_label, text_HELLO, 5);
  board_put((uint8_t)((unsigned)text_slowest(text_AIRTIMES_MS) >> 8));
}
