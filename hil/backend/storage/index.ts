/** The Join Server's state in SQLite: one atomic statement a join, root keys wrapped by a key-encryption key. */
export { type DevNonceRule, devNonceRule, REMEMBERED_DEV_NONCES } from "./dev-nonce.ts";
export {
  DeviceConflictError,
  type DeviceId,
  type DeviceRecord,
  type JoinOutcome,
  JoinStorage,
  type KeyedDevice,
  type NewSession,
} from "./join-storage.ts";
export { StorageError } from "./storage-error.ts";
