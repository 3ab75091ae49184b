/*
 * What the device lives in: the input of the fuzzer, a clock, a store and an SX1276 as far as a driver looks at it. Each
 * execution gives the input out octet by octet, wherever the world decides something: what comes in a window, how long a
 * payload is, at which write the power goes.
 *
 * This and the files beside it become one translation unit with the C of the firmware, so that all of its state is in
 * sight: "whole.c", which the build writes.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge.h"

/** Ends the execution as a finding; libFuzzer keeps the input. */
#define CHECK(condition, text) do { if (!(condition)) { finding(text); } } while (false)

__attribute__((noreturn)) static void finding(const char *text) {
  fprintf(stderr, "finding: %s\n", text);
  abort();
}

/* The input. */

static const uint8_t *input;
static size_t input_left;

/** The ways out of the firmware, whose `main` never returns. */
enum way_out { INPUT_ENDED = 1, POWER_LOST, POWER_CYCLED };
static jmp_buf outside;

/** Where the world has to decide something that matters, and the input has nothing left, the execution ends. */
static void want_input(void) {
  if (input_left == 0) longjmp(outside, INPUT_ENDED);
}

static uint8_t next(void) {
  if (input_left == 0) return 0;
  input_left--;
  return *input++;
}

static uint16_t next16(void) {
  const unsigned low = next();
  return (uint16_t)(low | ((unsigned)next() << 8));
}

static uint32_t next32(void) {
  const uint32_t low = next16();
  return low | ((uint32_t)next16() << 16);
}

/* The world. All of it that changes is here: an execution begins with a copy. */

#ifdef ABP
/** Records of the counters, then those of what the network has set, each of which takes eight of them. */
enum { STORE_LENGTH = 1024, JOURNAL = 96, RECORD_LENGTH = 16, SLOT_COUNT = 58, IDENTITY_LENGTH = 86 };
enum { COUNTERS_SLOTS = 26, PARAMETERS = 512, PARAMETERS_LENGTH = 128 };
#else
enum { STORE_LENGTH = 1024, JOURNAL = 64, RECORD_LENGTH = 8, SLOT_COUNT = 120, IDENTITY_LENGTH = 54 };
#endif
enum { NO_CELL = 0xffff, FIFO_LENGTH = 256 };

typedef struct {
  uint32_t now_us;
  uint8_t store[STORE_LENGTH];
  /** Writes until the power goes in the midst of one; 0: it stays. What that leaves in the octet. */
  uint16_t writes_left;
  uint8_t torn;
  /** A cell of the store that keeps its value. */
  uint16_t stuck;
  /** Sleeps since the input was last asked for something. */
  uint32_t sleeps;
  uint32_t noise;
  struct {
    uint8_t registers[128];
    uint8_t fifo[FIFO_LENGTH];
    uint8_t fifo_at;
    uint8_t fifo_end;
    /** Of the transfer under way. */
    bool has_address;
    uint8_t address;
    uint8_t events;
    /** In FSK: no sync word has come. */
    bool timed_out;
  } chip;
  /** Where fragments are put together, and which octets of it were written. */
  uint8_t block[BLOCK_LENGTH];
  bool is_in_block[BLOCK_LENGTH];
  /** What was received last, for replays. */
  uint8_t last_length;
  uint8_t last[FIFO_LENGTH];
  /** What has been transmitted, or is known to be kept: see checks.c. */
  int32_t last_dev_nonce;
  int64_t last_f_cnt;
  /**
   * Of a personalised device: `last_f_cnt` at power-up, and the next of the downlinks accepted, without and with an
   * AFCntDown.
   */
  int64_t f_cnt_before;
  uint32_t next_down[2];
  int32_t last_rj_count_0;
  bool has_clean_store;
  uint32_t kept_nonce;
  /**
   * The power went while this JoinNonce was being kept. Until the next record is whole it may come to be kept: that record
   * takes the place of the torn one, and a second cut can leave there what the first did not.
   */
  bool is_keeping;
  uint32_t joined_nonce;
  /** In class B: a beacon was taken since power-up, and the Time of the last. */
  bool has_beacon;
  uint32_t beacon_time;
} world_state;

static world_state world;

static void transmitted(const uint8_t *message, size_t length);
static void receive(void);

/* Clock. */

enum { SLEEP_LIMIT = 5000 };

uint32_t hal_now(void) {
  world.now_us += 10;
  return world.now_us;
}

/* The chip: data sheet, chapters 4 and 6. */

enum {
  REG_FIFO = 0x00, REG_OP_MODE = 0x01, REG_FRF = 0x06, REG_FIFO_ADDR = 0x0d, REG_IRQ = 0x12, REG_RX_BYTES = 0x13,
  REG_SNR = 0x19, REG_HOP = 0x1c, REG_LENGTH = 0x22, REG_NOISE = 0x2c, REG_FSK_IRQ1 = 0x3e, REG_FSK_IRQ2 = 0x3f,
  REG_VERSION = 0x42,
};
enum { LORA = 0x80, TRANSMIT = 3, FSK_RECEIVE = 5, RECEIVE_CONTINUOUS = 5, RECEIVE_SINGLE = 6 };
enum { DIO0 = 1, DIO1 = 2, RX_TIMEOUT = 0x80, RX_DONE = 0x40, TX_DONE = 0x08 };

static bool is_lora(void) {
  return (world.chip.registers[REG_OP_MODE] & LORA) != 0;
}

static uint8_t mode(void) {
  return world.chip.registers[REG_OP_MODE] & 7;
}

static uint8_t pop(void) {
  if (is_lora()) return world.chip.fifo[world.chip.registers[REG_FIFO_ADDR]++];
  return world.chip.fifo_at < world.chip.fifo_end ? world.chip.fifo[world.chip.fifo_at++] : 0;
}

static void push(uint8_t octet) {
  if (is_lora()) {
    world.chip.fifo[world.chip.registers[REG_FIFO_ADDR]++] = octet;
  } else if (world.chip.fifo_end < FIFO_LENGTH - 1) {
    world.chip.fifo[world.chip.fifo_end++] = octet;
  }
}

static uint8_t read_register(uint8_t address) {
  switch (address) {
    case REG_FIFO:
      return pop();
    case REG_NOISE:
      world.noise = world.noise * UINT32_C(1664525) + UINT32_C(1013904223);
      return (uint8_t)(world.noise >> 24);
    case REG_VERSION:
      return 0x12;
    case REG_FSK_IRQ1:
      return world.chip.timed_out ? 0x04 : 0;
    case REG_FSK_IRQ2:
      if (mode() == TRANSMIT) {
        if (world.chip.fifo_end > 0) transmitted(&world.chip.fifo[1], world.chip.fifo_end - 1u);
        world.chip.fifo_end = 0;
        world.chip.events |= DIO0;
        return 0x08;
      }
      return world.chip.fifo_at < world.chip.fifo_end ? 0x06 : 0x46;
    default:
      return world.chip.registers[address];
  }
}

static void write_register(uint8_t address, uint8_t value) {
  if (address == REG_FIFO) {
    push(value);
    return;
  }
  if (address == REG_IRQ && is_lora()) {
    world.chip.registers[REG_IRQ] &= (uint8_t)~value;
    return;
  }
  world.chip.registers[address] = value;
  if (address != REG_OP_MODE) return;
  if ((value & 7) == 0) {
    world.chip.fifo_at = 0;
    world.chip.fifo_end = 0;
  }
  if (value == (LORA | TRANSMIT)) transmitted(world.chip.fifo, world.chip.registers[REG_LENGTH]);
  if (!is_lora() && (value & 7) == FSK_RECEIVE) receive();
}

void hal_radio_select(bool selected) {
  (void)selected;
  world.chip.has_address = false;
}

uint8_t hal_radio_transfer(uint8_t out) {
  if (!world.chip.has_address) {
    world.chip.has_address = true;
    world.chip.address = out;
    return 0;
  }
  const uint8_t address = world.chip.address & 0x7f;
  if (world.chip.address & 0x80) {
    write_register(address, out);
    return 0;
  }
  return read_register(address);
}

void hal_radio_reset(bool asserted) {
  if (asserted) memset(&world.chip, 0, sizeof world.chip);
}

uint8_t hal_radio_events(void) {
  const uint8_t events = world.chip.events;
  world.chip.events = 0;
  return events;
}

uint32_t hal_radio_event_time(void) {
  return world.now_us;
}

/** In class C, that is: for the noise, too, the receiver is on without an end. */
static bool is_listening(void) {
#ifdef CLASS_C
  return lorawan_listening_isOn && is_lora() && mode() == RECEIVE_CONTINUOUS;
#else
  return false;
#endif
}

/** Time passes up to `deadline`, or until the chip has something to say. */
void hal_sleep_until(uint32_t deadline) {
  if (mac_mac.isStopped) longjmp(outside, INPUT_ENDED);
  world.sleeps++;
  CHECK(world.sleeps < SLEEP_LIMIT, "the device sleeps and wakes without end");
  if (world.chip.events != 0) return;
  if (is_lora() && mode() == TRANSMIT) {
    world.now_us += 50000;
    world.chip.registers[REG_IRQ] |= TX_DONE;
    world.chip.registers[REG_OP_MODE] = LORA | 1;
    world.chip.events = DIO0;
  } else if (is_lora() && mode() == RECEIVE_SINGLE) {
    receive();
  } else if (is_listening() && input_left > 0) {
    receive();
    if (world.chip.events == 0 && (int32_t)(deadline - world.now_us) > 0) world.now_us = deadline;
  } else if (!is_lora() && mode() == FSK_RECEIVE) {
    world.chip.events = world.chip.timed_out ? DIO1 : DIO0;
  } else if ((int32_t)(deadline - world.now_us) > 0) {
    world.now_us = deadline;
  }
}

void hal_rest_until(uint32_t deadline) {
  hal_sleep_until(deadline);
}

/* The store. */

uint8_t hal_store_read(uint16_t address) {
  CHECK(address < STORE_LENGTH, "an octet is read that the store does not have");
  return world.store[address];
}

/* Beside the journal a certification test writes one octet, by which FPort 224 is off for good. */
#ifdef CERTIFICATION
#define MAY_BE_WRITTEN(address) ((address) == 56 || (address) >= JOURNAL)
#else
#define MAY_BE_WRITTEN(address) ((address) >= JOURNAL)
#endif

void hal_store_write(uint16_t address, uint8_t value) {
  CHECK(MAY_BE_WRITTEN(address) && address < STORE_LENGTH, "an octet is written outside of the journal");
  if (world.writes_left > 0 && --world.writes_left == 0) {
    if (address != world.stuck) world.store[address] = world.torn;
    longjmp(outside, POWER_LOST);
  }
  if (address != world.stuck) world.store[address] = value;
}

/* The memory for a block of fragments. */

uint8_t block_read(uint16_t offset) {
  CHECK(offset < BLOCK_LENGTH && world.is_in_block[offset], "an octet of a block is read that was not written");
  return world.block[offset];
}

void block_write(uint16_t offset, uint8_t value) {
  CHECK(offset < BLOCK_LENGTH, "an octet is written behind the memory for a block");
  world.block[offset] = value;
  world.is_in_block[offset] = true;
}

void block_end(uint16_t length, uint32_t descriptor) {
  (void)descriptor;
  CHECK(length <= BLOCK_LENGTH, "a block is longer than its memory");
  for (uint16_t i = 0; i < length; i++) CHECK(world.is_in_block[i], "a block is handed over that is not whole");
}

/* The rest. */

void hal_console_write(uint8_t character) {
  CHECK(character == '\n' || (character >= ' ' && character < 0x7f), "the console prints what is no text");
}

uint8_t hal_battery_level(void) {
  return (uint8_t)world.noise;
}

/* The application, when an uplink is due. */

enum { POWER_CYCLE = 0xfe };

/** Whether it was the application that wanted input last, or the air. */
static bool is_application_asked;

uint8_t harness_requests(void) {
  is_application_asked = true;
  want_input();
  world.sleeps = 0;
  const uint8_t requests = next();
  if (requests == POWER_CYCLE) longjmp(outside, POWER_CYCLED);
  return requests;
}

#ifdef CERTIFICATION
void hal_reset(void) {
  longjmp(outside, POWER_CYCLED);
}
#endif

uint8_t harness_payload_length(void) {
  return next() % 52;
}
