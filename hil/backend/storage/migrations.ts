/**
 * The database's versions, oldest first. A released migration never changes; a new one gets the next number.
 * All that are missing run in one transaction.
 */
import { type Kysely, type Migration, sql } from "kysely";

/** "Jnry": marks a SQLite file as ours (pragma application_id). */
export const APPLICATION_ID = 0x4a6e7279;

const devices: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`pragma application_id = ${sql.lit(APPLICATION_ID)}`.execute(db);
    await db.schema
      .createTable("devices")
      .addColumn("dev_eui", "text", (column) => column.notNull())
      .addColumn("join_eui", "text", (column) => column.notNull())
      .addColumn("mac_version", "text", (column) => column.notNull())
      .addColumn("nwk_key", "blob")
      .addColumn("app_key", "blob", (column) => column.notNull())
      .addColumn("home_net_id", "text", (column) => column.notNull())
      .addColumn("as_id", "text")
      .addColumn("last_dev_nonce", "integer")
      .addColumn("recent_dev_nonces", "text", (column) => column.notNull().defaultTo(""))
      .addColumn("join_nonce", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("devices_key", ["dev_eui", "join_eui"])
      .execute();
    await db.schema
      .createTable("session_keys")
      .addColumn("dev_eui", "text", (column) => column.notNull())
      .addColumn("session_key_id", "text", (column) => column.notNull())
      .addColumn("join_eui", "text", (column) => column.notNull())
      .addColumn("join_nonce", "integer", (column) => column.notNull())
      .addColumn("app_s_key", "blob", (column) => column.notNull())
      .addPrimaryKeyConstraint("session_keys_key", ["dev_eui", "session_key_id"])
      .execute();
    await db.schema
      .createTable("answers")
      .addColumn("dev_eui", "text", (column) => column.notNull())
      .addColumn("join_eui", "text", (column) => column.notNull())
      .addColumn("request_digest", "blob", (column) => column.notNull())
      .addColumn("answered_at_ms", "integer", (column) => column.notNull())
      .addColumn("answer", "blob", (column) => column.notNull())
      .addPrimaryKeyConstraint("answers_key", ["dev_eui", "join_eui"])
      .execute();
    await db.schema
      .createTable("at_rest")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("kek_check", "blob", (column) => column.notNull())
      .execute();
  },
};

const rejoins: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("devices").addColumn("last_rj_count_1", "integer").execute();
  },
};

export type Migrations = Readonly<Record<string, Migration>>;

export const migrations: Migrations = { "0001-devices": devices, "0002-rejoins": rejoins };

/** Where kysely's Migrator notes what has run, and that it is running. */
export const MIGRATION_TABLE = "kysely_migration";
export const MIGRATION_LOCK_TABLE = "kysely_migration_lock";
