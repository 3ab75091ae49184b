/*
 * Class B (TS001-1.0.4, 10 to 15): the beacons that come, when ping slots may open, and what the firmware makes of both. It
 * calls `isBeacon` and `takeBeacon` by way of the functions of that name here.
 */
#ifdef CLASS_B

/* EU868: a beacon is RFU1(1) | Param(1) | Time(4) | CRC(2) | GwSpecific(7) | CRC(2), at SF9 (RP002-1.0.4, 2.4.8). */
enum { BEACON_OCTETS = 17, COMMON_OCTETS = 6, TIME_AT = 2, BEACON_AIRTIME_US = 152576 };
enum { BEACON_PERIOD_S = 128, BEACON_PERIOD_US = 128000000, BEACON_RESERVED_US = 2120000, SLOT_US = 30000, PING_SLOT_COUNT = 4096 };
enum { SEARCHING = 1, LOCKED = 2, SLOT_RECEIVING = 2, BEACONLESS_S = 7200 };

/** Of a network's time, of an instant of a beacon, and of each board's clock, at most; and what the harness itself takes. */
enum { TOLD_TIME_ERROR_US = 100000, BEACON_ERROR_US = 100, CLOCK_ERROR_PPM = 100, COMMANDS_US = 1000 };

/** CRC-16 of a beacon: polynomial 0x1021 from 0, most significant bit first. */
static uint16_t beacon_crc(const uint8_t *octets, size_t length) {
  uint16_t crc = 0;
  for (size_t i = 0; i < length; i++) {
    crc ^= (uint16_t)(octets[i] << 8);
    for (unsigned bit = 0; bit < 8; bit++) crc = (uint16_t)((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0));
  }
  return crc;
}

static uint32_t time_of_beacon(const uint8_t *beacon) {
  const uint8_t *time = &beacon[TIME_AT];
  return time[0] | ((uint32_t)time[1] << 8) | ((uint32_t)time[2] << 16) | ((uint32_t)time[3] << 24);
}

/**
 * A beacon with right CRCs that ends when the one ends that is due: distance to its Time in beacon periods, how many
 * milliseconds it is late, and what its common part is spoilt with.
 */
static size_t seal_beacon(uint8_t *message) {
  const uint32_t time = class_b_classB.beaconTime + BEACON_PERIOD_S * (1 + (uint32_t)(int32_t)(int8_t)next());
  const uint32_t end = class_b_classB.periodStart + BEACON_PERIOD_US + BEACON_AIRTIME_US + 1000u * next();
  if ((int32_t)(end - world.now_us) > 0) world.now_us = end;
  for (unsigned i = 0; i < 4; i++) message[TIME_AT + i] = (uint8_t)(time >> (8 * i));
  const uint16_t common = beacon_crc(message, COMMON_OCTETS);
  message[COMMON_OCTETS] = (uint8_t)common;
  message[COMMON_OCTETS + 1] = (uint8_t)(common >> 8);
  for (unsigned i = 8; i < 15; i++) message[i] = (uint8_t)(0x11 * i);
  const uint16_t specific = beacon_crc(&message[8], 7);
  message[15] = (uint8_t)specific;
  message[16] = (uint8_t)(specific >> 8);
  message[TIME_AT] ^= next();
  return BEACON_OCTETS;
}

bool lorawan_beacon_isBeacon(void) {
  const uint8_t *beacon = &frame_frame[PHY_AT];
  const uint16_t crc = beacon_crc(beacon, COMMON_OCTETS);
  const bool is_right = beacon[COMMON_OCTETS] == (crc & 0xff) && beacon[COMMON_OCTETS + 1] == crc >> 8;
  const bool is_taken = firmware_isBeacon();
  CHECK(is_taken == is_right, is_right ? "a beacon with a right CRC is dropped" : "a beacon with a wrong CRC is taken");
  return is_taken;
}

bool class_b_takeBeacon(uint32_t time, uint32_t start) {
  saved_state before;
  save(before);
  const class_b_ClassB was = class_b_classB;
  CHECK(was.state == SEARCHING || was.state == LOCKED, "a beacon is taken where none is waited for");
  CHECK(time == time_of_beacon(&frame_frame[PHY_AT]), "the time is not the one of the beacon");
  const bool is_taken = firmware_takeBeacon(time, start);
  CHECK(is_taken == (time == was.beaconTime + BEACON_PERIOD_S), "a beacon is taken that was not due, or one that was is not");
  if (!is_taken) {
    check_unchanged(before, false, "a beacon that is dropped has changed the device");
    return false;
  }
  const class_b_ClassB *now = &class_b_classB;
  CHECK(now->state == LOCKED && now->missed == 0 && now->beaconTime == time && now->periodStart == start,
        "the device does not go by the beacon that it has taken");
  world.has_beacon = true;
  world.beacon_time = time;
  return true;
}

/** Whether the slots of an address have one that begins `ahead` microseconds from now at most. */
static bool has_slot(const uint8_t *address, uint8_t periodicity, uint32_t since_beacon_us, uint32_t ahead_us) {
  const uint8_t zeros[16] = {0};
  uint8_t block[16] = {0};
  for (unsigned i = 0; i < 4; i++) block[i] = (uint8_t)(class_b_classB.beaconTime >> (8 * i));
  memcpy(&block[4], address, 4);
  judge_encrypt(zeros, block);
  const uint32_t period = UINT32_C(32) << periodicity;
  for (uint32_t slot = (block[0] + 256u * block[1]) % period; slot < PING_SLOT_COUNT; slot += period) {
    if (BEACON_RESERVED_US + slot * SLOT_US - since_beacon_us <= ahead_us) return true;
  }
  return false;
}

/** A window between two exchanges opens before its instant, and no earlier than the clock makes it. */
static void check_slot_window(void) {
  if (slot_windows_slotWindow.state != SLOT_RECEIVING) return;
  const class_b_ClassB *now = &class_b_classB;
  const uint32_t since_beacon_us = world.now_us - now->periodStart;
  const uint32_t seconds = (now->missed + 1u) * BEACON_PERIOD_S;
  const uint32_t error_us = (now->state == LOCKED ? BEACON_ERROR_US : TOLD_TIME_ERROR_US) + seconds * CLOCK_ERROR_PPM;
  if (slot_windows_slotWindow.isForBeacon) {
    CHECK(BEACON_PERIOD_US - since_beacon_us <= error_us + COMMANDS_US, "a window for a beacon opens too late or too early");
    return;
  }
  CHECK(now->state == LOCKED && world.has_beacon, "a ping slot opens without a beacon");
  bool is_slot = has_slot(session_devAddr, now->periodicity, since_beacon_us, error_us + COMMANDS_US);
#ifdef MULTICAST
  for (unsigned i = 0; i < MAX_GROUPS; i++) {
    const multicast_slots_SlotSession *session = &multicast_slots_slotSessions[i];
    const uint8_t *address = multicast_multicastGroups[i].mcAddr;
    is_slot |= session->isSet && has_slot(address, session->periodicity, since_beacon_us, error_us + COMMANDS_US);
  }
#endif
  CHECK(is_slot, "a ping slot opens too late or too early");
}

static bool is_class_b(void) {
  return class_b_classB.isWanted && class_b_classB.isAgreed && class_b_classB.state == LOCKED;
}

/** Whether an uplink may have the ClassB bit: there was a beacon within the last two hours. */
static bool may_be_in_class_b(void) {
  return world.has_beacon && class_b_classB.beaconTime - world.beacon_time <= BEACONLESS_S;
}

#else

static bool is_class_b(void) {
  return false;
}

static bool may_be_in_class_b(void) {
  return false;
}

#endif
