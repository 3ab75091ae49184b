/* The time of the boards with an RP2040, and the radio events that end a sleep. */
#ifndef RP2040_TIME_BASE_H
#define RP2040_TIME_BASE_H

#include <stdint.h>

/* The time begins. The crystal runs, and ticks once a microsecond. */
void start_time(void);

/* For the handler of a line of the radio: events have risen, now. They are the EVENT_ bits of firmware/hal. */
void note_radio_events(uint8_t events);

#endif
