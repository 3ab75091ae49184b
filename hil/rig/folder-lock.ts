/**
 * A folder that one process at a time may use. SQLite holds the lock, since Node has none: the operating
 * system lets go of it when the process ends, however it ends.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";

const LOCK_FILE = "lock.sqlite";
const HOLDER_FILE = "lock.pid";

export class FolderLock {
  readonly #database: SqliteDatabase.Database;

  private constructor(database: SqliteDatabase.Database) {
    this.#database = database;
  }

  /** Takes the lock; undefined if somebody else has it. Throws what SQLite or the file system refuses. */
  static take(folder: string): FolderLock | undefined {
    const database = new SqliteDatabase(join(folder, LOCK_FILE), { timeout: 0 });
    try {
      database.exec("begin exclusive");
      writeFileSync(join(folder, HOLDER_FILE), String(process.pid));
    } catch (error) {
      database.close();
      if ((error as { code?: string }).code === "SQLITE_BUSY") return undefined;
      throw error;
    }
    return new FolderLock(database);
  }

  /** The process that has the lock, as far as it has said so. */
  static holder(folder: string): number | undefined {
    try {
      return Number(readFileSync(join(folder, HOLDER_FILE), "utf8")) || undefined;
    } catch {
      return undefined; // it has the lock and not yet written who it is
    }
  }

  release(): void {
    this.#database.close();
  }
}
