/* Generated from firmware/console/index.ts. */
#include "joinery.h"
#include "console.h"
#include "hal.h"

#line 42 "firmware/console/index.ts"
/** One table of all texts, each ended by "|": a table per text would cost a loop per text. */
static const uint8_t console_TEXTS[235] FLASH = {'b', 'o', 'o', 't', ' ', 'L', 'o', 'R', 'a', 'W', 'A', 'N', ' ', '1', '.', '0', '.', '4', 10, '|', 'b', 'o', 'o', 't', ' ', 'L', 'o', 'R', 'a', 'W', 'A', 'N', ' ', '1', '.', '1', 10, '|', 'e', 'r', 'r', 'o', 'r', ':', ' ', 'n', 'o', ' ', 'i', 'd', 'e', 'n', 't', 'i', 't', 'y', ' ', 'i', 'n', ' ', 't', 'h', 'e', ' ', 's', 't', 'o', 'r', 'e', 10, '|', 'e', 'r', 'r', 'o', 'r', ':', ' ', 'n', 'o', ' ', 'r', 'a', 'd', 'i', 'o', 10, '|', 'e', 'r', 'r', 'o', 'r', ':', ' ', 's', 't', 'o', 'r', 'e', 10, '|', 'e', 'r', 'r', 'o', 'r', ':', ' ', 'D', 'e', 'v', 'N', 'o', 'n', 'c', 'e', ' ', 'u', 's', 'e', 'd', ' ', 'u', 'p', 10, '|', 'j', 'o', 'i', 'n', 'i', 'n', 'g', ' ', '|', ' ', 'D', 'R', '|', 'r', 'e', 'f', 'u', 's', 'e', 'd', ':', ' ', 'M', 'I', 'C', 10, '|', 'r', 'e', 'f', 'u', 's', 'e', 'd', ':', ' ', 'J', 'o', 'i', 'n', 'N', 'o', 'n', 'c', 'e', 10, '|', 'r', 'e', 'f', 'u', 's', 'e', 'd', ':', ' ', 's', 'e', 't', 't', 'i', 'n', 'g', 's', 10, '|', 'j', 'o', 'i', 'n', ' ', 'f', 'a', 'i', 'l', 'e', 'd', 10, '|', 'j', 'o', 'i', 'n', 'e', 'd', ' ', '|', 'u', 'p', 'l', 'i', 'n', 'k', ' ', '|', 'd', 'o', 'w', 'n', 'l', 'i', 'n', 'k', ' ', '|', ':', ' ', '|'};

#line 48 "firmware/console/index.ts"
static const uint32_t console_POWERS_OF_TEN[9] FLASH = {UINT32_C(0x3b9aca00), UINT32_C(0x05f5e100), UINT32_C(0x00989680), UINT32_C(0x000f4240), UINT32_C(0x000186a0), UINT32_C(0x00002710), UINT32_C(0x000003e8), UINT32_C(0x00000064), UINT32_C(0x0000000a)};

#line 54 "firmware/console/index.ts"
/** Prints a text. */
void console_print(uint8_t text) {
  uint8_t before = 0;
  for (uint8_t i = 0; i < 235u; i++) {
    uint8_t character = FLASH_U8(console_TEXTS, i);
    if (character == 124u /* END_OF_TEXT */) {
      if (before == text) { return; }
      before = (uint8_t)(before + 1u);
    } else if (before == text) {
      hal_console_write(character);
    }
  }
}

#line 73 "firmware/console/index.ts"
/** Prints a number in decimal digits, by subtraction: most processors of the class cannot divide. */
void console_printDecimal(uint32_t value) {
  uint32_t rest = value;
  bool started = false;
  for (uint8_t i = 0; i < 9u; i++) {
    uint32_t power = FLASH_U32(console_POWERS_OF_TEN, i);
    uint8_t digit = 0;
    while (rest >= power) {
      rest = rest - power;
      digit = (uint8_t)(digit + 1u);
    }
    if (digit > 0u) { started = true; }
    if (started) { hal_console_write((uint8_t)(48u /* DIGIT_0 */ + digit)); }
  }
  hal_console_write((uint8_t)(48u /* DIGIT_0 */ + (uint8_t)rest));
}

#line 68 "firmware/console/index.ts"
/** Ends a line. */
void console_endLine(void) {
  hal_console_write(10 /* LINE_FEED */);
}

#line 90 "firmware/console/index.ts"
static void console_printNibble(uint8_t nibble) {
  hal_console_write((uint8_t)((nibble < 10u) ? (48u /* DIGIT_0 */ + nibble) : (55u + nibble)));
}

/** Prints an octet as two hexadecimal digits. */
void console_printHex(uint8_t value) {
  console_printNibble((uint8_t)(value >> 4));
  console_printNibble((uint8_t)(value & 15u));
}

/** Prints the line of a downlink. */
void console_printDownlink(uint8_t port, uint8_t *payload, uint8_t length) {
  console_print(14 /* Text.Downlink */);
  console_printDecimal(port);
  console_print(15 /* Text.Colon */);
  for (uint8_t i = 0; i < length; i++) { console_printHex(payload[i]); }
  console_endLine();
}
