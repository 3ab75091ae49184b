#include "start.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

#include "hal.h"

void joinery_main(void);

int main(void)
{
    /* A watchdog reset leaves the watchdog running, at its shortest period (DS40002061B, section 11.8). */
    MCUSR = 0;
    wdt_disable();
    start_board();
    sei();
    joinery_main();
    for (;;)
        hal_sleep_until(hal_now() + INT32_MAX);
}
