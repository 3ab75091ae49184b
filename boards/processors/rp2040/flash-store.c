/*
 * The store: the last two sectors of the flash, of which one counts. Flash is programmed from ones to zeros, and only a
 * whole sector goes back to ones; so octets are not written where they stand but behind one another, and the two
 * sectors take turns. FLASH_BYTES and STORE_BYTES come from board.json.
 *
 * A sector:
 *     0 ...    what the store held when the sector was begun
 *     1024     a serial number, 32 bits, and its complement; of two sectors the one that was begun later counts
 *     1280 ... one word for each octet written since: its address (bits 0 to 15) and value (16 to 23), and its complement;
 *              or a word that counts for nothing
 *
 * Whatever is written is there when its complement is. Programming and erasing, cut off at any point, leave some of the
 * bits at one that were to be zero: then a word and its complement both have a one somewhere, and do not count. The
 * serial number is written last, so a sector counts when it is whole, and the one before counts until then.
 *
 * Cells that were on their way are weak besides: they read one way now and another later. So a start leaves none that
 * matter. It programs again what was written last, if that is whole, so that an octet that has been read stays; spoils
 * it for good if it is not; and spoils the word behind, which may be on its way and read as erased, instead of using
 * it.
 *
 * A sector takes 352 words, one for each octet written and one for each start, and bears 100 000 erasures: all 65536
 * DevNonces and as many JoinNonces take 3600, nine words each, with a start before each join.
 */
#include "flash-store.h"

#include <stdbool.h>
#include <string.h>

#include "hal.h"
#include "registers.h"
#include "rom.h"

#define SECTORS 2u
#define STORE_OFFSET (FLASH_BYTES - SECTORS * FLASH_SECTOR_BYTES)
#define SERIAL_AT 1024u
#define LOG_AT 1280u
#define ERASED 0xffffffffu
/* Of a word and its complement: no address and no value needs it. */
#define SPARE_BIT 0x80000000u

_Static_assert(STORE_BYTES <= SERIAL_AT && STORE_BYTES % FLASH_PAGE_BYTES == 0, "the store fits its part of a sector");

/* Eight octets of the flash. */
struct checked {
    uint32_t word;
    uint32_t complement;
};

/* What the store holds: the flash can be read, but not by address. */
static uint8_t contents[STORE_BYTES];
/* The sector that counts, its serial number, and where in it the next word goes. */
static uint32_t sector;
static uint32_t serial;
static uint32_t log_end;

static uint8_t page[FLASH_PAGE_BYTES];

static inline uint32_t offset_of(uint32_t of_sector) { return STORE_OFFSET + of_sector * FLASH_SECTOR_BYTES; }

static inline bool is_whole(struct checked checked) { return checked.word == ~checked.complement; }

static struct checked read_checked(uint32_t offset)
{
    const volatile uint32_t *words = (const volatile uint32_t *)(FLASH_UNCACHED + offset);
    return (struct checked){words[0], words[1]};
}

/* Programs octets that lie in one page, and tells whether they are there. */
static bool program(uint32_t offset, const void *octets, uint32_t count)
{
    uint32_t in_page = offset % FLASH_PAGE_BYTES;
    memset(page, 0xff, sizeof page);
    memcpy(page + in_page, octets, count);
    rom_program_page(offset - in_page, page);
    for (uint32_t i = 0; i < count; i++) {
        if (FLASH_UNCACHED[offset + i] != page[in_page + i])
            return false;
    }
    return true;
}

static bool program_checked(uint32_t offset, uint32_t word)
{
    struct checked checked = {word, ~word};
    return program(offset, &checked, sizeof checked);
}

/* The word does not count from now on. Cut off, this changes nothing in what it says if it counts. */
static void spoil(uint32_t offset)
{
    struct checked checked = read_checked(offset);
    checked.word &= ~SPARE_BIT;
    checked.complement &= ~SPARE_BIT;
    (void)program(offset, &checked, sizeof checked);
}

/* ---- Reading ---- */

uint8_t hal_store_read(uint16_t address) { return address < STORE_BYTES ? contents[address] : 0xff; }

static void replay_log(void)
{
    for (log_end = LOG_AT; log_end < FLASH_SECTOR_BYTES; log_end += sizeof(struct checked)) {
        struct checked checked = read_checked(offset_of(sector) + log_end);
        if (checked.word == ERASED && checked.complement == ERASED)
            return;
        uint32_t address = checked.word & 0xffffu;
        if (is_whole(checked) && address < STORE_BYTES)
            contents[address] = (uint8_t)(checked.word >> 16);
    }
}

/* The power may have gone while the last of these was being written. */
static void settle_sector(void)
{
    if (log_end == LOG_AT) {
        (void)program_checked(offset_of(sector) + SERIAL_AT, serial);
    } else {
        uint32_t last = offset_of(sector) + log_end - sizeof(struct checked);
        struct checked checked = read_checked(last);
        if (is_whole(checked))
            (void)program_checked(last, checked.word);
        else
            spoil(last);
    }
    if (log_end < FLASH_SECTOR_BYTES) {
        spoil(offset_of(sector) + log_end);
        log_end += sizeof(struct checked);
    }
}

void open_store(void)
{
    bool found = false;
    for (uint32_t i = 0; i < SECTORS; i++) {
        struct checked begun = read_checked(offset_of(i) + SERIAL_AT);
        if (!is_whole(begun) || (found && (int32_t)(begun.word - serial) < 0))
            continue;
        found = true;
        sector = i;
        serial = begun.word;
    }
    if (!found) {
        /* Never written: the first octet begins the first sector. */
        memset(contents, 0xff, sizeof contents);
        sector = SECTORS - 1u;
        log_end = FLASH_SECTOR_BYTES;
        return;
    }
    for (uint32_t i = 0; i < STORE_BYTES; i++)
        contents[i] = FLASH_UNCACHED[offset_of(sector) + i];
    replay_log();
    settle_sector();
}

/* ---- Writing ---- */

/* Whether the other sector has taken over, with what the store holds. */
static bool begin_sector(void)
{
    uint32_t next = (sector + 1u) % SECTORS;
    rom_erase_sector(offset_of(next));
    for (uint32_t at = 0; at < STORE_BYTES; at += FLASH_PAGE_BYTES) {
        if (!program(offset_of(next) + at, contents + at, FLASH_PAGE_BYTES))
            return false;
    }
    if (!program_checked(offset_of(next) + SERIAL_AT, serial + 1u))
        return false;
    sector = next;
    serial++;
    log_end = LOG_AT;
    return true;
}

/* Where the flash fails the store holds what it held before, and whoever reads that sees it. */
void hal_store_write(uint16_t address, uint8_t value)
{
    if (address >= STORE_BYTES)
        return;
    if (log_end == FLASH_SECTOR_BYTES && !begin_sector())
        return;
    while (log_end < FLASH_SECTOR_BYTES) {
        uint32_t at = offset_of(sector) + log_end;
        log_end += sizeof(struct checked);
        if (program_checked(at, address | (uint32_t)value << 16)) {
            contents[address] = value;
            return;
        }
    }
}
