/*
 * The board pro-mini-rfm95: ATmega328P at 8 MHz, SX1276 (RFM95W) on the SPI bus. What it shares with other boards of
 * AVRs is in boards/processors/avr; the pins of the radio are in board.json. Sections are those of the
 * ATmega48A/PA/88A/PA/168A/PA/328/P data sheet, DS40002061B.
 */
#include "hal.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "console-port.h"
#include "pins.h"
#include "radio-port.h"
#include "start.h"
#include "time-base.h"

#define RADIO_MOSI PB3
#define RADIO_MISO PB4
#define RADIO_SCK PB5
/* NRESET takes one of them. */
#define FREE_ON_PORT_B (_BV(PB0) | _BV(PB1))

#define SS_AT_B2 1
#define NRESET_AT_B0 1
#define NRESET_AT_B1 1
#define INT0_AT_D2 1
#define INT1_AT_D3 1
#if !IS_AT(SS_AT_, RADIO_SELECT) || !IS_AT(NRESET_AT_, RADIO_RESET) || !IS_AT(INT0_AT_, DIO0) || \
    !IS_AT(INT1_AT_, DIO1)
#error "This board has radioSelect at PB2, which is SS, radioReset at PB0 or PB1, dio0 at PD2, INT0, and dio1 at PD3, INT1: name these in board.json, or serve others here."
#endif

/* ---- Radio events: rising edges of DIO0 and DIO1 (section 13) ---- */

ISR(INT0_vect) { note_radio_event(EVENT_DIO0); }

ISR(INT1_vect) { note_radio_event(EVENT_DIO1); }

/* ---- Battery ---- */

/* The regulator hides the supply from the processor, so the level is unknown. */
uint8_t hal_battery_level(void) { return 255; }

/* ---- Start ---- */

void start_board(void)
{
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
    PORTB = MASK_OF(RADIO_SELECT) | _BV(RADIO_MISO) | (FREE_ON_PORT_B & ~MASK_OF(RADIO_RESET));
    DDRB = MASK_OF(RADIO_SELECT) | _BV(RADIO_MOSI) | _BV(RADIO_SCK);
    /* TXD high, as the line idles, until the transmitter takes the pin. */
    PORTD = (uint8_t)~(MASK_OF(DIO0) | MASK_OF(DIO1));
    DDRD = _BV(PD1);

    start_radio_port();
    start_console();
    start_time();

    /* Rising edges; the flags are cleared because setting the mode may raise them (13.2.1). */
    EICRA = _BV(ISC11) | _BV(ISC10) | _BV(ISC01) | _BV(ISC00);
    EIFR = _BV(INTF1) | _BV(INTF0);
    EIMSK = _BV(INT1) | _BV(INT0);
}
