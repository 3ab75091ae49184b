/**
 * Tables of the Join Server. Every row belongs to one device and every primary key begins with its DevEUI, so an
 * engine that shards by DevEUI serves a join from one shard. EUIs and NetIDs are upper-case hexadecimal; columns
 * of keys hold RFC 3394 wrappings under the at-rest KEK.
 */
import type { Generated } from "kysely";

export interface DevicesTable {
  dev_eui: string;
  join_eui: string;
  mac_version: string;
  /** Wrapped. Null for a 1.0.x device, whose one root key is the AppKey. */
  nwk_key: Buffer | null;
  app_key: Buffer;
  home_net_id: string;
  /** The Application Server that may have the AppSKey; null = none. */
  as_id: string | null;
  /** The DevNonce accepted last; null = none yet. */
  last_dev_nonce: number | null;
  /** Random DevNonces accepted lately, each as ",0A1B", the newest last. Empty where DevNonce is a counter. */
  recent_dev_nonces: Generated<string>;
  /** The RJcount1 accepted last; null = none yet. */
  last_rj_count_1: number | null;
  /** The JoinNonce given out last; 0 = none yet. */
  join_nonce: number;
}

export interface SessionKeysTable {
  dev_eui: string;
  session_key_id: string;
  join_eui: string;
  /** The JoinNonce of the session: it tells old from new. */
  join_nonce: number;
  /** Wrapped. */
  app_s_key: Buffer;
}

/** The answer to each device's newest join- or rejoin-request, to be repeated when the request is. */
export interface AnswersTable {
  dev_eui: string;
  join_eui: string;
  request_digest: Buffer;
  answered_at_ms: number;
  /** JSON, padded with spaces to a multiple of 8 octets and wrapped: it may hold session keys in clear. */
  answer: Buffer;
}

/** One row: tells whether a KEK is the one that wrapped this database. */
export interface AtRestTable {
  id: number;
  kek_check: Buffer;
}

export interface JoinDatabase {
  devices: DevicesTable;
  session_keys: SessionKeysTable;
  answers: AnswersTable;
  at_rest: AtRestTable;
}
