/*
 * What must hold, besides what the sanitizers see: at each frame that the device judges, at each transmission, and at each
 * start. The firmware calls `acceptDownlink`, `acceptJoin` and `startDevice` by way of the functions of that name here.
 */

enum { PHY_AT = 16, JOIN_REQUEST_LENGTH = 23, STATE_COUNT = sizeof STATE / sizeof STATE[0] };

/** All variables of the firmware, one behind the other. */
typedef uint8_t saved_state[STATE_LENGTH];

static void save(saved_state into) {
  for (unsigned i = 0; i < STATE_COUNT; into += STATE[i++].length) memcpy(into, STATE[i].at, STATE[i].length);
}

static void restore(const uint8_t *from) {
  for (unsigned i = 0; i < STATE_COUNT; from += STATE[i++].length) memcpy(STATE[i].at, from, STATE[i].length);
}

/** Of the state, that is: all but what is in buffers, or what only a join changes. */
static void check_unchanged(const uint8_t *before, bool of_join_alone, const char *text) {
  for (unsigned i = 0; i < STATE_COUNT; before += STATE[i++].length) {
    if (STATE[i].kind == BUFFER || (of_join_alone && STATE[i].kind != OF_JOIN) || memcmp(before, STATE[i].at, STATE[i].length) == 0) continue;
    fprintf(stderr, "changed: %s\n", STATE[i].name);
    finding(text);
  }
}

/** What a network may set lies where the region and the MAC have it (RP002-1.0.4; TS001-1.0.4, 5). */
static void check_parameters(void) {
  const session_Session *session = &session_session;
  CHECK(session->dataRate < 16 && (UPLINK_RATES >> session->dataRate & 1), "the data rate is none for uplinks");
  CHECK(session->rx2DataRate < 16 && (DOWNLINK_RATES >> session->rx2DataRate & 1), "the data rate of RX2 is none");
  CHECK(session->rx2Frequency >= LOWEST && session->rx2Frequency <= HIGHEST, "RX2 is outside of the region");
  CHECK(session->rx1DrOffset <= MAX_RX1_OFFSET, "RX1DROffset is none of the region");
  CHECK(session->nbTrans >= 1 && session->nbTrans <= 15, "NbTrans is outside of 1 to 15");
  CHECK(session->rxDelayS >= 1 && session->rxDelayS <= 15, "RECEIVE_DELAY1 is outside of 1 to 15 s");
  CHECK(session->maxDutyCycle <= 15, "MaxDutyCycle is outside of 0 to 15");
#ifdef DYNAMIC
  for (uint8_t i = 0; i < 16; i++) {
    const uint32_t up = dynamic_dynamicFrequency(i);
    const uint32_t down = dynamic_dynamicDownlinkFrequency(i);
    CHECK(up == 0 || (up >= LOWEST && up <= HIGHEST), "a channel is outside of the region");
    CHECK(down == 0 || (down >= LOWEST && down <= HIGHEST), "RX1 is outside of the region");
  }
#endif
}

/* Downlinks. */

/** FPort, 0 where there is none; -1 where the octets cannot be a downlink of the session (TS001-1.0.4, 4). */
static int port_of(const uint8_t *message, size_t length) {
  if (length < DATA_HEADER + MIC) return -1;
  if ((message[0] & 0xe3) != 0x60 && (message[0] & 0xe3) != 0xa0) return -1;
  if (memcmp(&message[1], session_devAddr, 4) != 0) return -1;
  const size_t port_at = DATA_HEADER + (message[5] & 15u);
  if (port_at > length - MIC) return -1;
  if (port_at == length - MIC) return 0;
  if (message[port_at] == 0 && port_at > DATA_HEADER) return -1;
  return message[port_at];
}

/** Whether the device opens ping slots of its own. */
static bool is_class_b(void);

/**
 * Whether a frame that came outside the windows of class A counts: under 1.0.4, and in ping slots, without MAC commands
 * (TS001-1.0.4, 9.3.1 and 15; TS001-1.1, 15).
 */
static bool may_come(const uint8_t *message, size_t length, bool is_class_a) {
  if (is_class_a || (LORAWAN_1_1 && session_session.isNetwork11 && !is_class_b())) return true;
  return (message[5] & 15) == 0 && (length == DATA_HEADER + MIC || message[DATA_HEADER] != 0);
}

/** The FCntDown of a downlink of the session with a right MIC, or -1. */
static int64_t judge_downlink(const uint8_t *message, size_t length, bool is_class_a) {
  const int port = port_of(message, length);
  if (port < 0 || !session_session.joined || !may_come(message, length, is_class_a)) return -1;
  const uint32_t expected =
      is_counted_by_a((uint8_t)port) ? session_session.nextAFCntDown : session_session.nextFCntDown;
  uint64_t f_cnt = (expected & UINT32_C(0xffff0000)) | message[6] | ((unsigned)message[7] << 8);
  if (f_cnt < expected) f_cnt += 0x10000;
  // The last counter cannot be: the one after it could not, either.
  if (f_cnt >= UINT32_C(0xffffffff)) return -1;
  uint8_t mic[MIC];
  downlink_mic((uint32_t)f_cnt, message, length - MIC, mic);
  return memcmp(mic, &message[length - MIC], MIC) == 0 ? (int64_t)f_cnt : -1;
}

/** What the application gets of a frame with an FPort. */
static void check_payload(const uint8_t *message, size_t length, judge_frame frame, const uint8_t key[16]) {
  const size_t start = DATA_HEADER + (message[5] & 15u) + 1;
  const size_t count = length - MIC - start < 51 ? length - MIC - start : 51;
  uint8_t payload[64];
  memcpy(payload, &message[start], count);
  judge_crypt(key, frame, 0, payload, count);
  CHECK(downlink_downlink.port == message[start - 1], "the FPort is not the one of the frame");
  CHECK(downlink_downlink.length == count, "the payload is not as long as the one of the frame");
  CHECK(memcmp(payload, frame_frame, count) == 0, "the payload is not the one of the frame");
}

static void check_accepted(const session_Session *before, int port, uint32_t f_cnt) {
  const session_Session *now = &session_session;
  const bool is_a = is_counted_by_a((uint8_t)port);
  CHECK(f_cnt >= (is_a ? before->nextAFCntDown : before->nextFCntDown), "an accepted downlink's counter is not greater");
  CHECK((is_a ? now->nextAFCntDown : now->nextFCntDown) == f_cnt + 1, "FCntDown does not follow the accepted downlink");
  CHECK(is_a ? now->nextFCntDown == before->nextFCntDown : now->nextAFCntDown == before->nextAFCntDown,
        "the counter of other downlinks has changed");
  CHECK(now->fCntUp == before->fCntUp, "a downlink has changed FCntUp");
  CHECK(now->joined && now->isNetwork11 == before->isNetwork11, "a downlink has ended the session");
  check_parameters();
}

bool downlink_acceptDownlink(uint8_t length, bool is_class_a) {
  saved_state before;
  uint8_t message[64];
  CHECK(length <= sizeof message, "a frame is longer than its buffer");
  save(before);
  memcpy(message, &frame_frame[PHY_AT], length);
  const session_Session session = session_session;
  const int port = port_of(message, length);
  const int64_t f_cnt = judge_downlink(message, length, is_class_a);
  const bool accepted = firmware_acceptDownlink(length, is_class_a);
  if (!accepted) {
    CHECK(f_cnt < 0, "a downlink of the session is dropped");
    check_unchanged(before, false, "a downlink that is dropped has changed the device");
    return false;
  }
  CHECK(f_cnt >= 0, "what is no downlink of the session is accepted");
  check_accepted(&session, port, (uint32_t)f_cnt);
  world.next_down[is_counted_by_a((uint8_t)port)] = (uint32_t)f_cnt + 1;
  check_unchanged(before, true, "a downlink has changed a key or the DevAddr");
  if (port > 0 && port <= LAST_APPLICATION_PORT)
    check_payload(message, length, (judge_frame){session_devAddr, (uint32_t)f_cnt, 1}, session_appSKey);
  else CHECK(downlink_downlink.port == 0, "a payload is delivered that is none of an application");
  return true;
}

#ifndef ABP

/* Join-accepts. */

typedef struct {
  uint32_t nonce;
  uint8_t plain[33];
  bool is_11;
} join_accept;

/** Whether the frame answers the join-request under way, and may be accepted. */
static bool judge_join(const uint8_t *message, size_t length, join_accept *accept) {
  if (length != 17 && length != 33) return false;
  if ((message[0] & 0xe3) != 0x20) return false;
  uint8_t key[16];
  accept_key(key);
  memcpy(accept->plain, message, length);
  for (size_t at = 1; at < length; at += 16) judge_encrypt(key, &accept->plain[at]);
  accept->is_11 = LORAWAN_1_1 && (accept->plain[11] & 0x80) != 0;
  // No network of 1.0 knows of rejoin-requests.
  if (rejoin_type() >= 0 && !accept->is_11) return false;
  accept->nonce = accept->plain[1] | ((uint32_t)accept->plain[2] << 8) | ((uint32_t)accept->plain[3] << 16);
  uint8_t sealed[64];
  memcpy(sealed, accept->plain, length);
  (void)encrypt_join_accept(sealed, length - MIC);
  if (memcmp(sealed, message, length) != 0) return false;
  const uint32_t last = journal_nonces.joinNonce;
  if (accept->nonce == 0xffffff) return false;
  if (last != 0xffffff && (accept->is_11 ? accept->nonce <= last : accept->nonce == last)) return false;
  const uint8_t settings = accept->plain[11];
  return (settings >> 4 & 7) <= MAX_RX1_OFFSET && (DOWNLINK_RATES >> (settings & 15) & 1);
}

static void check_key(const uint8_t root[16], uint8_t type, const uint8_t *fields, size_t length,
                      const uint8_t key[16]) {
  uint8_t derived[16];
  judge_derive(root, type, fields, length, derived);
  CHECK(memcmp(derived, key, 16) == 0, "a session key is not the one that the join-accept gives");
}

static void check_keys(const join_accept *accept) {
  uint8_t fields[13];
  const size_t length = accept->is_11 ? 13 : 8;
  memcpy(fields, &accept->plain[1], 6);
  if (accept->is_11) memcpy(&fields[3], join_eui(), 8);
  fields[length - 2] = (uint8_t)journal_nonces.devNonce;
  fields[length - 1] = (uint8_t)(journal_nonces.devNonce >> 8);
  const uint8_t *root = join_key();
  check_key(root, 1, fields, length, session_fNwkSIntKey);
  check_key(accept->is_11 ? app_key() : root, 2, fields, length, session_appSKey);
  if (!LORAWAN_1_1) return;
  check_key(root, accept->is_11 ? 3 : 1, fields, length, session_sNwkSIntKey);
  check_key(root, accept->is_11 ? 4 : 1, fields, length, session_nwkSEncKey);
}

uint8_t join_acceptJoin(uint8_t length, uint8_t data_rate) {
  enum { ACCEPTED = 0, STORE_FAILED = 5 };
  saved_state before;
  uint8_t message[64];
  uint8_t store[STORE_LENGTH];
  join_accept accept = {0};
  CHECK(length <= sizeof message, "a frame is longer than its buffer");
  save(before);
  memcpy(message, &frame_frame[PHY_AT], length);
  memcpy(store, world.store, sizeof store);
  const journal_Nonces nonces = journal_nonces;
  const bool is_right = judge_join(message, length, &accept);
  // The keys of such a session are made with a number that a DevNonce may be, too: one is left out.
  const unsigned is_by_rj_count_0 = rejoin_type() == 0 || rejoin_type() == 2;
  world.is_keeping = is_right;
  world.joined_nonce = accept.nonce;
  const uint8_t verdict = firmware_acceptJoin(length, data_rate);
  world.is_keeping = false;
  if (verdict == STORE_FAILED) return verdict;
  if (verdict != ACCEPTED) {
    CHECK(!is_right, "a join-accept for this device is refused");
    check_unchanged(before, false, "a join-accept that is refused has changed the device");
    CHECK(memcmp(store, world.store, sizeof store) == 0, "a join-accept that is refused has changed the store");
    return verdict;
  }
  CHECK(is_right, "what is no join-accept for this device is accepted");
  CHECK(session_session.joined && session_session.fCntUp == 0 && session_session.nextFCntDown == 0 &&
            session_session.nextAFCntDown == 0, "a session does not begin with counters of 0");
  CHECK(memcmp(session_devAddr, &accept.plain[7], 4) == 0, "the DevAddr is not the one of the join-accept");
  CHECK(journal_nonces.joinNonce == accept.nonce, "the JoinNonce is not kept");
  CHECK(journal_nonces.devNonce == nonces.devNonce && journal_nonces.nextDevNonce == nonces.nextDevNonce + is_by_rj_count_0,
        "a join-accept has changed the DevNonce");
  check_keys(&accept);
  check_parameters();
  world.kept_nonce = accept.nonce;
  world.last_f_cnt = -1;
  world.last_rj_count_0 = -1;
  return verdict;
}

#endif

/* Transmissions. */

static uint16_t crc16_of(const uint8_t *octets, size_t length) {
  uint16_t crc = 0xffff;
  for (size_t i = 0; i < length; i++) {
    crc ^= (uint16_t)(octets[i] << 8);
    for (unsigned bit = 0; bit < 8; bit++) crc = (uint16_t)((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0));
  }
  return crc;
}

static bool has_crc(const uint8_t *octets, size_t length) {
  const uint16_t crc = crc16_of(octets, length);
  return octets[length] == (crc & 0xff) && octets[length + 1] == crc >> 8;
}

#ifdef ABP
static void check_join_request(const uint8_t *message, size_t length) {
  (void)message;
  (void)length;
  finding("a personalised device joins");
}
#else
static void check_join_request(const uint8_t *message, size_t length) {
  uint8_t tag[16];
  CHECK(length == JOIN_REQUEST_LENGTH, "a join-request has another length than 23");
  CHECK(world.store[0] == 'J' && world.store[1] == 1 && has_crc(world.store, IDENTITY_LENGTH - 2),
        "a device joins whose identity is damaged");
  CHECK(memcmp(&message[1], &world.store[4], 16) == 0, "a join-request has other EUIs than the store");
  const int32_t dev_nonce = message[17] | message[18] << 8;
  CHECK(dev_nonce > world.last_dev_nonce, "a DevNonce is not above the ones before");
  world.last_dev_nonce = dev_nonce;
  world.is_keeping = false;
  judge_cmac(join_key(), message, length - MIC, message, 0, tag);
  CHECK(memcmp(tag, &message[length - MIC], MIC) == 0, "a join-request has a wrong MIC");
}

#ifdef REJOIN
/** A rejoin-request (TS001-1.1, 6.2.4): RJcount0 counts from 0 in each session, RJcount1 as DevNonces do. */
static void check_rejoin_request(const uint8_t *message, size_t length) {
  const bool is_type_1 = message[1] == 1;
  const uint8_t *rest = &message[is_type_1 ? 10 : 5];
  uint8_t key[16];
  uint8_t tag[16];
  CHECK(message[1] <= 2 && length == (is_type_1 ? 24 : 19), "a rejoin-request has another length than its type has");
  CHECK(memcmp(&message[2], is_type_1 ? join_eui() : session_netId, is_type_1 ? 8 : 3) == 0,
        "a rejoin-request has another JoinEUI or NetID");
  CHECK(memcmp(rest, dev_eui(), 8) == 0, "a rejoin-request has another DevEUI than the store");
  const int32_t count = rest[8] | rest[9] << 8;
  if (is_type_1) {
    CHECK(count > world.last_dev_nonce, "an RJcount1 is not above the ones before");
    world.last_dev_nonce = count;
    judge_derive(nwk_key(), 6, dev_eui(), 8, key);
  } else {
    CHECK(count == world.last_rj_count_0 + 1, "RJcount0 does not follow the one before");
    world.last_rj_count_0 = count;
    memcpy(key, session_sNwkSIntKey, 16);
  }
  judge_cmac(key, message, length - MIC, message, 0, tag);
  CHECK(memcmp(tag, &message[length - MIC], MIC) == 0, "a rejoin-request has a wrong MIC");
}
#endif
#endif

static bool may_be_in_class_b(void);

static void check_uplink(const uint8_t *message, size_t length) {
  const bool is_11 = LORAWAN_1_1 && session_session.isNetwork11;
  const judge_frame frame = {session_devAddr, session_session.fCntUp, 0};
  uint8_t mic[MIC];
  CHECK(length >= DATA_HEADER + MIC && length <= 64, "an uplink is too short or too long");
  CHECK(memcmp(&message[1], session_devAddr, 4) == 0, "an uplink has another DevAddr");
  CHECK((frame.f_cnt & 0xffff) == (message[6] | (unsigned)message[7] << 8), "an uplink has another FCnt than the session");
#ifdef ABP
  CHECK(frame.f_cnt >= world.last_f_cnt && frame.f_cnt > world.f_cnt_before, "an FCntUp was there before");
#else
  CHECK(frame.f_cnt == world.last_f_cnt || frame.f_cnt == world.last_f_cnt + 1,
        "FCntUp does not follow the uplink before");
#endif
  world.last_f_cnt = frame.f_cnt;
  CHECK((message[5] & 0x10) == 0 || may_be_in_class_b(), "an uplink tells of class B, and there was no beacon");
  // Of 1.1 the half that depends on nothing but the message.
  judge_b0(session_fNwkSIntKey, frame, 0, message, length - MIC, mic);
  const uint8_t *sent = &message[length - MIC];
  CHECK(is_11 ? memcmp(mic, &sent[2], 2) == 0 : memcmp(mic, sent, MIC) == 0, "an uplink has a wrong MIC");
}

/** The chip transmits. */
static void transmitted(const uint8_t *message, size_t length) {
  const uint8_t *frf = &world.chip.registers[REG_FRF];
  const uint64_t steps = ((uint32_t)frf[0] << 16) | ((uint32_t)frf[1] << 8) | frf[2];
  const uint32_t frequency = (uint32_t)((steps * 320000 + (1 << 18)) >> 19);
  CHECK(frequency >= LOWEST && frequency <= HIGHEST, "a transmission is outside of the region");
  switch (message[0]) {
    case 0x00:
      check_join_request(message, length);
      break;
    case 0x40:
    case 0x80:
      check_uplink(message, length);
      break;
#ifdef REJOIN
    case 0xc0:
      check_rejoin_request(message, length);
      break;
#endif
    default:
      finding("a transmission is none of the requests, nor an uplink");
  }
}

/* Starts. */

/** False: `main` goes on where a saved state is. */
static bool is_power_on;

/** Reads the store. */
void device_startDevice(uint32_t period) {
  if (!is_power_on) return;
  firmware_startDevice(period);
#ifdef ABP
  CHECK(!world.has_clean_store || !mac_mac.isStopped, "a personalised device stops whose store is whole");
  if (mac_mac.isStopped) return;
  check_parameters();
  world.f_cnt_before = world.last_f_cnt;
  // Whatever else is in the store: the device has left a record above it.
  CHECK((int64_t)session_session.fCntUp > world.last_f_cnt, "an FCntUp comes back with the power");
  if (!world.has_clean_store) return;
  CHECK(session_session.nextFCntDown >= world.next_down[0] && session_session.nextAFCntDown >= world.next_down[1],
        "a downlink could be accepted again");
#else
  if (mac_mac.isStopped) return;
  CHECK((int64_t)journal_nonces.nextDevNonce > world.last_dev_nonce, "a DevNonce comes back with the power");
  if (!world.has_clean_store) return;
  const uint32_t read = journal_nonces.joinNonce;
  if (world.is_keeping && read == world.joined_nonce) world.kept_nonce = read;
  CHECK(read == world.kept_nonce, "the JoinNonce is not the one of the last join");
#endif
}
