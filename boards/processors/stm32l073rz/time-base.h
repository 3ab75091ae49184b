/* The time of the boards with an STM32L073RZ, and the radio events that end a sleep. */
#ifndef STM32L073RZ_TIME_BASE_H
#define STM32L073RZ_TIME_BASE_H

#include <stdint.h>

/* The time begins. The LSE runs. */
void start_time(void);

/* For the handler of a line of the radio: events have risen, now. They are the EVENT_ bits of firmware/hal. */
void note_radio_events(uint8_t events);

/* For the handler of the console: an octet has come, which ends a sleep until it is forgotten. Of images that read it. */
void note_console_input(void);
void forget_console_input(void);

#endif
