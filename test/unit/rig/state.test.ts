import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { State, StateError } from "../../../hil/rig/state.ts";

const RUN = { board: "pro-mini-rfm95", lorawan: "1.1" };

describe("the state of a rig", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-state-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const contents = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "hex")]);
  /** Asserts that `open` is refused with `reason` and that no file of the folder changed. */
  function refusedUntouched(open: () => unknown, reason: RegExp): void {
    const before = contents();
    assert.throws(open, (error: Error) => error instanceof StateError && reason.test(error.message));
    assert.deepEqual(contents(), before);
  }

  it("has no EEPROM at first and then the one that was written", () => {
    const state = new State(folder, RUN);
    assert.equal(state.readEeprom(4), undefined);
    state.writeEeprom(Uint8Array.of(1, 2, 3, 4));
    assert.deepEqual(new State(folder, RUN).readEeprom(4), Uint8Array.of(1, 2, 3, 4));
  });

  it("keeps the key-encryption key from run to run", () => {
    assert.deepEqual(new State(folder, RUN).joinServerKek(), new State(folder, RUN).joinServerKek());
  });

  it("refuses an EEPROM of another size", () => {
    const state = new State(folder, RUN);
    state.writeEeprom(Uint8Array.of(1, 2, 3));
    refusedUntouched(() => state.readEeprom(4), /3 octets/);
  });

  it("refuses a description that is no JSON", () => {
    writeFileSync(join(folder, "state.json"), "{");
    refusedUntouched(() => new State(folder, RUN), /cannot be read/);
  });

  it("refuses a description of another format", () => {
    writeFileSync(join(folder, "state.json"), '{"format":2,"board":"x","lorawan":"1.1"}');
    refusedUntouched(() => new State(folder, RUN), /not a state of format 1/);
  });

  it("refuses another board or version than it was made for", () => {
    new State(folder, RUN);
    refusedUntouched(
      () => new State(folder, { ...RUN, lorawan: "1.0.4" }),
      /made for board .* with LoRaWAN 1\.1/,
    );
  });

  it("refuses a folder with a database that is not its own", () => {
    writeFileSync(join(folder, "join-server.sqlite"), "precious");
    refusedUntouched(() => new State(folder, RUN), /not a state folder/);
  });

  it("refuses a database whose key-encryption key is missing", () => {
    const state = new State(folder, RUN);
    writeFileSync(state.databasePath, "x");
    refusedUntouched(() => state.joinServerKek(), /Restore it/);
  });

  it("removes a temporary folder on close, and only that", () => {
    const temporary = new State(undefined, RUN);
    temporary.joinServerKek();
    temporary.close();
    assert.throws(() => readFileSync(temporary.databasePath), /ENOENT/);
    new State(folder, RUN).close();
    assert.ok(readdirSync(folder).includes("state.json"));
  });
});
