/**
 * What survives power loss: the identity that provisioning wrote, and the journal of nonces; of a personalised device
 * its counters and what the network has set, in place of nonces.
 */
export { isCertificationOff, switchCertificationOff } from "./certification.ts";
export { counters, keepCounters, openCounters } from "./counters.ts";
export { crc16 } from "./crc16.ts";
export {
  ABP,
  hasIdentity,
  readAppKey,
  readDevAddr,
  readDevEui,
  readJoinEui,
  readMinorVersion,
  readNwkKey,
  readSessionKey,
  SessionKeyAt,
} from "./identity.ts";
export {
  hasDevNonce,
  type JoinNonce,
  keepJoinNonce,
  NO_JOIN_NONCE,
  nonces,
  openJournal,
  skipDevNonce,
  takeDevNonce,
} from "./journal.ts";
export {
  beginRecord,
  endRecord,
  hasRecord,
  openRing,
  putOctet,
  RECORD_SLOTS,
  Ring,
  readOctet,
} from "./record-ring.ts";
