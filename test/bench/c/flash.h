/* Tables in flash: in an address space of their own on AVR, plain constants elsewhere. */
#ifndef FLASH_H
#define FLASH_H

#ifdef __AVR__
#include <avr/pgmspace.h>
#define IN_FLASH PROGMEM
#define FLASH_BYTE(table, index) pgm_read_byte(&(table)[index])
#else
#define IN_FLASH
#define FLASH_BYTE(table, index) ((table)[index])
#endif

#endif
