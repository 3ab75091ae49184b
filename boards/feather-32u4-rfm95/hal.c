/*
 * The board feather-32u4-rfm95: ATmega32U4 at 8 MHz, SX1276 (RFM95W) on the SPI bus. What it shares with other boards
 * of AVRs is in boards/processors/avr; the pins are in board.json. Sections are those of the ATmega16U4/32U4
 * data sheet, Atmel-7766J.
 */
#include "hal.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "console-port.h"
#include "pins.h"
#include "radio-port.h"
#include "start.h"
#include "time-base.h"

/* SS of the SPI: no wire leads there on the board. */
#define SPI_SS PB0
#define RADIO_SCK PB1
#define RADIO_MOSI PB2
#define RADIO_MISO PB3
/* DIO1 takes one of them. */
#define FREE_ON_PORT_B (_BV(PB6) | _BV(PB7))

#define NSS_AT_B4 1
#define NRESET_AT_D4 1
#define INT6_AT_E6 1
#define PCINT_AT_B6 1
#define PCINT_AT_B7 1
#if !IS_AT(NSS_AT_, RADIO_SELECT) || !IS_AT(NRESET_AT_, RADIO_RESET) || !IS_AT(INT6_AT_, DIO0) || \
    !IS_AT(PCINT_AT_, DIO1)
#error "This board has radioSelect at PB4, radioReset at PD4, dio0 at PE6, which is INT6, and dio1 at PB6 or PB7: name these in board.json, or serve others here."
#endif

/* ---- Radio events: rising edges of DIO0, at an external interrupt, and of DIO1, at a pin change (section 11) ---- */

ISR(INT6_vect) { note_radio_event(EVENT_DIO0); }

/* DIO1 stays high until the radio is told to clear what it stands for: a change that finds it low is its fall. */
ISR(PCINT0_vect)
{
    if (PIN_OF(DIO1) & MASK_OF(DIO1))
        note_radio_event(EVENT_DIO1);
}

/* ---- Battery ---- */

/*
 * A divider leads to the battery, but whether one is there at all, it does not tell: the charger's output looks alike.
 */
uint8_t hal_battery_level(void) { return 255; }

/* ---- Start ---- */

void start_board(void)
{
    /* What the boot loader may have left of its USB device: controller, PLL and the regulator of the pads off (21). */
    USBCON = _BV(FRZCLK);
    PLLCSR = 0;
    UHWCON = 0;

    /* Comparator off, the clocks of what is not used stopped (section 7), no analogue level at a digital input. */
    ACSR = _BV(ACD);
    PRR0 = _BV(PRTWI) | _BV(PRTIM0) | _BV(PRADC);
    PRR1 = _BV(PRUSB) | _BV(PRTIM4) | _BV(PRTIM3);
    DIDR2 = _BV(ADC12D);

    /*
     * Unused pins have their pull-ups on, but for that of the battery's divider and PE2, which the board pulls down;
     * the LED is off.
     */
    PORTC = _BV(PC6);
    DDRC = MASK_OF(LED);
    PORTF = _BV(PF0) | _BV(PF1) | _BV(PF4) | _BV(PF5) | _BV(PF6) | _BV(PF7);

    /*
     * NSS high before it becomes an output. SS as an output keeps the SPI a master (section 17). MISO needs a pull-up
     * because the radio lets go of it while NSS is high.
     */
    PORTB = MASK_OF(RADIO_SELECT) | _BV(SPI_SS) | _BV(RADIO_MISO) | (FREE_ON_PORT_B & ~MASK_OF(DIO1));
    DDRB = MASK_OF(RADIO_SELECT) | _BV(SPI_SS) | _BV(RADIO_MOSI) | _BV(RADIO_SCK);
    /* TXD high, as the line idles, until the transmitter takes the pin. */
    PORTD = (uint8_t)~MASK_OF(RADIO_RESET);
    DDRD = _BV(PD3);

    start_radio_port();
    start_console();
    start_time();

    /*
     * Rising edges of INT6, any of DIO1: PCINTn is PBn. The flags are cleared because setting the modes may raise them
     * (11.1).
     */
    EICRB = _BV(ISC61) | _BV(ISC60);
    EIFR = _BV(INTF6);
    EIMSK = _BV(INT6);
    PCMSK0 = MASK_OF(DIO1);
    PCIFR = _BV(PCIF0);
    PCICR = _BV(PCIE0);
}
