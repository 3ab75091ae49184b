/* The pins of the RP2040 by the names that its datasheet and board.json give them. RP2040 datasheet, 2.19. */
#ifndef RP2040_PINS_H
#define RP2040_PINS_H

#include <stdbool.h>

#include "registers.h"

enum pin {
    GPIO0, GPIO1, GPIO2, GPIO3, GPIO4, GPIO5, GPIO6, GPIO7, GPIO8, GPIO9,
    GPIO10, GPIO11, GPIO12, GPIO13, GPIO14, GPIO15, GPIO16, GPIO17, GPIO18, GPIO19,
    GPIO20, GPIO21, GPIO22, GPIO23, GPIO24, GPIO25, GPIO26, GPIO27, GPIO28, GPIO29
};

/* What drives a pin (2.19.2): of the functions of table 279 those that the boards use. */
enum pin_function { FUNCTION_SPI = 1, FUNCTION_UART = 2, FUNCTION_SIO = 5 };

static inline uint32_t mask_of(enum pin pin) { return BIT(pin); }

static inline void set_pin_function(enum pin pin, enum pin_function function)
{
    IO_BANK0->GPIO[pin].CTRL = function;
}

/* After a reset a pin is pulled down (2.19.6.3). */
static inline void pull_pin_up(enum pin pin)
{
    PADS_BANK0_GPIO(pin) = PADS_INPUT_ENABLE | PADS_DRIVE_4MA | PADS_PULL_UP | PADS_SCHMITT;
}

static inline void let_pin_float(enum pin pin)
{
    PADS_BANK0_GPIO(pin) = PADS_INPUT_ENABLE | PADS_DRIVE_4MA | PADS_SCHMITT;
}

/* Drives an output. */
static inline void write_pin(enum pin pin, uint32_t level)
{
    if (level)
        SIO_GPIO_OUT_SET = mask_of(pin);
    else
        SIO_GPIO_OUT_CLR = mask_of(pin);
}

static inline bool read_pin(enum pin pin) { return (SIO_GPIO_IN & mask_of(pin)) != 0; }

static inline void set_pin_output(enum pin pin, uint32_t output)
{
    if (output)
        SIO_GPIO_OE_SET = mask_of(pin);
    else
        SIO_GPIO_OE_CLR = mask_of(pin);
}

#endif
