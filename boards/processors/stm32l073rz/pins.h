/* The pins of the STM32L073RZ by the names that its documents and board.json give them. RM0367, chapter 9. */
#ifndef STM32L073RZ_PINS_H
#define STM32L073RZ_PINS_H

#include <stdbool.h>

#include "registers.h"

/* A port and a number in it. */
#define PIN(port, number) (((port) << 4) | (number))
enum pin {
    PA0 = PIN(PORT_A, 0), PA1, PA2, PA3, PA4, PA5, PA6, PA7,
    PA8, PA9, PA10, PA11, PA12, PA13, PA14, PA15,
    PB0 = PIN(PORT_B, 0), PB1, PB2, PB3, PB4, PB5, PB6, PB7,
    PB8, PB9, PB10, PB11, PB12, PB13, PB14, PB15,
    PC0 = PIN(PORT_C, 0), PC1, PC2, PC3, PC4, PC5, PC6, PC7,
    PC8, PC9, PC10, PC11, PC12, PC13, PC14, PC15,
    PD2 = PIN(PORT_D, 2),
    PH0 = PIN(PORT_H, 0), PH1
};

static inline struct gpio_registers *port_of(enum pin pin) { return GPIO((uint32_t)pin >> 4); }

static inline uint32_t number_of(enum pin pin) { return (uint32_t)pin & 15u; }

static inline uint32_t mask_of(enum pin pin) { return BIT(number_of(pin)); }

/* Drives an output. */
static inline void write_pin(enum pin pin, uint32_t level)
{
    if (level)
        port_of(pin)->BSRR = mask_of(pin);
    else
        port_of(pin)->BRR = mask_of(pin);
}

static inline bool read_pin(enum pin pin) { return (port_of(pin)->IDR & mask_of(pin)) != 0; }

static inline void set_pin_mode(enum pin pin, enum gpio_mode mode)
{
    struct gpio_registers *port = port_of(pin);
    uint32_t shift = 2u * number_of(pin);
    port->MODER = (port->MODER & ~(3UL << shift)) | ((uint32_t)mode << shift);
}

/* Gives a pin to a peripheral, by the number that DS10685, tables 17 to 22, has for it. */
static inline void set_pin_function(enum pin pin, uint32_t function)
{
    reg32 *functions = &port_of(pin)->AFR[number_of(pin) >> 3];
    uint32_t shift = 4u * (number_of(pin) & 7u);
    *functions = (*functions & ~(15UL << shift)) | (function << shift);
    set_pin_mode(pin, MODE_ALTERNATE);
}

static inline void pull_pin_up(enum pin pin) { port_of(pin)->PUPDR |= 1UL << (2u * number_of(pin)); }

static inline void pull_pin_down(enum pin pin) { port_of(pin)->PUPDR |= 2UL << (2u * number_of(pin)); }

#endif
