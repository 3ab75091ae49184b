/*
 * What the boards have in common that are a NUCLEO-L073RZ with a radio on its Arduino headers (README.md of each): SPI1
 * and the console, at the pins that board.json names, and their functions there (DS10685, tables 17 and 18).
 */
#ifndef STM32L073RZ_NUCLEO_H
#define STM32L073RZ_NUCLEO_H

#include "console-port.h"
#include "hal.h"
#include "pins.h"
#include "radio-port.h"
#include "time-base.h"

#if F_CPU != 16000000UL
#error "HSI16 is the clock of the processor."
#endif

/* Of SPI1 and USART2, whichever of their pins board.json names. */
#define SPI1_FUNCTION 0
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
#if hal_CONSOLE_INPUT
#ifndef CONSOLE_RX
#error "CONSOLE_COMMANDS needs consoleRx among otherPins of board.json."
#endif
    set_pin_function(CONSOLE_RX, USART2_FUNCTION);
#endif

    start_console();
    start_time();
    start_radio_port();
}

#endif
