/*
 * Memory for data blocks (TS004) in RAM. A block that is whole goes to the console: its Descriptor, and its octets, as
 * "block 04030201 00FF...".
 */
#include "hal.h"
#include "sink.h"

static uint8_t memory[640];

uint8_t block_read(uint16_t offset)
{
    return memory[offset];
}

void block_write(uint16_t offset, uint8_t value)
{
    memory[offset] = value;
}

static void print_octet(uint8_t octet)
{
    static const char digits[] = "0123456789ABCDEF";
    hal_console_write((uint8_t)digits[octet >> 4]);
    hal_console_write((uint8_t)digits[octet & 15]);
}

void block_end(uint16_t length, uint32_t descriptor)
{
    static const char words[] = "block ";
    for (uint8_t i = 0; words[i] != 0; i++)
        hal_console_write((uint8_t)words[i]);
    for (int shift = 24; shift >= 0; shift -= 8)
        print_octet((uint8_t)(descriptor >> shift));
    hal_console_write(' ');
    for (uint16_t i = 0; i < length; i++)
        print_octet(memory[i]);
    hal_console_write('\n');
}
