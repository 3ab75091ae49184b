/** What survives power loss: the identity that provisioning wrote, and the journal of nonces. */
export { hasIdentity, readAppKey, readDevEui, readJoinEui, readNwkKey } from "./identity.ts";
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
