/**
 * What a run may keep for the next: the device's EEPROM and the Join Server's database with its KEK.
 *
 * Nothing here is overwritten before it was read and understood, and files change by rename, so that a
 * run that is killed leaves the old contents or the new, never half of one. One run at a time has the
 * folder: two would send the same DevNonces.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeFileError, makeFolder } from "../../toolchain/image/index.ts";
import type { DeviceIdentity } from "../../toolchain/provisioning/index.ts";
import { FolderLock } from "./folder-lock.ts";
import { KEY_OCTETS } from "./secrets.ts";

/** The state cannot be used; nothing of it was changed. */
export class StateError extends Error {
  override readonly name = "StateError";
}

const FORMAT = 1;

/** What a state is made for. Two boards with the same keys would send the same DevNonces: one is emulated, or it is real. */
export interface StateUse {
  readonly board: string;
  readonly lorawan: string;
  readonly body: "emulated" | "real";
}

interface Description extends Omit<StateUse, "body"> {
  readonly format: number;
  /** Not in a state of an earlier version: then that of the next run. */
  readonly body?: StateUse["body"];
  /** A Join Server has begun to serve the device from the database. */
  readonly served?: boolean;
}

/** A SQLite file, and the key that wraps the root keys in it (RFC 3394). */
export interface JoinServerDatabase {
  readonly path: string;
  readonly kek: Uint8Array;
}

/** What a run finds and leaves behind. */
export interface State {
  /** The EEPROM of the last run; undefined on the first. A wrong size is a StateError. */
  readEeprom(sizeBytes: number): Uint8Array | undefined;
  writeEeprom(eeprom: Uint8Array): void;
  /** Writes what a server has to know of the device, root keys too, and returns the file. */
  writeIdentity(identity: DeviceIdentity): string;
  /** The Join Server's, its key-encryption key made on first use; undefined where nothing is kept. */
  joinServerDatabase(): JoinServerDatabase | undefined;
  /** Throws StateError where the Join Server's database is missing or empty: for a device that has joined before. */
  requireDatabase(): void;
  /** A Join Server has begun to serve the device from the database: what it hands out is known to that file alone. */
  noteServed(): void;
  /** Whether that was noted. */
  readonly isServed: boolean;
  close(): void;
}

/** The state in `folder`, which is made if need be; without a folder nothing is kept. Throws StateError. */
export function openState(folder: string | undefined, use: StateUse): State {
  return folder === undefined ? new NoState() : new StateFolder(folder, use);
}

class NoState implements State {
  readEeprom(): undefined {}

  writeEeprom(): void {}

  writeIdentity(): never {
    throw new StateError("there is no state folder to keep the device's identity in");
  }

  joinServerDatabase(): undefined {}

  requireDatabase(): void {}

  noteServed(): void {}

  readonly isServed = false;

  close(): void {}
}

class StateFolder implements State {
  readonly #databasePath: string;
  readonly #folder: string;
  readonly #eepromPath: string;
  readonly #descriptionPath: string;
  readonly #lock: FolderLock;
  #description: Description;

  constructor(folder: string, use: StateUse) {
    this.#folder = folder;
    this.#databasePath = join(folder, "join-server.sqlite");
    this.#eepromPath = join(folder, "device.eeprom");
    this.#descriptionPath = join(folder, "state.json");
    onDisk(folder, "made", () => makeFolder(folder));
    this.#refuseForeign();
    this.#lock = onDisk(folder, "locked", () => FolderLock.take(folder)) ?? this.#refuseTaken();
    try {
      this.#description = this.#describe(use);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  readEeprom(sizeBytes: number): Uint8Array | undefined {
    if (!existsSync(this.#eepromPath)) {
      if (!existsSync(this.#databasePath)) return undefined;
      throw new StateError(
        `${this.#eepromPath} is missing: without it the device of ${this.#databasePath} cannot join. Restore it.`,
      );
    }
    const eeprom = readOctets(this.#eepromPath);
    if (eeprom.length !== sizeBytes) {
      throw new StateError(
        `${this.#eepromPath} has ${eeprom.length} octets, the board's EEPROM ${sizeBytes}: left untouched`,
      );
    }
    return eeprom;
  }

  writeEeprom(eeprom: Uint8Array): void {
    replace(this.#eepromPath, eeprom);
  }

  writeIdentity({ devEui, joinEui, nwkKey, appKey }: DeviceIdentity): string {
    const path = join(this.#folder, "device.json");
    const hex = (key: Uint8Array) => Buffer.from(key).toString("hex").toUpperCase();
    const identity = { devEui, joinEui, appKey: hex(appKey), nwkKey: hex(nwkKey) };
    replace(path, `${JSON.stringify(identity, null, 2)}\n`);
    return path;
  }

  requireDatabase(): void {
    if (existsSync(this.#databasePath) && statSync(this.#databasePath).size > 0) return;
    throw new StateError(
      `${this.#databasePath} is missing or empty, but the device in ${this.#eepromPath} has joined before: ` +
        "a new one would hand out JoinNonces that the device has seen. Restore it.",
    );
  }

  joinServerDatabase(): JoinServerDatabase {
    return { path: this.#databasePath, kek: this.#joinServerKek() };
  }

  get isServed(): boolean {
    return this.#description.served === true;
  }

  noteServed(): void {
    if (!this.isServed) this.#write({ ...this.#description, served: true });
  }

  close(): void {
    this.#lock.release();
  }

  #joinServerKek(): Uint8Array {
    const path = join(this.#folder, "join-server.kek");
    if (existsSync(path)) {
      const kek = readOctets(path);
      if (kek.length !== KEY_OCTETS)
        throw new StateError(`${path} must hold ${KEY_OCTETS} octets: left untouched`);
      return kek;
    }
    if (existsSync(this.#databasePath)) {
      throw new StateError(
        `${path} is missing: without it the root keys in ${this.#databasePath} cannot be read. Restore it.`,
      );
    }
    const kek = new Uint8Array(randomBytes(KEY_OCTETS));
    replace(path, kek);
    return kek;
  }

  #refuseForeign(): void {
    if (existsSync(this.#descriptionPath)) return;
    for (const file of [this.#databasePath, this.#eepromPath]) {
      if (existsSync(file)) {
        throw new StateError(
          `${file} exists but ${this.#descriptionPath} does not: not a state folder of this rig, left untouched`,
        );
      }
    }
  }

  #refuseTaken(): never {
    const process = FolderLock.holder(this.#folder);
    throw new StateError(
      `${this.#folder} is in use by another run${process === undefined ? "" : ` (process ${process})`}: ` +
        "wait for its end, or choose another --state folder",
    );
  }

  /** Makes sure that the state was made for such a run; describes it where it is new. */
  #describe({ board, lorawan, body }: StateUse): Description {
    const path = this.#descriptionPath;
    if (!existsSync(path)) return this.#write({ format: FORMAT, board, lorawan, body });
    const kept = readDescription(path);
    if (kept.board !== board || kept.lorawan !== lorawan) {
      throw new StateError(
        `${path} was made for board ${kept.board} with LoRaWAN ${kept.lorawan}, this run is for ${board} with ${lorawan}: ` +
          "choose the same, or another --state folder",
      );
    }
    if (kept.body === undefined) return this.#write({ ...kept, body });
    if (kept.body !== body) {
      const [of, run] = body === "real" ? ["an emulated", "a real one"] : ["a real", "an emulated one"];
      throw new StateError(
        `${path} is of ${of} board, this run is of ${run}: with the same keys both would send the same DevNonces. ` +
          `Choose another --state folder${body === "real" ? "" : ", or name the board's port (--port)"}`,
      );
    }
    return kept;
  }

  #write(description: Description): Description {
    replace(this.#descriptionPath, JSON.stringify(description));
    this.#description = description;
    return description;
  }
}

function readDescription(path: string): Description {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new StateError(`${path} cannot be read (${(error as Error).message}): left untouched`);
  }
  const { format, board, lorawan, body, served } = (value ?? {}) as Partial<Description>;
  if (format !== FORMAT || typeof board !== "string" || typeof lorawan !== "string") {
    throw new StateError(`${path} is not a state of format ${FORMAT}: left untouched`);
  }
  if (body !== undefined && body !== "emulated" && body !== "real") {
    throw new StateError(`${path}: its body is neither "emulated" nor "real": left untouched`);
  }
  return { format, board, lorawan, body, served: served === true };
}

function readOctets(path: string): Uint8Array {
  return new Uint8Array(onDisk(path, "read", () => readFileSync(path)));
}

/** Puts `contents` in the place of what the file held, all or nothing. */
function replace(path: string, contents: string | Uint8Array): void {
  const next = `${path}.new`;
  onDisk(path, "written", () => {
    writeFileSync(next, contents, { mode: 0o600, flush: true });
    renameSync(next, path);
  });
}

/** Turns what the file system refuses into a StateError. */
function onDisk<T>(path: string, done: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new StateError(`${path} cannot be ${done}: ${describeFileError(error as Error, path)}`);
  }
}
