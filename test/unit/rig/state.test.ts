import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openState, type State, StateError, type StateUse } from "../../../hil/rig/state.ts";

const RUN: StateUse = { board: "pro-mini-rfm95", lorawan: "1.1", body: "emulated" };
/** Files that say who uses a folder, and nothing of the state. */
const LOCK_FILES = ["lock.pid", "lock.sqlite"];

describe("the state of a rig", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-state-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What a run of its own does with the state. */
  function run<T>(action: (state: State) => T, options = RUN): T {
    const state = openState(folder, options);
    try {
      return action(state);
    } finally {
      state.close();
    }
  }
  const contents = () =>
    readdirSync(folder)
      .filter((name) => !LOCK_FILES.includes(name))
      .map((name) => [name, readFileSync(join(folder, name), "hex")]);
  /** Asserts that `open` is refused with `reason` and that no file of the folder changed. */
  function refusedUntouched(open: () => unknown, reason: RegExp): void {
    const before = contents();
    assert.throws(open, (error: Error) => error instanceof StateError && reason.test(error.message));
    assert.deepEqual(contents(), before);
  }

  it("has no EEPROM at first and then the one that was written", () => {
    run((state) => {
      assert.equal(state.readEeprom(4), undefined);
      state.writeEeprom(Uint8Array.of(1, 2, 3, 4));
    });
    assert.deepEqual(
      run((state) => state.readEeprom(4)),
      Uint8Array.of(1, 2, 3, 4),
    );
  });

  it("keeps the key-encryption key from run to run", () => {
    const kek = () => run((state) => state.joinServerDatabase()?.kek);
    assert.equal(kek()?.length, 16);
    assert.deepEqual(kek(), kek());
  });

  it("refuses an EEPROM of another size", () => {
    run((state) => state.writeEeprom(Uint8Array.of(1, 2, 3)));
    refusedUntouched(() => run((state) => state.readEeprom(4)), /3 octets/);
  });

  it("refuses a database whose device has no EEPROM any more", () => {
    run(() => writeFileSync(join(folder, "join-server.sqlite"), "x"));
    refusedUntouched(() => run((state) => state.readEeprom(4)), /device\.eeprom is missing/);
  });

  it("refuses a description that is no JSON", () => {
    writeFileSync(join(folder, "state.json"), "{");
    refusedUntouched(() => run(() => {}), /cannot be read/);
  });

  it("refuses a description of another format", () => {
    writeFileSync(join(folder, "state.json"), '{"format":2,"board":"x","lorawan":"1.1"}');
    refusedUntouched(() => run(() => {}), /not a state of format 1/);
  });

  it("refuses another board or version than it was made for, and is free again", () => {
    run(() => {});
    refusedUntouched(
      () => run(() => {}, { ...RUN, lorawan: "1.0.4" }),
      /made for board .* with LoRaWAN 1\.1/,
    );
    run(() => {});
  });

  it("of a real board is refused to an emulated one, and the reverse", () => {
    const real = { ...RUN, body: "real" } as const;
    run(() => {}, real);
    refusedUntouched(() => run(() => {}), /is of a real board, this run is of an emulated one: .*--port/);
    run(() => {}, real);
    rmSync(join(folder, "state.json"));
    run(() => {});
    refusedUntouched(() => run(() => {}, real), /is of an emulated board, this run is of a real one/);
  });

  it("that does not say of which board it is, as earlier versions left it, is of that of the next run", () => {
    writeFileSync(join(folder, "state.json"), '{"format":1,"board":"pro-mini-rfm95","lorawan":"1.1"}');
    run(() => {}, { ...RUN, body: "real" });
    refusedUntouched(() => run(() => {}), /is of a real board/);
  });

  it("refuses a description of a board that is neither emulated nor real", () => {
    writeFileSync(join(folder, "state.json"), JSON.stringify({ format: 1, ...RUN, body: "x" }));
    refusedUntouched(() => run(() => {}), /its body is neither/);
  });

  it("remembers that a Join Server has served the device", () => {
    assert.equal(
      run((state) => state.isServed),
      false,
    );
    run((state) => state.noteServed());
    assert.equal(
      run((state) => state.isServed),
      true,
    );
  });

  it("refuses a folder with a database that is not its own, and puts nothing there", () => {
    writeFileSync(join(folder, "join-server.sqlite"), "precious");
    refusedUntouched(() => run(() => {}), /not a state folder/);
    assert.deepEqual(readdirSync(folder), ["join-server.sqlite"]);
  });

  it("refuses a database whose key-encryption key is missing", () => {
    run(() => writeFileSync(join(folder, "join-server.sqlite"), "x"));
    refusedUntouched(() => run((state) => state.joinServerDatabase()), /Restore it/);
  });

  it("refuses a folder that is a file", () => {
    writeFileSync(join(folder, "file"), "");
    const open = () => openState(join(folder, "file"), RUN);
    refusedUntouched(open, /file cannot be made: .*file is a file, not a folder/);
  });

  it("refuses a folder that it cannot write", function () {
    if (process.getuid?.() === 0) this.skip(); // root can
    chmodSync(folder, 0o500);
    refusedUntouched(() => run(() => {}), /cannot be locked/);
  });

  it("is for one run at a time, and names the process that has it", () => {
    run(() =>
      refusedUntouched(() => run(() => {}), new RegExp(`in use by another run \\(process ${process.pid}\\)`)),
    );
    run(() => {});
  });

  it("is free again when the process that had it was killed", async () => {
    const module = pathToFileURL(join(import.meta.dirname, "../../../hil/rig/state.ts")).href;
    const script = `import { openState } from ${JSON.stringify(module)};
      openState(${JSON.stringify(folder)}, ${JSON.stringify(RUN)});
      process.stdout.write("taken"); setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => other.once("exit", resolve));
    try {
      await new Promise((resolve) => other.stdout.once("data", resolve));
      refusedUntouched(() => run(() => {}), new RegExp(`process ${other.pid}`));
    } finally {
      other.kill("SIGKILL");
      await ended;
    }
    run(() => {});
  });

  it("keeps nothing where no folder is named", () => {
    const state = openState(undefined, RUN);
    state.writeEeprom(Uint8Array.of(1));
    assert.equal(state.readEeprom(1), undefined);
    assert.equal(state.joinServerDatabase(), undefined);
    state.close();
  });
});
