/**
 * What a Join Server keeps: devices with their root keys and nonces, the newest sessions' AppSKeys, and the answer
 * to each device's newest join-request. Keys are in clear only on their way in and out.
 */
import type { Kysely, Transaction } from "kysely";
import type { MacVersion } from "../interfaces/index.ts";
import { AtRest } from "./at-rest.ts";
import { counterStep, devNonceRule, type RequestCounter } from "./dev-nonce.ts";
import type { DevicesTable, JoinDatabase } from "./schema.ts";
import { openDatabase } from "./sqlite-file.ts";

/** DevEUI and JoinEUI, upper-case hexadecimal. */
export interface DeviceId {
  readonly devEui: string;
  readonly joinEui: string;
}

export interface DeviceRecord extends DeviceId {
  readonly macVersion: MacVersion;
  readonly homeNetId: string;
  /** The Application Server that may have this device's AppSKey. */
  readonly asId?: string;
  /** The DevNonce accepted last; undefined = none yet. */
  readonly lastDevNonce?: number;
  /** The JoinNonce given out last; 0 = none yet. */
  readonly lastJoinNonce: number;
}

/** A device with its root keys, 16 octets each. NwkKey is there for 1.1 devices only. */
export interface KeyedDevice extends DeviceRecord {
  readonly nwkKey?: Uint8Array;
  readonly appKey: Uint8Array;
}

/** The device is registered already, as something else. */
export class DeviceConflictError extends Error {
  override readonly name = "DeviceConflictError";
}

export interface NewSession {
  readonly sessionKeyId: string;
  readonly appSKey: Uint8Array;
  /** What a repetition of the same request gets. */
  readonly answer: object;
}

export interface JoinToAccept {
  readonly device: DeviceRecord;
  readonly counter: RequestCounter;
  readonly count: number;
  /** SHA-256 over everything that makes two requests the same request. */
  readonly requestDigest: Buffer;
  readonly nowMs: number;
  /** How long a repetition gets the same answer instead of a refusal. */
  readonly repeatWindowMs: number;
  /** Makes the session of a JoinNonce. If it throws, nothing has happened. */
  readonly makeSession: (joinNonce: number) => NewSession;
}

export type JoinOutcome =
  | { readonly outcome: "accepted"; readonly joinNonce: number; readonly answer: object }
  | { readonly outcome: "repeated"; readonly answer: object }
  | { readonly outcome: "replayed"; readonly last: number | undefined }
  | { readonly outcome: "join-nonces-exhausted" };

/** JoinNonce has 24 bits and never wraps. */
const LAST_JOIN_NONCE = 0xffffff;

/** Sessions kept for AppSKeyReq: the running one, and older ones whose uplinks are still on their way. */
const SESSIONS_KEPT = 10;

function recordOf(row: Omit<DevicesTable, "recent_dev_nonces" | "last_rj_count_1">): DeviceRecord {
  return {
    devEui: row.dev_eui,
    joinEui: row.join_eui,
    macVersion: row.mac_version as MacVersion,
    homeNetId: row.home_net_id,
    asId: row.as_id ?? undefined,
    lastDevNonce: row.last_dev_nonce ?? undefined,
    lastJoinNonce: row.join_nonce,
  };
}

export class JoinStorage {
  readonly #db: Kysely<JoinDatabase>;
  readonly #atRest: AtRest;

  private constructor(db: Kysely<JoinDatabase>, atRest: AtRest) {
    this.#db = db;
    this.#atRest = atRest;
  }

  /**
   * `path`: a SQLite file, created if absent, or ":memory:". `kek`: 16, 24 or 32 octets, kept elsewhere.
   * @throws StorageError if what is there cannot be used; it is then left untouched.
   */
  static async open(options: { readonly path: string; readonly kek: Uint8Array }): Promise<JoinStorage> {
    const atRest = new AtRest(options.kek);
    return new JoinStorage(await openDatabase(options.path, atRest), atRest);
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }

  /**
   * Adds a device. The same device with the same data is left as it is, nonces included.
   * @throws DeviceConflictError if it is registered with another key, version or home.
   */
  async addDevice(device: KeyedDevice): Promise<"added" | "unchanged"> {
    const row = {
      dev_eui: device.devEui,
      join_eui: device.joinEui,
      mac_version: device.macVersion,
      nwk_key: device.nwkKey ? this.#atRest.wrap(device.nwkKey) : null,
      app_key: this.#atRest.wrap(device.appKey),
      home_net_id: device.homeNetId,
      as_id: device.asId ?? null,
    };
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("devices")
      .values({
        ...row,
        last_dev_nonce: device.lastDevNonce ?? null,
        join_nonce: device.lastJoinNonce,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 1n) return "added";
    const existing = await this.#row(device);
    for (const [column, value] of Object.entries(row)) {
      const stored = existing?.[column as keyof typeof row];
      if (Buffer.isBuffer(value) && Buffer.isBuffer(stored) ? value.equals(stored) : value === stored)
        continue;
      throw new DeviceConflictError(
        `device ${device.devEui} of JoinEUI ${device.joinEui} is registered already, with another ${column}`,
      );
    }
    return "unchanged";
  }

  async findDevice(id: DeviceId): Promise<KeyedDevice | undefined> {
    const row = await this.#row(id);
    if (!row) return undefined;
    return {
      ...recordOf(row),
      nwkKey: row.nwk_key ? this.#atRest.unwrap(row.nwk_key) : undefined,
      appKey: this.#atRest.unwrap(row.app_key),
    };
  }

  /** The device without its keys, and the SessionKeyIDs that are kept, oldest first. */
  async readDevice(
    id: DeviceId,
  ): Promise<(DeviceRecord & { readonly sessionKeyIds: readonly string[] }) | undefined> {
    const row = await this.#row(id);
    if (!row) return undefined;
    const sessions = await this.#db
      .selectFrom("session_keys")
      .select("session_key_id")
      .where("dev_eui", "=", id.devEui)
      .where("join_eui", "=", id.joinEui)
      .orderBy("join_nonce")
      .execute();
    return { ...recordOf(row), sessionKeyIds: sessions.map((session) => session.session_key_id) };
  }

  #row(id: DeviceId) {
    return this.#db
      .selectFrom("devices")
      .selectAll()
      .where("dev_eui", "=", id.devEui)
      .where("join_eui", "=", id.joinEui)
      .executeTakeFirst();
  }

  /**
   * Decides on a join- or rejoin-request whose MIC is good. One statement tests its counter and takes the next JoinNonce;
   * session and answer are committed with it or not at all.
   */
  acceptJoin(join: JoinToAccept): Promise<JoinOutcome> {
    const { device, counter, count } = join;
    const { isNew, remember } = counterStep(counter, devNonceRule(device.macVersion), count);
    return this.#db.transaction().execute(async (transaction) => {
      if (counter === "RJcount0") {
        const repeated = await this.#repeated(transaction, join);
        if (repeated) return repeated;
      }
      const taken = await transaction
        .updateTable("devices")
        .set((row) => ({ ...remember, join_nonce: row("join_nonce", "+", 1) }))
        .where("dev_eui", "=", device.devEui)
        .where("join_eui", "=", device.joinEui)
        .where("join_nonce", "<", LAST_JOIN_NONCE)
        .where(isNew)
        .returning("join_nonce")
        .executeTakeFirst();
      if (!taken) return this.#whyNotTaken(transaction, join);
      const session = join.makeSession(taken.join_nonce);
      await this.#keepSession(transaction, join, taken.join_nonce, session);
      return { outcome: "accepted", joinNonce: taken.join_nonce, answer: session.answer };
    });
  }

  async #keepSession(
    transaction: Transaction<JoinDatabase>,
    { device, requestDigest, nowMs }: JoinToAccept,
    joinNonce: number,
    session: NewSession,
  ): Promise<void> {
    const id = { dev_eui: device.devEui, join_eui: device.joinEui };
    await transaction
      .insertInto("session_keys")
      .values({
        ...id,
        session_key_id: session.sessionKeyId,
        join_nonce: joinNonce,
        app_s_key: this.#atRest.wrap(session.appSKey),
      })
      .execute();
    await transaction
      .deleteFrom("session_keys")
      .where("dev_eui", "=", id.dev_eui)
      .where("join_eui", "=", id.join_eui)
      .where("join_nonce", "<=", joinNonce - SESSIONS_KEPT)
      .execute();
    const answer = {
      request_digest: requestDigest,
      answered_at_ms: nowMs,
      answer: this.#atRest.wrapJson(session.answer),
    };
    await transaction
      .insertInto("answers")
      .values({ ...id, ...answer })
      .onConflict((conflict) => conflict.columns(["dev_eui", "join_eui"]).doUpdateSet(answer))
      .execute();
  }

  /** The answer that the same request got a moment ago. */
  async #repeated(
    transaction: Transaction<JoinDatabase>,
    join: JoinToAccept,
  ): Promise<JoinOutcome | undefined> {
    const { devEui, joinEui } = join.device;
    const last = await transaction
      .selectFrom("answers")
      .selectAll()
      .where("dev_eui", "=", devEui)
      .where("join_eui", "=", joinEui)
      .executeTakeFirst();
    if (last?.request_digest.equals(join.requestDigest)) {
      const ageMs = join.nowMs - last.answered_at_ms;
      if (ageMs >= 0 && ageMs < join.repeatWindowMs)
        return { outcome: "repeated", answer: this.#atRest.unwrapJson(last.answer) };
    }
    return undefined;
  }

  async #whyNotTaken(transaction: Transaction<JoinDatabase>, join: JoinToAccept): Promise<JoinOutcome> {
    const repeated = await this.#repeated(transaction, join);
    if (repeated) return repeated;
    const { devEui, joinEui } = join.device;
    const row = await transaction
      .selectFrom("devices")
      .select(["join_nonce", "last_dev_nonce", "last_rj_count_1"])
      .where("dev_eui", "=", devEui)
      .where("join_eui", "=", joinEui)
      .executeTakeFirstOrThrow();
    if (row.join_nonce >= LAST_JOIN_NONCE) return { outcome: "join-nonces-exhausted" };
    const last = join.counter === "DevNonce" ? row.last_dev_nonce : row.last_rj_count_1;
    return { outcome: "replayed", last: last ?? undefined };
  }

  /** The AppSKey of one of the device's kept sessions. */
  async findAppSKey(id: DeviceId, sessionKeyId: string): Promise<Uint8Array | undefined> {
    const row = await this.#db
      .selectFrom("session_keys")
      .select("app_s_key")
      .where("dev_eui", "=", id.devEui)
      .where("session_key_id", "=", sessionKeyId)
      .where("join_eui", "=", id.joinEui)
      .executeTakeFirst();
    return row && this.#atRest.unwrap(row.app_s_key);
  }
}
