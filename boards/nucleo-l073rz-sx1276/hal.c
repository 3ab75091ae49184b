/*
 * The board nucleo-l073rz-sx1276: STM32L073RZ at 16 MHz, SX1276 (RFM95W) on SPI1. What it shares with other boards of
 * this processor is in boards/processors/stm32l073rz; the pins are in board.json.
 */
#include "hal.h"

#include "nucleo.h"
#include "start.h"

/* The board is supplied by USB or a regulator, which hides a battery from the processor. */
uint8_t hal_battery_level(void) { return 255; }

void start_board(void) { start_nucleo(); }
