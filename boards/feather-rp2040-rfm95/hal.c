/*
 * The board feather-rp2040-rfm95: RP2040 at 12 MHz, SX1276 (RFM95W) on SPI1. What it shares with other boards of this
 * processor is in boards/processors/rp2040; the pins are in board.json.
 */
#include "hal.h"

#include "console-port.h"
#include "pins.h"
#include "radio-port.h"
#include "start.h"

/* The board is supplied by USB or a regulator, which hides a battery from the processor. */
uint8_t hal_battery_level(void) { return 255; }

/* Pins that are not named here stay pulled down, as after a reset: they do not float. */
void start_board(void)
{
    /* The radio lets go of MISO while NSS is high. */
    pull_pin_up(RADIO_MISO);
    set_pin_function(RADIO_SCK, FUNCTION_SPI);
    set_pin_function(RADIO_MISO, FUNCTION_SPI);
    set_pin_function(RADIO_MOSI, FUNCTION_SPI);
    set_pin_function(CONSOLE_TX, FUNCTION_UART);

    start_console();
    start_radio_port();
}
