/*
 * The entries that are fuzzed, each from a state of its own:
 *   join      the join-request is out, RX1 is open
 *   downlink  a session, an uplink is out, RX1 is open
 *   session   a session, the next uplink is due
 *   store     the power comes on with a store of the input's making
 * From there all goes its way, through any number of windows and uplinks, until the input has no more.
 */
#include <unistd.h>

enum { PROGRESS_FD = 3 };

typedef struct {
  saved_state state;
  world_state world;
} start;

/** By what the network speaks: 1.0, 1.1. */
static start joining;
static start joined[2];
static start listening[2];
static saved_state fresh;

static enum { JOIN, DOWNLINKS, SESSION, STORE } target;

/** Runs `main` until the input ends; from power-up, or from where the state is. */
static void run(const uint8_t *octets, size_t length, bool from_power_up) {
  input = octets;
  input_left = length;
  is_power_on = from_power_up;
  switch ((enum way_out)setjmp(outside)) {
    case INPUT_ENDED:
      return;
    case POWER_LOST:
      if (input_left == 0) return;
      world.writes_left = next16() % 256;
      world.torn = next();
      is_power_on = true;
      break;
    case POWER_CYCLED:
      is_power_on = true;
      break;
    default:
      break;
  }
  if (is_power_on) {
    restore(fresh);
    memset(&world.chip, 0, sizeof world.chip);
    world.has_beacon = false;
  }
  joinery_main();
}

static void keep(start *into) {
  save(into->state);
  into->world = world;
}

static void go_to(const start *from) {
  restore(from->state);
  world = from->world;
}

static void write_crc(uint8_t *octets, size_t length) {
  const uint16_t crc = crc16_of(octets, length);
  octets[length] = (uint8_t)crc;
  octets[length + 1] = (uint8_t)(crc >> 8);
}

#ifdef ABP
/** CRC, serial number and its complement behind the body of a record. */
static void seal_record(uint8_t *record, size_t length, uint8_t serial) {
  uint8_t body[PARAMETERS_LENGTH];
  memcpy(body, record, length - 4);
  body[length - 4] = serial;
  const uint16_t crc = crc16_of(body, length - 3);
  record[length - 4] = (uint8_t)crc;
  record[length - 3] = (uint8_t)(crc >> 8);
  record[length - 2] = serial;
  record[length - 1] = serial ^ 0xff;
}
#endif

static void provision(uint8_t blank) {
  memset(&world, 0, sizeof world);
  memset(world.store, blank, STORE_LENGTH);
  memset(world.store, 0, IDENTITY_LENGTH);
  world.store[0] = 'J';
#ifdef ABP
  world.store[1] = 2;
  world.store[2] = LORAWAN_1_1;
#else
  world.store[1] = 1;
#endif
  // EUIs and keys: any octets, each another.
  for (uint8_t at = 4; at < IDENTITY_LENGTH - 2; at++) world.store[at] = at ^ 0x5a;
  write_crc(world.store, IDENTITY_LENGTH - 2);
#ifdef ABP
  for (uint8_t slot = 0; slot < COUNTERS_SLOTS; slot++) {
    uint8_t *record = &world.store[JOURNAL + RECORD_LENGTH * slot];
    memset(record, 0, RECORD_LENGTH);
    seal_record(record, RECORD_LENGTH, slot + 1);
  }
#endif
  world.f_cnt_before = -1;
  world.stuck = NO_CELL;
  world.last_dev_nonce = -1;
  world.last_f_cnt = -1;
  world.last_rj_count_0 = -1;
  world.kept_nonce = 0xffffff;
  world.has_clean_store = true;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  static const char *const names[] = {"join", "downlink", "session", "store"};
  (void)argc;
  (void)argv;
  const char *name = getenv("FUZZ_TARGET");
  for (unsigned i = 0; i < 4; i++) {
    if (name != NULL && strcmp(name, names[i]) == 0) target = i;
  }
  judge_start();
  save(fresh);
  provision(0xff);
  run(NULL, 0, true);
  keep(&joining);
#ifdef ABP
  static const uint8_t first_uplink[2] = {3, 8};
  CHECK(session_session.joined && is_application_asked, "the application has no turn");
  keep(&joined[0]);
  run(first_uplink, sizeof first_uplink, false);
  CHECK(world.last_f_cnt >= 0 && !is_application_asked, "the device sends no uplink");
  keep(&listening[0]);
  joined[1] = joined[0];
  listening[1] = listening[0];
#else
  for (uint8_t is_11 = 0; is_11 < 2; is_11++) {
    const uint8_t accept[20] = {JOIN_ACCEPT, 0, 0, 9, 0, 0, 0x13, 1, 2, 3, 4, [11] = (uint8_t)(is_11 << 7 | RX2_RATE)};
    static const uint8_t silence[1] = {SILENCE};
    static const uint8_t uplink[2] = {3, 8};
    go_to(&joining);
    run(accept, 13, false);
    CHECK(session_session.joined, "the device does not join");
    // A package may be first.
    for (unsigned i = 0; i < 8 && !is_application_asked; i++) run(silence, sizeof silence, false);
    CHECK(is_application_asked, "the application has no turn");
    keep(&joined[is_11]);
    run(uplink, sizeof uplink, false);
    CHECK(world.last_f_cnt >= 0 && !is_application_asked, "the device sends no uplink");
    keep(&listening[is_11]);
  }
#endif
  return 0;
}

/** Counters that a session may have come to. */
static void set_counters(void) {
  session_session.nextFCntDown = next32();
  session_session.nextAFCntDown = next32();
  session_session.fCntUp = next32();
  // Under the last counter nothing is sent: the device joins again.
  if (session_session.fCntUp == UINT32_MAX) session_session.fCntUp--;
  world.last_f_cnt = (int64_t)session_session.fCntUp - (target == SESSION ? 1 : 0);
#ifdef ABP
  // The store has come to them, too.
  world.f_cnt_before = -1;
  world.next_down[0] = session_session.nextFCntDown;
  world.next_down[1] = session_session.nextAFCntDown = LORAWAN_1_1 ? session_session.nextAFCntDown : 0;
  CHECK(counters_keepCounters(session_session.fCntUp, session_session.nextFCntDown, session_session.nextAFCntDown),
        "the counters are not kept");
#endif
}

/** Each record of the journal as the input has it, with or without a CRC, and single octets anywhere. */
static void fill_store(void) {
  const uint8_t header = next();
  provision(header & 1 ? 0 : 0xff);
  for (uint8_t left = header >> 4; left > 0 && input_left > 0; left--) {
    const uint8_t what = next();
    uint8_t *record = &world.store[JOURNAL + RECORD_LENGTH * (next() % SLOT_COUNT)];
    world.has_clean_store = false;
    if (what % 4 == 0) {
      world.store[next16() % STORE_LENGTH] = next();
    } else {
      for (unsigned i = 0; i < RECORD_LENGTH; i++) record[i] = next();
#ifdef ABP
      const unsigned at = (unsigned)(record - world.store);
      if (at < PARAMETERS) {
        if (what % 4 > 1) seal_record(record, RECORD_LENGTH, record[RECORD_LENGTH - 2]);
      } else if (what % 4 > 1) {
        uint8_t *whole = &world.store[at - at % PARAMETERS_LENGTH];
        seal_record(whole, PARAMETERS_LENGTH, what);
      }
#else
      if (what % 4 > 1) write_crc(record, RECORD_LENGTH - 2);
#endif
    }
  }
  if (header & 2) write_crc(world.store, IDENTITY_LENGTH - 2);
  if (header & 4) {
    world.stuck = next16() % STORE_LENGTH;
#ifndef ABP
    world.has_clean_store = false;
#endif
  }
  world.writes_left = next16() % 256;
  world.torn = next();
}

/**
 * Tells once a second, on a descriptor of its own, how many executions there were. Coverage does not count here: it would
 * take what the clock says for news, as it would within a function where it counts.
 */
__attribute__((no_sanitize("coverage"), noinline)) static void tell_progress(void) {
  static uint64_t executions;
  static time_t told;
  executions++;
  if (executions % 256 != 0) return;
  const time_t now = time(NULL);
  if (now == told) return;
  told = now;
  dprintf(PROGRESS_FD, "%llu\n", (unsigned long long)executions);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length) {
  tell_progress();
  input = octets;
  input_left = length;
  const uint8_t header = target == STORE || target == JOIN ? 0 : next();
  switch (target) {
    case JOIN:
      go_to(&joining);
      break;
    case DOWNLINKS:
    case SESSION:
      go_to(&(target == SESSION ? joined : listening)[LORAWAN_1_1 ? header & 1 : 0]);
      if (header & 2) set_counters();
      break;
    case STORE:
      fill_store();
      break;
  }
  run(input, input_left, target == STORE);
  return 0;
}
