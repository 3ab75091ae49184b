/* Generated from firmware/console/index.ts. */
#ifndef JOINERY_CONSOLE_H
#define JOINERY_CONSOLE_H

#include "joinery.h"

void console_print(uint8_t text);
void console_printDecimal(uint32_t value);
void console_endLine(void);
void console_printHex(uint8_t value);
void console_printDownlink(uint8_t port, uint8_t *payload, uint8_t length);

#endif
