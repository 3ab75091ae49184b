/*
 * A board with an ATmega328P or an ATmega32U4 of 8 MHz on simavr, its radio played back from a recording: standard
 * input has "answer OCTET" for each octet on the SPI bus, in order, and "dio PORT BIT LEVEL CYCLE" for each change of a
 * line of the radio, as in "dio D 2 1 8006229"; CYCLE is 0 for a change that comes with the octet of the next line.
 * Standard output tells in the same way, with the cycle of each: "select LEVEL CYCLE", "octet OCTET CYCLE" and
 * "console OCTET CYCLE".
 *
 * What a program waits for on the SPI bus, in the EEPROM and on the console takes here what the data sheet of the
 * ATmega328P, DS40002061B, says; that of the ATmega32U4 says the same. simavr takes 100 us for an octet on the bus, no
 * time for the EEPROM, a bit too many for a character, no time for the crystal to start after power-down, and another
 * period of the watchdog only with the next WDR, and lets two instructions run after SEI before an interrupt where
 * there is one (7.7); that Timer1 counts in power-down, and ends it now and then, is left to it.
 */
#include <simavr/avr_eeprom.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_spi.h>
#include <simavr/avr_uart.h>
#include <simavr/avr_watchdog.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>
#include <simavr/sim_time.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_HZ 8000000
/* Octets of EEPROM. */
#define STORE_BYTES 1024
/* Eight bits at half the clock, with SPI2X (19.5.2). */
#define TRANSFER_CYCLES 16
/* tWD_EEPROM, 3.4 ms (8.6.3). */
#define STORE_CYCLES 27200
/* The processor is halted after EERE and after EEPE (8.6.3). */
#define READ_HALT_CYCLES 4
#define WRITE_HALT_CYCLES 2
/* Ten bits of 16 times UBRRn + 1 = 13 cycles (20.3.1). */
#define CHARACTER_CYCLES 2080

/* A crystal with slowly rising power (table 9-4). */
#define START_UP_CYCLES 16384

/* Addresses of registers (31), and bits. */
#define R_EECR 0x3f
#define EERE_BIT 0
#define EEPE_BIT 1
#define R_SPSR 0x4d
#define SPIF_BIT 7
#define R_SPDR 0x4e
#define R_SMCR 0x53
#define R_WDTCSR 0x60
#define SM1_BIT 2

static const struct part {
    const char *name;
    char uart;
    avr_io_addr_t divider;
    uint8_t watchdog_vector;
} parts[] = {{"atmega328p", '0', 0xc4, 6}, {"atmega32u4", '1', 0xcc, 12}};

#define MOST 100000
static uint8_t answers[MOST];
static size_t answer_count, answered;
struct change {
    char port;
    int bit, level;
    avr_cycle_count_t cycle;
    /* How many octets have been exchanged before it, where it comes with one. */
    size_t octets;
};
/* Those that come by themselves, and those that come with an octet. */
static struct change changes[MOST], effects[MOST];
static size_t change_count, changed, effect_count, effected;

static avr_irq_t *miso;

static void tell(const char *what, unsigned value, const avr_t *avr)
{
    printf("%s %u %llu\n", what, value, (unsigned long long)avr->cycle);
}

static void drive(avr_t *avr, const struct change *change)
{
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(change->port), change->bit), (uint32_t)change->level);
}

static avr_cycle_count_t end_transfer(avr_t *avr, avr_cycle_count_t when, void *octet)
{
    (void)when;
    if (answered == answer_count) {
        fprintf(stderr, "more octets on the bus than the recording has\n");
        exit(2);
    }
    tell("octet", (unsigned)(uintptr_t)octet, avr);
    avr_raise_irq(miso, answers[answered]);
    while (effected < effect_count && effects[effected].octets == answered)
        drive(avr, &effects[effected++]);
    answered++;
    return 0;
}

/* In the place of what simavr does at a write to SPDR. */
static void on_transfer(avr_t *avr, avr_io_addr_t address, uint8_t octet, void *parameter)
{
    (void)address, (void)parameter;
    avr->data[R_SPSR] &= (uint8_t)~(1u << SPIF_BIT);
    avr_cycle_timer_register(avr, TRANSFER_CYCLES, end_transfer, (void *)(uintptr_t)octet);
}

static avr_cycle_count_t end_store(avr_t *avr, avr_cycle_count_t when, void *parameter)
{
    (void)when, (void)parameter;
    avr->data[R_EECR] &= (uint8_t)~(1u << EEPE_BIT);
    return 0;
}

static void on_store(avr_t *avr, avr_io_addr_t address, uint8_t value, void *parameter)
{
    (void)parameter;
    if (value & 1u << EERE_BIT)
        avr->cycle += READ_HALT_CYCLES;
    if (!(value & 1u << EEPE_BIT))
        return;
    avr->data[address] |= 1u << EEPE_BIT;
    avr_cycle_timer_register(avr, STORE_CYCLES, end_store, NULL);
    avr->cycle += WRITE_HALT_CYCLES;
}

static void on_select(avr_irq_t *irq, uint32_t level, void *avr)
{
    static uint32_t before = 1;
    (void)irq;
    if (level != before)
        tell("select", level, avr);
    before = level;
}

static void on_console(avr_irq_t *irq, uint32_t octet, void *avr)
{
    (void)irq;
    tell("console", octet, avr);
}

/* The interrupt of the watchdog begins: if it ends power-down, the crystal has started before. */
static void on_watchdog(avr_irq_t *irq, uint32_t running, void *parameter)
{
    avr_t *avr = parameter;
    (void)irq;
    if (running && avr->data[R_SMCR] & 1u << SM1_BIT)
        avr->cycle += START_UP_CYCLES;
}

static avr_io_write_t write_watchdog;
static void *written_watchdog;

/* Programs change the period right after a WDR. */
static void on_watchdog_change(avr_t *avr, avr_io_addr_t address, uint8_t value, void *parameter)
{
    (void)parameter;
    write_watchdog(avr, address, value, written_watchdog);
    avr_ioctl(avr, AVR_IOCTL_WATCHDOG_RESET, NULL);
}

/* simavr counts a parity bit that nobody has asked for. */
static void on_rate(avr_t *avr, avr_io_addr_t address, uint8_t value, void *uart)
{
    (void)avr, (void)address, (void)value;
    ((avr_uart_t *)uart)->cycles_per_byte = CHARACTER_CYCLES;
}

static avr_uart_t *uart_of(avr_t *avr)
{
    avr_io_t *io = avr->io_port;
    while (strcmp(io->kind, "uart") != 0)
        io = io->next;
    return (avr_uart_t *)io;
}

static avr_cycle_count_t next_change(avr_t *avr, avr_cycle_count_t when, void *parameter)
{
    (void)when, (void)parameter;
    drive(avr, &changes[changed++]);
    return changed < change_count ? changes[changed].cycle : 0;
}

/* Time passes at once. */
static void pass(avr_t *avr, avr_cycle_count_t cycles)
{
    (void)avr, (void)cycles;
}

static void quiet(avr_t *avr, const int level, const char *format, va_list arguments)
{
    (void)avr;
    if (level <= LOG_ERROR)
        vfprintf(stderr, format, arguments);
}

static bool read_recording(void)
{
    char what[16];
    while (scanf("%15s", what) == 1) {
        unsigned long long cycle;
        unsigned octet;
        struct change change;
        if (answer_count == MOST || change_count == MOST || effect_count == MOST)
            return false;
        if (strcmp(what, "answer") == 0 && scanf("%u", &octet) == 1)
            answers[answer_count++] = (uint8_t)octet;
        else if (strcmp(what, "dio") == 0 &&
                 scanf(" %c %d %d %llu", &change.port, &change.bit, &change.level, &cycle) == 4) {
            change.cycle = cycle;
            change.octets = answer_count;
            if (cycle == 0)
                effects[effect_count++] = change;
            else
                changes[change_count++] = change;
        } else
            return false;
    }
    return true;
}

static bool load_store(avr_t *avr, const char *path)
{
    static uint8_t octets[STORE_BYTES];
    FILE *file = fopen(path, "rb");
    bool whole = file != NULL && fread(octets, 1, STORE_BYTES, file) == STORE_BYTES;
    if (file != NULL)
        fclose(file);
    /* simavr refuses to set the last octet with the others, but tells where they are. */
    avr_eeprom_desc_t all = {.ee = NULL, .offset = 0, .size = 0};
    avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &all);
    if (!whole || all.ee == NULL)
        return false;
    memcpy(all.ee, octets, STORE_BYTES);
    return true;
}

static const struct part *part_of(const char *name)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcmp(parts[i].name, name) == 0)
            return &parts[i];
    return NULL;
}

int main(int count, char **arguments)
{
    elf_firmware_t firmware;
    memset(&firmware, 0, sizeof firmware);
    avr_global_logger_set(quiet);
    const struct part *part = count == 6 ? part_of(arguments[1]) : NULL;
    if (part == NULL) {
        fprintf(stderr, "usage: simavr-board PROCESSOR SELECT ELF EEPROM CYCLES < RECORDING\n");
        return 1;
    }
    if (!read_recording()) {
        fprintf(stderr, "standard input is no recording, or has more than %d lines of a kind\n", MOST);
        return 1;
    }
    if (elf_read_firmware(arguments[3], &firmware) != 0) {
        fprintf(stderr, "%s is no program\n", arguments[3]);
        return 1;
    }
    avr_t *avr = avr_make_mcu_by_name(part->name);
    if (avr == NULL) {
        fprintf(stderr, "this simavr has no %s\n", part->name);
        return 1;
    }
    avr_init(avr);
    firmware.frequency = CLOCK_HZ;
    avr_load_firmware(avr, &firmware);
    avr->sleep = pass;
    if (!load_store(avr, arguments[4])) {
        fprintf(stderr, "%s does not fit the EEPROM\n", arguments[4]);
        return 1;
    }
    miso = avr_io_getirq(avr, AVR_IOCTL_SPI_GETIRQ(0), SPI_IRQ_INPUT);
    avr->io[AVR_DATA_TO_IO(R_SPDR)].w.c = on_transfer;
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(arguments[2][0]), arguments[2][1] - '0'),
                            on_select, avr);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ(part->uart), UART_IRQ_OUTPUT), on_console, avr);
    avr_irq_register_notify(avr_get_interrupt_irq(avr, part->watchdog_vector) + AVR_INT_IRQ_RUNNING, on_watchdog, avr);
    write_watchdog = avr->io[AVR_DATA_TO_IO(R_WDTCSR)].w.c;
    written_watchdog = avr->io[AVR_DATA_TO_IO(R_WDTCSR)].w.param;
    avr->io[AVR_DATA_TO_IO(R_WDTCSR)].w.c = on_watchdog_change;
    avr_register_io_write(avr, R_EECR, on_store, NULL);
    avr_uart_t *uart = uart_of(avr);
    uart->flags = 0;
    avr_register_io_write(avr, part->divider, on_rate, uart);
    if (change_count > 0)
        avr_cycle_timer_register(avr, changes[0].cycle, next_change, NULL);

    avr_cycle_count_t limit = strtoull(arguments[5], NULL, 10);
    while (avr->cycle < limit) {
        bool after_sei = avr->interrupt_state < 0;
        int state = avr_run(avr);
        if (after_sei && avr->interrupt_state > 0)
            avr_service_interrupts(avr);
        if (state == cpu_Done || state == cpu_Crashed) {
            fprintf(stderr, "the program has ended\n");
            return 2;
        }
    }
    return 0;
}
