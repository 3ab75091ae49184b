/* A sink of data blocks (TS004) that keeps nothing: an image's figures are then those of the package alone. */
#include "sink.h"

uint8_t block_read(uint16_t offset)
{
    return (uint8_t)offset;
}

void block_write(uint16_t offset, uint8_t value)
{
    (void)offset;
    (void)value;
}

void block_end(uint16_t length, uint32_t descriptor)
{
    (void)length;
    (void)descriptor;
}
