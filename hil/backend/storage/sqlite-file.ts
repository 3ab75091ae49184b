/**
 * Opens the SQLite file of a Join Server, or creates it. What is there is first looked at through a read-only
 * connection: a file that is damaged, somebody else's, newer than this program or wrapped with another KEK
 * stays exactly as it is.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { Kysely, Migrator, SqliteAdapter, SqliteDialect } from "kysely";
import type { AtRest } from "./at-rest.ts";
import {
  APPLICATION_ID,
  MIGRATION_LOCK_TABLE,
  MIGRATION_TABLE,
  type Migrations,
  migrations,
} from "./migrations.ts";
import type { JoinDatabase } from "./schema.ts";
import { StorageError } from "./storage-error.ts";

const MAGIC = Buffer.from("SQLite format 3\0");

/** Kysely assumes that SQLite cannot roll back DDL; it can, and migrations are to be all or nothing. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** Whether there is something at the path that must be looked at before it is opened for writing. */
function hasContent(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (!stat.isFile()) throw new StorageError(path, "is not a file; name a file");
  return stat.size > 0;
}

function startsAsSqlite(path: string): boolean {
  const head = Buffer.alloc(MAGIC.length);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.equals(MAGIC);
}

/** @throws StorageError unless the database is whole, ours, of a version that is known, and wrapped with this KEK. */
function inspect(sqlite: SqliteDatabase.Database, path: string, atRest: AtRest, known: Migrations): void {
  const damage = sqlite.pragma("quick_check(1)", { simple: true });
  if (damage !== "ok")
    throw new StorageError(path, `is damaged (${damage}); restore it from a backup. Nothing was changed.`);
  // The Migrator makes its own tables first, outside the transaction: they alone mean that it got no further.
  const tables = sqlite
    .prepare("select name from sqlite_master where type = 'table' and name not in (?, ?)")
    .pluck()
    .all(MIGRATION_TABLE, MIGRATION_LOCK_TABLE);
  if (tables.length === 0) return;
  if (sqlite.pragma("application_id", { simple: true }) !== APPLICATION_ID)
    throw new StorageError(path, "belongs to another program; name another file. Nothing was changed.");
  const executed = sqlite.prepare(`select name from ${MIGRATION_TABLE}`).pluck().all() as string[];
  const unknown = executed.filter((name) => !Object.hasOwn(known, name));
  if (unknown.length > 0)
    throw new StorageError(
      path,
      `was written by a newer version of Joinery (${unknown.join(", ")}); use that version. Nothing was changed.`,
    );
  const check = sqlite.prepare("select kek_check from at_rest").pluck().get() as Buffer | undefined;
  if (check !== undefined && !atRest.fits(check))
    throw new StorageError(path, "is wrapped with another key-encryption key than the one given");
}

/** Turns what SQLite or the file system says into a StorageError. */
function refusing<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const { code, message } = error as Error & { code?: string };
    throw new StorageError(
      path,
      `cannot be read (${code ?? "error"}: ${message}); repair or restore it. Nothing was changed.`,
      error,
    );
  }
}

function inspectFile(path: string, atRest: AtRest, known: Migrations): void {
  if (!startsAsSqlite(path))
    throw new StorageError(path, "is not a SQLite database; name another file. Nothing was changed.");
  const sqlite = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  try {
    inspect(sqlite, path, atRest, known);
  } finally {
    sqlite.close();
  }
}

function openForWriting(path: string): SqliteDatabase.Database {
  // Created here for its mode: the file holds wrapped keys.
  if (path !== ":memory:") closeSync(openSync(path, "a", 0o600));
  const sqlite = new SqliteDatabase(path);
  sqlite.pragma("journal_mode = WAL");
  // A DevNonce that has been answered must not come back after a power cut.
  sqlite.pragma("synchronous = FULL");
  return sqlite;
}

/**
 * `path`: a file, or ":memory:". `known`: the versions that this program can read and bring up to date.
 * @throws StorageError if the database cannot be used; the file is then untouched.
 */
export async function openDatabase(
  path: string,
  atRest: AtRest,
  known: Migrations = migrations,
): Promise<Kysely<JoinDatabase>> {
  const sqlite = refusing(path, () => {
    if (path !== ":memory:" && hasContent(path)) inspectFile(path, atRest, known);
    return openForWriting(path);
  });
  const db = new Kysely<JoinDatabase>({ dialect: new Dialect({ database: sqlite }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...known }) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: MIGRATION_LOCK_TABLE,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await db.destroy();
    throw new StorageError(path, `cannot be brought up to date: ${(error as Error).message}`, error);
  }
  await db
    .insertInto("at_rest")
    .values({ id: 1, kek_check: atRest.check() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return db;
}
