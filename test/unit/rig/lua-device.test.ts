/** A Lua program that fails in the rig: the way to the error, in the sources it was made from. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Air } from "../../../hil/air/index.ts";
import { runLockstep, VirtualClock } from "../../../hil/clock/index.ts";
import { buildLuaHost, type LuaDialect } from "../../../hil/emulator/index.ts";
import { luaFirmware } from "../../../hil/rig/lua-device.ts";
import { isLuaBoard, type LuaProgram, loadBoard } from "../../../toolchain/image/index.ts";

/** A program as the compiler would make it of two modules, with a fault in the second. */
const BUNDLE = `local function broken()
  local nothing
  return nothing.field
end
return { main = function()
  broken()
end, variables = {} }`;
const ORIGINS = [
  { file: "app.ts", line: 7 },
  { file: "app.ts", line: 8 },
  { file: "app.ts", line: 9 },
  undefined,
  { file: "firmware/main.ts", line: 20 },
  { file: "firmware/main.ts", line: 21 },
  undefined,
];

describe("a Lua program that fails", () => {
  let cache: string;
  before(() => {
    cache = mkdtempSync(join(tmpdir(), "joinery-lua-device-"));
  });
  after(() => rmSync(cache, { recursive: true }));

  for (const dialect of ["5.1", "5.3"] as const satisfies readonly LuaDialect[]) {
    it(`tells the way to the error by lines of TypeScript, in Lua ${dialect}`, async () => {
      const board = loadBoard("nodemcu-rfm95");
      assert.ok(isLuaBoard(board));
      const text = (name: string) => readFileSync(join(board.dir, name), "utf8");
      const program: LuaProgram = {
        board,
        dialect,
        files: new Map([
          ["joinery.lua", BUNDLE],
          ["init.lua", text("init.lua")],
          ["hal.lua", text("hal.lua")],
        ]),
        dir: cache,
        origins: ORIGINS,
        bundleBytes: BUNDLE.length,
      };
      const clock = new VirtualClock();
      const failures: { reason: string; trace: readonly string[] }[] = [];
      const device = luaFirmware(program, buildLuaHost(dialect, cache)).boot({
        eeprom: new Uint8Array(board.eepromBytes),
        clock,
        air: new Air({ clock, random: () => 0.5 }),
        random: () => 0.5,
        onConsoleLine: () => {},
        onRadioEvent: () => {},
        onFinding: () => {},
        onFailure: (reason, trace) => failures.push({ reason, trace }),
      });
      try {
        await runLockstep({
          clock,
          machines: [device.machine],
          participants: [],
          done: () => failures.length > 0,
          limitNs: 1e9,
        });
      } finally {
        device.close();
      }
      const [{ reason, trace }] = failures;
      assert.match(reason, /^the Lua program has ended: app\.ts:9: attempt to index .*nothing/);
      assert.ok(
        trace.some((line) => line.includes("firmware/main.ts:21: in function")),
        trace.join("\n"),
      );
      assert.doesNotMatch(trace.join("\n"), /joinery\.lua/);
    });
  }
});
