/*
 * The radio: SPI1, and the lines RADIO_SELECT, RADIO_RESET, DIO1 and, of an SX127x, DIO0 or, of an SX126x, BUSY: pins
 * that come from board.json. Sections are those of the RP2040 datasheet; "SX1276" marks those of the SX1276/77/78/79
 * data sheet, Rev. 7, "SX1262" those of the SX1261/2 data sheet, Rev. 2.1.
 */
#include "radio-port.h"

#include <stdbool.h>

#include "hal.h"
#include "pins.h"
#include "time-base.h"

#define EVENT_DIO0 1u
#define EVENT_DIO1 2u

/* The fastest clock: F_CPU / 2 = 6 MHz (4.4.3.4; SX1276 2.5.6: at most 10 MHz, SX1262 8.2: 16 MHz). */
#define SPI_PRESCALER 2UL

/*
 * The reset line is driven to RADIO_RESET_LEVEL or left floating, never driven to the other one: low (SX1276 7.2.2;
 * SX1262 8.1), high of an SX1272 (its data sheet, Rev. 4, 7.2.2).
 */
void hal_radio_reset(bool asserted) { set_pin_output(RADIO_RESET, asserted); }

void hal_radio_select(bool selected) { write_pin(RADIO_SELECT, !selected); }

uint8_t hal_radio_transfer(uint8_t out)
{
    SPI1->DR = out;
    while (!(SPI1->SR & SPI_SR_RNE))
        ;
    return (uint8_t)SPI1->DR;
}

#ifdef BUSY
bool hal_radio_busy(void) { return read_pin(BUSY); }
#endif

/* ---- Rising edges of DIO0 and DIO1: 2.19.3 ---- */

static inline uint32_t edge_of(enum pin pin) { return EDGE_HIGH << (4u * (pin & 7u)); }

/* Whether a line has risen since it was last asked. */
static inline bool has_risen(enum pin pin)
{
    reg32 *edges = &IO_BANK0->INTR[pin >> 3];
    bool risen = (*edges & edge_of(pin)) != 0;
    if (risen)
        *edges = edge_of(pin);
    return risen;
}

ISR(IO_IRQ_BANK0_vect)
{
    uint8_t events = 0;
#ifdef DIO0
    if (has_risen(DIO0))
        events |= EVENT_DIO0;
#endif
    if (has_risen(DIO1))
        events |= EVENT_DIO1;
    note_radio_events(events);
}

static inline void interrupt_at_rising_edge(enum pin pin)
{
    IO_BANK0->INTR[pin >> 3] = edge_of(pin);
    *SET_BITS(&IO_BANK0->PROC0_INTE[pin >> 3]) = edge_of(pin);
}

/* ---- Start ---- */

void start_radio_port(void)
{
    /* NSS is high before it is driven. The reset line is at its level when it is driven. */
    write_pin(RADIO_SELECT, 1);
    set_pin_output(RADIO_SELECT, 1);
    set_pin_function(RADIO_SELECT, FUNCTION_SIO);
    let_pin_float(RADIO_RESET);
    write_pin(RADIO_RESET, RADIO_RESET_LEVEL);
    set_pin_output(RADIO_RESET, 0);
    set_pin_function(RADIO_RESET, FUNCTION_SIO);

    /* Mode 0, the most significant bit first. */
    SPI1->CPSR = SPI_PRESCALER;
    SPI1->CR0 = SPI_CR0_8_BITS;
    SPI1->CR1 = SPI_CR1_SSE;

#ifdef DIO0
    interrupt_at_rising_edge(DIO0);
#endif
    interrupt_at_rising_edge(DIO1);
    NVIC_ISER = BIT(IRQ_IO_BANK0);
}
