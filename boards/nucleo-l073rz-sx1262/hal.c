/*
 * The board nucleo-l073rz-sx1262: STM32L073RZ at 16 MHz, SX1262 (SX1262MB2CAS) on SPI1. What it shares with other
 * boards of this processor is in boards/processors/stm32l073rz; the pins are in board.json.
 */
#include "hal.h"

#include "nucleo.h"
#include "start.h"

/* The board is supplied by USB or a regulator, which hides a battery from the processor. */
uint8_t hal_battery_level(void) { return 255; }

void start_board(void)
{
    start_nucleo();
    /* The antenna switch of the shield, which DIO2 of the radio turns. */
    write_pin(ANTENNA_SWITCH_SUPPLY, 1);
    set_pin_mode(ANTENNA_SWITCH_SUPPLY, MODE_OUTPUT);
}
