/*
 * The host as a board: the store comes by stdin, the console is stdout. It never sleeps: a program that would has
 * nothing more to say.
 */
#include "hal.h"

#include <stdio.h>
#include <stdlib.h>

void joinery_main(void);

static uint8_t store[STORE_BYTES];

uint32_t hal_now(void)
{
    return 0;
}

void hal_sleep_until(uint32_t deadline)
{
    (void)deadline;
    exit(0);
}

uint8_t hal_store_read(uint16_t address)
{
    return store[address];
}

void hal_console_write(uint8_t character)
{
    putchar(character);
}

int main(void)
{
    if (fread(store, 1, STORE_BYTES, stdin) != STORE_BYTES)
        return 1;
    joinery_main();
    return 2;
}
