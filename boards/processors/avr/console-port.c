#include "console-port.h"

#include "hal.h"

void hal_console_write(uint8_t character)
{
    while (!(CONSOLE_STATUS & CONSOLE_READY))
        ;
    CONSOLE_DATA = character;
}
