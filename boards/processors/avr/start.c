#include "start.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "hal.h"
#include "watchdog.h"

void joinery_main(void);

int main(void)
{
    /* A watchdog reset leaves the watchdog running at its shortest period, 16 ms, and WDRF holds it on (11.9). */
    MCUSR = 0;
    set_watchdog(WATCHDOG_8_S);
    start_board();
    sei();
    joinery_main();
    for (;;)
        hal_sleep_until(hal_now() + INT32_MAX);
}
