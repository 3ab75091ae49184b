/*
 * The radio: SPI1, and the lines RADIO_SELECT, RADIO_RESET, DIO1 and, of an SX127x, DIO0 or, of an SX126x, BUSY: pins
 * that come from board.json. Chapters are those of RM0367; "SX1276" marks those of the SX1276/77/78/79 data sheet,
 * Rev. 7, "SX1262" those of the SX1261/2 data sheet, Rev. 2.1.
 */
#include "radio-port.h"

#include <stdbool.h>

#include "hal.h"
#include "pins.h"
#include "time-base.h"

#define EVENT_DIO0 1u
#define EVENT_DIO1 2u

#ifdef DIO0
#define DIO0_LINE mask_of(DIO0)
#else
#define DIO0_LINE 0u
#endif
#define DIO1_LINE mask_of(DIO1)

/*
 * The reset line is driven to RADIO_RESET_LEVEL or left floating, never driven to the other one: low (SX1276 7.2.2;
 * SX1262 8.1), high of an SX1272 (its data sheet, Rev. 4, 7.2.2).
 */
void hal_radio_reset(bool asserted) { set_pin_mode(RADIO_RESET, asserted ? MODE_OUTPUT : MODE_INPUT); }

void hal_radio_select(bool selected) { write_pin(RADIO_SELECT, !selected); }

uint8_t hal_radio_transfer(uint8_t out)
{
    SPI1->DR = out;
    while (!(SPI1->SR & SPI_SR_RXNE))
        ;
    return (uint8_t)SPI1->DR;
}

#ifdef BUSY
bool hal_radio_busy(void) { return read_pin(BUSY); }
#endif

/* ---- Rising edges of DIO0 and DIO1: chapter 13 ---- */

static void take_edges(void)
{
    uint32_t edges = EXTI->PR & (DIO0_LINE | DIO1_LINE);
    EXTI->PR = edges;
    uint8_t events = 0;
    if (edges & DIO0_LINE)
        events |= EVENT_DIO0;
    if (edges & DIO1_LINE)
        events |= EVENT_DIO1;
    note_radio_events(events);
}

ISR(EXTI0_1_vect) { take_edges(); }
ISR(EXTI2_3_vect) { take_edges(); }
ISR(EXTI4_15_vect) { take_edges(); }

/* The number of a port in EXTICR (10.2.4). */
static inline uint32_t exti_port_of(enum pin pin)
{
    uint32_t port = (uint32_t)pin >> 4;
    return port == PORT_H ? 5u : port;
}

static inline uint32_t irq_of(enum pin pin)
{
    if (number_of(pin) < 2)
        return IRQ_EXTI0_1;
    return number_of(pin) < 4 ? IRQ_EXTI2_3 : IRQ_EXTI4_15;
}

static inline void interrupt_at_rising_edge(enum pin pin)
{
    set_pin_mode(pin, MODE_INPUT);
    SYSCFG->EXTICR[number_of(pin) >> 2] |= exti_port_of(pin) << (4u * (number_of(pin) & 3u));
    EXTI->RTSR |= mask_of(pin);
    EXTI->PR = mask_of(pin);
    EXTI->IMR |= mask_of(pin);
    NVIC_ISER = BIT(irq_of(pin));
}

/* ---- Start ---- */

void start_radio_port(void)
{
    RCC->APB2ENR |= RCC_APB2ENR_SPI1EN | RCC_APB2ENR_SYSCFGEN;

    /* NSS is high before it is driven. The reset line is at its level when it is driven. */
    write_pin(RADIO_SELECT, 1);
    set_pin_mode(RADIO_SELECT, MODE_OUTPUT);
    write_pin(RADIO_RESET, RADIO_RESET_LEVEL);
    set_pin_mode(RADIO_RESET, MODE_INPUT);

    /*
     * Mode 0, the most significant bit first, F_CPU / 2 = 8 MHz (31.3.9; SX1276 2.5.6: at most 10 MHz, SX1262 8.2: 16
     * MHz).
     */
    SPI1->CR1 = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI;
    SPI1->CR1 |= SPI_CR1_SPE;

#ifdef DIO0
    interrupt_at_rising_edge(DIO0);
#endif
#ifdef BUSY
    set_pin_mode(BUSY, MODE_INPUT);
#endif
    interrupt_at_rising_edge(DIO1);
}
