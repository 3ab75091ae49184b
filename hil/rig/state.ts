/**
 * What a run may keep for the next: the device's EEPROM and the Join Server's database with its KEK.
 *
 * Nothing here is overwritten before it was read and understood, and files change by rename, so that a
 * run that is killed leaves the old contents or the new, never half of one.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The state cannot be used; nothing of it was changed. */
export class StateError extends Error {}

const KEK_OCTETS = 16;
const FORMAT = 1;

interface Description {
  readonly format: number;
  readonly board: string;
  readonly lorawan: string;
}

/** A folder of state: a user's own, or a temporary one that `close` removes. */
export class State {
  /** SQLite file of the Join Server. */
  readonly databasePath: string;
  readonly #folder: string;
  readonly #temporary: boolean;
  readonly #eepromPath: string;

  /** Opens `folder`, making it if need be; a temporary one where none is named. */
  constructor(folder: string | undefined, run: { board: string; lorawan: string }) {
    this.#temporary = folder === undefined;
    this.#folder = folder ?? mkdtempSync(join(tmpdir(), "joinery-"));
    this.databasePath = join(this.#folder, "join-server.sqlite");
    this.#eepromPath = join(this.#folder, "device.eeprom");
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, "state.json");
    if (!existsSync(path)) {
      for (const file of [this.databasePath, this.#eepromPath]) {
        if (existsSync(file))
          throw new StateError(
            `${file} exists but ${path} does not: not a state folder of this rig, left untouched`,
          );
      }
      this.#replace(path, JSON.stringify({ format: FORMAT, ...run } satisfies Description));
      return;
    }
    const kept = readDescription(path);
    if (kept.board !== run.board || kept.lorawan !== run.lorawan) {
      throw new StateError(
        `${path} was made for board ${kept.board} with LoRaWAN ${kept.lorawan}, this run is for ${run.board} with ${run.lorawan}: ` +
          "choose the same, or another --state folder",
      );
    }
  }

  /** The EEPROM of the last run; undefined on the first. A wrong size is an error. */
  readEeprom(sizeBytes: number): Uint8Array | undefined {
    if (!existsSync(this.#eepromPath)) return undefined;
    const eeprom = new Uint8Array(readFileSync(this.#eepromPath));
    if (eeprom.length !== sizeBytes) {
      throw new StateError(
        `${this.#eepromPath} has ${eeprom.length} octets, the board's EEPROM ${sizeBytes}: left untouched`,
      );
    }
    return eeprom;
  }

  writeEeprom(eeprom: Uint8Array): void {
    this.#replace(this.#eepromPath, eeprom);
  }

  /** The key that wraps root keys at rest (RFC 3394), made on first use. */
  joinServerKek(): Uint8Array {
    const path = join(this.#folder, "join-server.kek");
    if (existsSync(path)) {
      const kek = new Uint8Array(readFileSync(path));
      if (kek.length !== KEK_OCTETS)
        throw new StateError(`${path} must hold ${KEK_OCTETS} octets: left untouched`);
      return kek;
    }
    if (existsSync(this.databasePath)) {
      throw new StateError(
        `${path} is missing: without it the root keys in ${this.databasePath} cannot be read. Restore it.`,
      );
    }
    const kek = new Uint8Array(randomBytes(KEK_OCTETS));
    this.#replace(path, kek);
    return kek;
  }

  close(): void {
    if (this.#temporary) rmSync(this.#folder, { recursive: true, force: true });
  }

  #replace(path: string, contents: string | Uint8Array): void {
    const next = `${path}.new`;
    writeFileSync(next, contents, { mode: 0o600, flush: true });
    renameSync(next, path);
  }
}

function readDescription(path: string): Description {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new StateError(`${path} cannot be read (${(error as Error).message}): left untouched`);
  }
  const { format, board, lorawan } = (value ?? {}) as Partial<Description>;
  if (format !== FORMAT || typeof board !== "string" || typeof lorawan !== "string") {
    throw new StateError(`${path} is not a state of format ${FORMAT}: left untouched`);
  }
  return { format, board, lorawan };
}
