/*
 * HAL of the board pro-mini-rfm95: ATmega328P at 8 MHz, SX1276 (RFM95W) on the SPI bus.
 *
 * Sections are those of the ATmega48A/PA/88A/PA/168A/PA/328/P data sheet, DS40002061B; "SX1276" marks
 * those of the SX1276/77/78/79 data sheet, Rev. 7. F_CPU and CONSOLE_BAUD come from board.json.
 */
#include "hal.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <stdbool.h>
#include <stdint.h>

#if F_CPU != 8000000UL
#error "The time base counts microseconds by dividing 8 MHz by 8."
#endif

/* Wiring (README.md); the same pins are in board.json. */
#define RADIO_RESET PB1
#define RADIO_SELECT PB2
#define RADIO_MOSI PB3
#define RADIO_MISO PB4
#define RADIO_SCK PB5
#define RADIO_DIO0 PD2 /* INT0 */
#define RADIO_DIO1 PD3 /* INT1 */

/* EVENT_DIO0 and EVENT_DIO1 of hal.h, as bit numbers. */
#define EVENT_DIO0_BIT 0
#define EVENT_DIO1_BIT 1

void joinery_main(void);

/* ---- Time: Timer1 at F_CPU / 8, one microsecond a count (section 16) ---- */

/* The upper half of the time: how often TCNT1 has passed 0xffff. */
static volatile uint16_t overflows;

ISR(TIMER1_OVF_vect) { overflows++; }

/* Nothing to do but to end the sleep. */
EMPTY_INTERRUPT(TIMER1_COMPA_vect)

/*
 * The time that TCNT1 = `count` and TIFR1 = `flags` stand for, both read in this order with interrupts
 * off. An overflow whose interrupt still waits is counted here, unless it came after `count` was read.
 */
static uint32_t time_of(uint16_t count, uint8_t flags, uint16_t high)
{
    /* The halves are put together in memory order: gcc would shift octet by octet. */
    union {
        struct {
            uint16_t low, high;
        };
        uint32_t whole;
    } time = {{count, high}};
    if ((flags & _BV(TOV1)) && count < 0x8000u)
        time.high++;
    return time.whole;
}

/* Interrupts are off. */
static uint32_t now_masked(void)
{
    uint16_t count = TCNT1;
    return time_of(count, TIFR1, overflows);
}

uint32_t hal_now(void)
{
    uint8_t status = SREG;
    cli();
    uint32_t now = now_masked();
    SREG = status;
    return now;
}

/* ---- Radio events: rising edges of DIO0 and DIO1 (section 13) ---- */

/*
 * The pending events live in GPIOR0 (section 8.5.1): setting a bit there is one instruction. The time
 * stamp is stored as the raw parts of `time_of`, so that the handlers stay short.
 */
static volatile uint16_t edge_count, edge_overflows;
static volatile uint8_t edge_flags;

static inline __attribute__((always_inline)) void stamp_edge(void)
{
    edge_count = TCNT1;
    edge_flags = TIFR1;
    edge_overflows = overflows;
}

ISR(INT0_vect)
{
    stamp_edge();
    GPIOR0 |= _BV(EVENT_DIO0_BIT);
}

ISR(INT1_vect)
{
    stamp_edge();
    GPIOR0 |= _BV(EVENT_DIO1_BIT);
}

uint8_t hal_radio_events(void)
{
    uint8_t status = SREG;
    cli();
    uint8_t events = GPIOR0;
    GPIOR0 = 0;
    SREG = status;
    return events;
}

uint32_t hal_radio_event_time(void)
{
    uint8_t status = SREG;
    cli();
    uint32_t time = time_of(edge_count, edge_flags, edge_overflows);
    SREG = status;
    return time;
}

/* ---- Sleep (section 10) ---- */

/*
 * Idle mode, because Timer1 must go on counting. The compare match is armed before the time is read: a
 * deadline that is still ahead then raises OCF1A, however close it is. Interrupts stay off from the
 * last look at the events to SEI, whose next instruction, SLEEP, runs before any interrupt (section
 * 7.7): an edge in between ends the sleep at once.
 */
void hal_sleep_until(uint32_t deadline)
{
    for (;;) {
        cli();
        OCR1A = (uint16_t)deadline;
        TIFR1 = _BV(OCF1A);
        uint32_t left = deadline - now_masked();
        if (GPIOR0 != 0 || left == 0 || left > INT32_MAX)
            break;
        TIMSK1 = left <= UINT16_MAX ? _BV(TOIE1) | _BV(OCIE1A) : _BV(TOIE1);
        SMCR = _BV(SE); /* SM2:0 = 000: idle */
        sei();
        sleep_cpu();
        SMCR = 0;
    }
    TIMSK1 = _BV(TOIE1);
    sei();
}

/* ---- Radio: SPI mode 0, MSB first, F_CPU / 2 = 4 MHz (section 19; SX1276 2.5.6: at most 10 MHz) ---- */

/* NRESET is driven low or left floating, never driven high (SX1276 7.2.2). */
void hal_radio_reset(bool asserted)
{
    if (asserted)
        DDRB |= _BV(RADIO_RESET);
    else
        DDRB &= (uint8_t)~_BV(RADIO_RESET);
}

void hal_radio_select(bool selected)
{
    if (selected)
        PORTB &= (uint8_t)~_BV(RADIO_SELECT);
    else
        PORTB |= _BV(RADIO_SELECT);
}

uint8_t hal_radio_transfer(uint8_t out)
{
    SPDR = out;
    while (!(SPSR & _BV(SPIF)))
        ;
    return SPDR;
}

/* ---- Store: the EEPROM (section 8.4) ---- */

static void wait_store(void)
{
    while (EECR & _BV(EEPE))
        ;
}

uint8_t hal_store_read(uint16_t address)
{
    wait_store();
    EEAR = address;
    EECR |= _BV(EERE);
    return EEDR;
}

/* Erase and write in one operation, 3.4 ms; EEPE must follow EEMPE within four cycles. */
void hal_store_write(uint16_t address, uint8_t value)
{
    wait_store();
    EEAR = address;
    EEDR = value;
    uint8_t status = SREG;
    cli();
    EECR |= _BV(EEMPE);
    EECR |= _BV(EEPE);
    SREG = status;
    wait_store();
}

/* ---- Console: USART0, 8N1 (section 20) ---- */

/* The nearest divisor; at 8 MHz and 38400 Bd it is off by 0.2 % (table 20-6). */
#define CONSOLE_DIVISOR ((F_CPU + 8UL * CONSOLE_BAUD) / (16UL * CONSOLE_BAUD) - 1UL)

void hal_console_write(uint8_t character)
{
    while (!(UCSR0A & _BV(UDRE0)))
        ;
    UDR0 = character;
}

/* ---- Battery ---- */

/* The regulator hides the supply from the processor, so the level is unknown. */
uint8_t hal_battery_level(void) { return 255; }

/* ---- Start ---- */

static void start_board(void)
{
    /* A watchdog reset leaves the watchdog running, at its shortest period (section 11.8). */
    MCUSR = 0;
    wdt_disable();

    /* Comparator off, the clocks of what is not used stopped (10.9), no floating digital inputs (14.2.6). */
    ACSR = _BV(ACD);
    PRR = _BV(PRTWI) | _BV(PRTIM2) | _BV(PRTIM0) | _BV(PRADC);
    DIDR0 = 0x3f;
    DIDR1 = _BV(AIN1D) | _BV(AIN0D);
    PORTC = 0x3f;

    /*
     * NSS high before it becomes an output; as an output it also keeps the SPI a master (19.3.2). MISO
     * needs a pull-up because the radio lets go of it while NSS is high.
     */
    PORTB = _BV(RADIO_SELECT) | _BV(RADIO_MISO) | _BV(PB0);
    DDRB = _BV(RADIO_SELECT) | _BV(RADIO_MOSI) | _BV(RADIO_SCK);
    /* TXD high, as the line idles, until the transmitter takes the pin. */
    PORTD = (uint8_t)~(_BV(RADIO_DIO0) | _BV(RADIO_DIO1));
    DDRD = _BV(PD1);

    SPSR = _BV(SPI2X);
    SPCR = _BV(SPE) | _BV(MSTR);

    UBRR0 = CONSOLE_DIVISOR;
    UCSR0B = _BV(TXEN0);

    TIMSK1 = _BV(TOIE1);
    TCCR1B = _BV(CS11);

    /* Rising edges; the flags are cleared because setting the mode may raise them (13.2.1). */
    EICRA = _BV(ISC11) | _BV(ISC10) | _BV(ISC01) | _BV(ISC00);
    EIFR = _BV(INTF1) | _BV(INTF0);
    EIMSK = _BV(INT1) | _BV(INT0);

    sei();
}

int main(void)
{
    start_board();
    joinery_main();
    for (;;)
        hal_sleep_until(hal_now() + INT32_MAX);
}
