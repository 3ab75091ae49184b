/*
 * What the boards have in common that are a NUCLEO-L073RZ with a radio on its Arduino headers (README.md of each): the
 * pins of SPI1 and of the console, and their functions (DS10685, table 17).
 */
#ifndef STM32L073RZ_NUCLEO_H
#define STM32L073RZ_NUCLEO_H

#include "console-port.h"
#include "pins.h"
#include "radio-port.h"
#include "time-base.h"

#if F_CPU != 16000000UL
#error "HSI16 is the clock of the processor."
#endif

#define RADIO_SCK PA5
#define RADIO_MISO PA6
#define RADIO_MOSI PA7
#define SPI1_FUNCTION 0
#define CONSOLE_TX PA2 /* to the ST-LINK */
#define USART2_FUNCTION 4

/* Pins that are not named here stay analog, as after a reset: they neither float nor draw current (RM0367, 9.3.12). */
static inline void start_nucleo(void)
{
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
}

#endif
