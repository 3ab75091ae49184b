/*
 * Multicast groups (TS005-2.0.0; TS001-1.0.4, 9.3 and 15.2): frames under their keys, and what the firmware makes of them.
 * It calls `serveMulticastSetup`, `deriveGroupKeys` and `acceptMulticast` by way of the functions of that name here.
 */
#ifdef MULTICAST

enum { GROUP_SETUP = 2, GROUP_SETUP_LENGTH = 30, LAST_GROUP_PORT = 223 };

/** A frame to a group: which, MHDR (0 is an unconfirmed one), FCtrl, the distance to the least FCnt, and the rest. */
static size_t seal_group_frame(uint8_t *message) {
  const multicast_MulticastGroup *group = &multicast_multicastGroups[next() % MAX_GROUPS];
  message[0] = next() ^ 0x60;
  message[5] = next();
  const int16_t distance = (int16_t)next16();
  const size_t count = next() % 72;
  uint8_t *rest = &message[DATA_HEADER];
  for (size_t i = 0; i < count; i++) rest[i] = next();
  memcpy(&message[1], group->mcAddr, 4);
  const judge_frame frame = {group->mcAddr, group->nextFCnt + (uint32_t)(int32_t)distance, 1};
  message[6] = (uint8_t)frame.f_cnt;
  message[7] = (uint8_t)(frame.f_cnt >> 8);
  const size_t start = (message[5] & 15u) + 1;
  if (count > start) judge_crypt(group->mcAppSKey, frame, 0, &rest[start], count - start);
  const size_t end = DATA_HEADER + count;
  judge_b0(group->mcNwkSKey, frame, 0, message, end, &message[end]);
  return end + MIC;
}

/* Keys. */

/** The downlink that is being served, where it is one to the package. */
static uint8_t requests_of_setup[51];
static size_t requests_length;

void multicast_setup_serveMulticastSetup(uint8_t *payload, uint8_t length) {
  memcpy(requests_of_setup, payload, length);
  requests_length = length;
  firmware_serveMulticastSetup(payload, length);
}

/** McKey of a request, from behind its CID. */
static void judge_mc_key(const uint8_t *request, uint8_t mc_key[16]) {
  static const uint8_t no_fields[1];
  uint8_t root[16];
  uint8_t kek[16];
  if (LORAWAN_1_1) judge_derive(app_key(), 0x20, no_fields, 0, root);
  else judge_derive(nwk_key(), 0, no_fields, 0, root);
  judge_derive(root, 0, no_fields, 0, kek);
  memcpy(mc_key, &request[5], 16);
  judge_encrypt(kek, mc_key);
}

/** Whether some request of the downlink gives these keys for this address. */
static bool is_asked_for(const multicast_MulticastGroup *group) {
  for (size_t at = 0; at + GROUP_SETUP_LENGTH <= requests_length; at++) {
    const uint8_t *request = &requests_of_setup[at + 1];
    uint8_t mc_key[16];
    uint8_t key[16];
    if (requests_of_setup[at] != GROUP_SETUP || memcmp(&request[1], group->mcAddr, 4) != 0) continue;
    judge_mc_key(request, mc_key);
    judge_derive(mc_key, 1, group->mcAddr, 4, key);
    if (memcmp(key, group->mcAppSKey, 16) != 0) continue;
    judge_derive(mc_key, 2, group->mcAddr, 4, key);
    if (memcmp(key, group->mcNwkSKey, 16) == 0) return true;
  }
  return false;
}

void multicast_deriveGroupKeys(multicast_MulticastGroup *group, uint8_t *mc_key) {
  firmware_deriveGroupKeys(group, mc_key);
  CHECK(is_asked_for(group), "the keys of a group are not those of the request");
}

/* Frames. */

/** The McFCount of a frame to this group with a right MIC, or -1. */
static int64_t judge_for_group(const multicast_MulticastGroup *group, const uint8_t *message, size_t length) {
  if (!group->isDefined || memcmp(&message[1], group->mcAddr, 4) != 0) return -1;
  uint64_t f_cnt = (group->nextFCnt & UINT32_C(0xffff0000)) | message[6] | ((unsigned)message[7] << 8);
  if (f_cnt < group->nextFCnt) f_cnt += 0x10000;
  if (f_cnt >= group->maxFCnt) return -1;
  uint8_t mic[MIC];
  judge_b0(group->mcNwkSKey, (judge_frame){group->mcAddr, (uint32_t)f_cnt, 1}, 0, message, length - MIC, mic);
  return memcmp(mic, &message[length - MIC], MIC) == 0 ? (int64_t)f_cnt : -1;
}

/** Nothing but a payload for the application: no FOpts, no ACK, no request (TS001-1.0.4, 9.3). */
static bool may_be_for_group(const uint8_t *message, size_t length) {
  if (length < DATA_HEADER + 1 + MIC || (message[0] & 0xe3) != 0x60 || (message[5] & 0xef) != 0) return false;
  return message[DATA_HEADER] >= 1 && message[DATA_HEADER] <= LAST_GROUP_PORT;
}

/** Whether the device hears what is sent to a group: always in class C, and with ping slots of the group behind the beacon. */
static bool is_heard(unsigned id, bool is_class_a) {
#ifdef CLASS_C
  (void)id;
  (void)is_class_a;
  return class_c_classC.isOn;
#else
  const multicast_slots_SlotSession *slots = &multicast_slots_slotSessions[id];
  const uint32_t since = class_b_classB.beaconTime - slots->sessionTime;
  return !is_class_a && slots->isSet && since < slots->timeOutS;
#endif
}

bool multicast_downlink_acceptMulticast(uint8_t length, bool is_class_a) {
  saved_state before;
  uint8_t message[64];
  CHECK(length <= sizeof message, "a frame is longer than its buffer");
  save(before);
  memcpy(message, &frame_frame[PHY_AT], length);
  const session_Session session = session_session;
  int64_t f_cnt = -1;
  unsigned id = 0;
  const bool may_be = session.joined && may_be_for_group(message, length);
  for (unsigned i = 0; i < MAX_GROUPS && f_cnt < 0 && may_be; i++) {
    id = i;
    if (is_heard(i, is_class_a)) f_cnt = judge_for_group(&multicast_multicastGroups[i], message, length);
  }
  const bool is_accepted = firmware_acceptMulticast(length, is_class_a);
  if (!is_accepted) {
    CHECK(f_cnt < 0, "a frame to a group is dropped");
    check_unchanged(before, false, "a frame to a group that is dropped has changed the device");
    return false;
  }
  const multicast_MulticastGroup *group = &multicast_multicastGroups[id];
  CHECK(f_cnt >= 0, "what is no frame to a group is accepted");
  CHECK(multicast_downlink_downlinkGroup() == id, "a frame is accepted for another group than its own");
  CHECK(group->nextFCnt == f_cnt + 1, "McFCount does not follow the accepted frame");
  CHECK(memcmp(&session, &session_session, sizeof session) == 0, "a frame to a group has changed the session");
  check_unchanged(before, true, "a frame to a group has changed a key or the DevAddr");
  check_payload(message, length, (judge_frame){group->mcAddr, (uint32_t)f_cnt, 1}, group->mcAppSKey);
  return true;
}

#endif
