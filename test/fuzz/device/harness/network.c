/*
 * What comes in a window: nothing, octets as the fuzzer has them, or a frame that is sealed with the keys of the device,
 * so that the fuzzer gets beyond the MIC. Of what is sealed each field is the fuzzer's, in clear.
 */

enum window {
  SILENCE, RAW, SEALED, REPLAY, SPOILT, JOIN_ACCEPT, BROKEN_CHIP,
#ifdef MULTICAST
  GROUP_FRAME,
#endif
#ifdef CLASS_B
  BEACON,
#endif
  WINDOW_COUNT,
};
enum { DATA_HEADER = 8, MIC = 4, LONGEST = 128, ANY_NONCE = 0x80 };

/* The identity as the store has it: a fuzzed store may have another. */

static const uint8_t *join_eui(void) {
  return &world.store[4];
}

static const uint8_t *dev_eui(void) {
  return &world.store[12];
}

static const uint8_t *nwk_key(void) {
  return &world.store[20];
}

static const uint8_t *app_key(void) {
  return &world.store[36];
}

static const uint8_t *join_key(void) {
  return LORAWAN_1_1 ? nwk_key() : app_key();
}

/** The type of the rejoin-request under way, or -1: then it is a join-request that a join-accept answers. */
static int rejoin_type(void) {
#ifdef REJOIN
  if (rejoin_rejoin.isUnderWay) return rejoin_rejoin.type;
#endif
  return -1;
}

/** What a join-accept is encrypted with (TS001-1.1, 6.2.3). */
static void accept_key(uint8_t key[16]) {
  if (rejoin_type() < 0) memcpy(key, join_key(), 16);
  else judge_derive(nwk_key(), 5, dev_eui(), 8, key);
}

/** Whether downlinks with this FPort have a counter of their own. */
static bool is_counted_by_a(uint8_t port) {
  return LORAWAN_1_1 && session_session.isNetwork11 && port > 0;
}

/** The MIC of a downlink of the session. */
static void downlink_mic(uint32_t f_cnt, const uint8_t *message, size_t length, uint8_t mic[4]) {
  const judge_frame frame = {session_devAddr, f_cnt, 1};
  const bool is_11 = LORAWAN_1_1 && session_session.isNetwork11;
  const bool is_ack = (message[5] & 0x20) != 0;
  const uint16_t conf = is_11 && is_ack ? (uint16_t)session_session.fCntUp : 0;
  judge_b0(is_11 ? session_sNwkSIntKey : session_fNwkSIntKey, frame, conf, message, length, mic);
}

/** A data frame of the session: MHDR (0 is an unconfirmed one), FCtrl, the distance to the expected FCnt, and the rest. */
static size_t seal_downlink(uint8_t *message) {
  const bool is_11 = LORAWAN_1_1 && session_session.isNetwork11;
  message[0] = next() ^ 0x60;
  message[5] = next();
  const int16_t distance = (int16_t)next16();
  const size_t count = next() % 72;
  const size_t f_opts = message[5] & 15;
  uint8_t *rest = &message[DATA_HEADER];
  for (size_t i = 0; i < count; i++) rest[i] = next();
  memcpy(&message[1], session_devAddr, 4);
  const uint8_t port = count > f_opts ? rest[f_opts] : 0;
  const uint32_t expected = is_counted_by_a(port) ? session_session.nextAFCntDown : session_session.nextFCntDown;
  const judge_frame frame = {session_devAddr, expected + (uint32_t)(int32_t)distance, 1};
  message[6] = (uint8_t)frame.f_cnt;
  message[7] = (uint8_t)(frame.f_cnt >> 8);
  if (is_11) judge_crypt(session_nwkSEncKey, frame, is_counted_by_a(port) ? 2 : 1, rest, f_opts < count ? f_opts : count);
  if (count > f_opts + 1) {
    const uint8_t *commands_key = is_11 ? session_nwkSEncKey : session_fNwkSIntKey;
    judge_crypt(port == 0 ? commands_key : session_appSKey, frame, 0, &rest[f_opts + 1], count - f_opts - 1);
  }
  const size_t end = DATA_HEADER + count;
  downlink_mic(frame.f_cnt, message, end, &message[end]);
  return end + MIC;
}

#ifndef ABP
/** Signs a join-accept in clear and applies the inverse cipher, as far as whole blocks go. Octets behind `end`: the MIC. */
static size_t encrypt_join_accept(uint8_t *message, size_t end) {
  uint8_t tag[16];
  uint8_t cipher_key[16];
  if (LORAWAN_1_1 && (message[11] & 0x80) != 0) {
    uint8_t key[16];
    uint8_t header[11] = {(uint8_t)rejoin_type()};
    judge_derive(nwk_key(), 6, dev_eui(), 8, key);
    memcpy(&header[1], join_eui(), 8);
    header[9] = (uint8_t)journal_nonces.devNonce;
    header[10] = (uint8_t)(journal_nonces.devNonce >> 8);
    judge_cmac(key, header, sizeof header, message, end, tag);
  } else {
    judge_cmac(join_key(), message, end, message, 0, tag);
  }
  memcpy(&message[end], tag, MIC);
  accept_key(cipher_key);
  for (size_t at = 1; at + 16 <= end + MIC; at += 16) judge_decrypt(cipher_key, &message[at]);
  return end + MIC;
}

/** A join-accept: MHDR (0 is the right one), the distance to the JoinNonce expected, and what stands behind JoinNonce. */
static size_t seal_join_accept(uint8_t *message) {
  message[0] = next() ^ 0x20;
  const uint8_t distance = next();
  const uint32_t last = journal_nonces.joinNonce == 0xffffff ? 0 : journal_nonces.joinNonce;
  const uint32_t nonce = distance == ANY_NONCE ? next32() : last + 1 + (uint32_t)(int32_t)(int8_t)distance;
  for (unsigned i = 0; i < 3; i++) message[1 + i] = (uint8_t)(nonce >> (8 * i));
  const size_t count = next() % 48;
  for (size_t i = 0; i < count; i++) message[4 + i] = next();
  return encrypt_join_accept(message, 4 + count);
}
#endif

#ifdef MULTICAST
static size_t seal_group_frame(uint8_t *message);
#endif
#ifdef CLASS_B
static size_t seal_beacon(uint8_t *message);
static void check_slot_window(void);
#endif

static void deliver(const uint8_t *message, uint8_t length) {
  if (message != world.last) memcpy(world.last, message, length);
  world.last_length = length;
  if (is_lora()) {
    memset(world.chip.fifo, 0, FIFO_LENGTH);
    memcpy(world.chip.fifo, message, length);
    world.chip.registers[REG_IRQ] |= RX_DONE;
    world.chip.registers[REG_RX_BYTES] = length;
    world.chip.registers[REG_HOP] = 0;
    world.chip.events = DIO0;
  } else {
    world.chip.fifo[0] = length;
    memcpy(&world.chip.fifo[1], message, length);
    world.chip.fifo_at = 0;
    world.chip.fifo_end = (uint8_t)(length + 1);
  }
}

static void deliver_nothing(void) {
  if (is_listening()) return;
  world.chip.registers[REG_IRQ] |= RX_TIMEOUT;
  world.chip.events = DIO1;
  world.chip.timed_out = true;
}

/** A window is open, or the receiver listens without an end. */
static void receive(void) {
  uint8_t message[LONGEST] = {0};
  size_t length = 0;
  is_application_asked = false;
#ifdef CLASS_B
  check_slot_window();
#endif
  want_input();
  world.chip.timed_out = false;
  world.sleeps = 0;
  world.now_us += 20000;
  world.chip.registers[REG_IRQ] = 0;
  const enum window what = next() % WINDOW_COUNT;
  switch (what) {
    case RAW:
      length = next() % LONGEST;
      for (size_t i = 0; i < length; i++) message[i] = next();
      break;
    case SEALED:
      length = seal_downlink(message);
      break;
    case REPLAY:
      deliver(world.last, world.last_length);
      return;
    case SPOILT: {
      const uint16_t bit = next16();
      length = seal_downlink(message);
      message[bit / 8 % length] ^= (uint8_t)(1u << bit % 8);
      break;
    }
    case JOIN_ACCEPT:
#ifdef ABP
      // None is for this device, whatever is in it.
      length = 17;
      for (size_t i = 0; i < length; i++) message[i] = next();
      message[0] = 0x20;
#else
      length = seal_join_accept(message);
#endif
      break;
#ifdef MULTICAST
    case GROUP_FRAME:
      length = seal_group_frame(message);
      break;
#endif
#ifdef CLASS_B
    case BEACON:
      length = seal_beacon(message);
      break;
#endif
    case BROKEN_CHIP: {
      const uint8_t flags = next();
      const uint8_t claimed = next();
      length = seal_downlink(message);
      deliver(message, (uint8_t)length);
      world.chip.registers[REG_IRQ] = flags;
      world.chip.registers[REG_RX_BYTES] = claimed;
      world.chip.registers[REG_SNR] = claimed ^ flags;
      world.chip.registers[REG_HOP] = flags;
      if (!is_lora()) world.chip.fifo[0] = claimed;
      return;
    }
    default:
      deliver_nothing();
      return;
  }
  deliver(message, (uint8_t)length);
}
