/*
 * The board nucleo-l073rz-sx1276: STM32L073RZ at 16 MHz, SX1276 (RFM95W) on SPI1. What it shares with other boards of
 * this processor is in boards/processors/stm32l073rz; the pins of the radio are in board.json.
 */
#include "hal.h"

#include <stdint.h>

#include "console-port.h"
#include "pins.h"
#include "radio-port.h"
#include "start.h"
#include "time-base.h"
#include "watchdog.h"

#if F_CPU != 16000000UL
#error "HSI16 is the clock of the processor."
#endif

/* Wiring (README.md), and the function of each pin (DS10685, table 17). */
#define RADIO_SCK PA5
#define RADIO_MISO PA6
#define RADIO_MOSI PA7
#define SPI1_FUNCTION 0
#define CONSOLE_TX PA2 /* to the ST-LINK */
#define USART2_FUNCTION 4

void joinery_main(void);

/* The board is supplied by USB or a regulator, which hides a battery from the processor. */
uint8_t hal_battery_level(void) { return 255; }

/* Pins that are not named here stay analog, as after a reset: they neither float nor draw current (RM0367, 9.3.12). */
void run_board(void)
{
    start_watchdog();
    RCC->IOPENR = RCC_IOPENR_PORT(PORT_A) | RCC_IOPENR_PORT(PORT_B) | RCC_IOPENR_PORT(PORT_C) |
                  RCC_IOPENR_PORT(PORT_D) | RCC_IOPENR_PORT(PORT_H);

    /* The radio lets go of MISO while NSS is high. */
    pull_pin_up(RADIO_MISO);
    set_pin_function(RADIO_SCK, SPI1_FUNCTION);
    set_pin_function(RADIO_MISO, SPI1_FUNCTION);
    set_pin_function(RADIO_MOSI, SPI1_FUNCTION);
    set_pin_function(CONSOLE_TX, USART2_FUNCTION);

    start_console();
    start_time();
    start_radio_port();
    joinery_main();
    for (;;)
        hal_sleep_until(hal_now() + INT32_MAX);
}
