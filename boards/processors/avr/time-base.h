/*
 * The time of the boards with an AVR, and the radio events that end a sleep: Timer1 at F_CPU / 8, one microsecond a
 * count. Sections are those of the ATmega48A/PA/88A/PA/168A/PA/328/P data sheet, DS40002061B; the ATmega16U4/32U4 data
 * sheet, Atmel-7766J, says the same of its Timer1 in section 14.
 */
#ifndef AVR_TIME_BASE_H
#define AVR_TIME_BASE_H

#include <avr/io.h>
#include <stdint.h>

/* Those of firmware/hal. */
#define EVENT_DIO0 0x01
#define EVENT_DIO1 0x02

/* The upper half of the time: how often TCNT1 has passed 0xffff. */
extern volatile uint16_t overflows;

/* The time stamp of the last event is stored as the raw parts of the time, so that the handlers stay short. */
extern volatile uint16_t edge_count, edge_overflows;
extern volatile uint8_t edge_flags;

/*
 * For the handler of a line of the radio: it has risen, now. The pending events live in GPIOR0 (section 8.5.1): setting
 * a bit there is one instruction.
 */
static inline __attribute__((always_inline)) void note_radio_event(uint8_t event)
{
    edge_count = TCNT1;
    edge_flags = TIFR1;
    edge_overflows = overflows;
    GPIOR0 = (uint8_t)(GPIOR0 | event);
}

/* The time begins. */
static inline void start_time(void)
{
    TIMSK1 = _BV(TOIE1);
    TCCR1B = _BV(CS11);
}

#endif
