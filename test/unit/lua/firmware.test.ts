import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileToLua, type LuaDialect } from "../../../toolchain/lua/index.ts";
import { inFolder, LANGUAGE } from "../compiler/targets.ts";
import { bundleOf, LUAS, mostLocals, runBundle, runScript } from "./luas.ts";

const CRYPTO = fileURLToPath(new URL("../../../firmware/crypto/index.ts", import.meta.url));
const { aes128, cmac } = JSON.parse(readFileSync(new URL("../../data/vectors.json", import.meta.url), "utf8"))
  .groups as Record<"aes128" | "cmac", Record<string, string>[]>;

/** Reads a key and a message, encrypts or authenticates it, and writes 16 octets; until it reads 9. */
const CRYPTOGRAPHER = `import { cmac, encryptBlock, forgetKey } from ${JSON.stringify(CRYPTO)};
import { u8, type u32 } from ${JSON.stringify(LANGUAGE)};
/** @extern test_input */
function input(): u32 { return 0; }
/** @extern test_output */
function output(value: u32): void {}
const key = new Uint8Array(16);
const message = new Uint8Array(80);
const tag = new Uint8Array(16);
export function main(): void {
  for (let kind = input(); kind !== 9; kind = input()) {
    for (let i = 0; i < 16; i++) key[i] = u8(input());
    const length = input() & 63;
    for (let i = 0; i < length; i++) message[i] = u8(input());
    if (kind === 0) {
      for (let i = 0; i < 16; i++) tag[i] = message[i];
      encryptBlock(key, tag);
      forgetKey();
    } else {
      cmac(key, message, 0, length, tag);
    }
    for (let i = 0; i < 16; i++) output(tag[i]);
  }
}
`;

describe("the firmware in Lua", function () {
  this.timeout(60000);

  const octets = (hex: string) => [...Buffer.from(hex, "hex")];
  const answers = [
    ...aes128.map(({ key, plaintext, ciphertext }) => ({
      words: [0, ...octets(key), 16, ...octets(plaintext)],
      wanted: ciphertext,
    })),
    ...cmac
      .filter(({ message }) => message.length <= 126)
      .map(({ key, message, mac }) => ({
        words: [1, ...octets(key), message.length / 2, ...octets(message)],
        wanted: mac,
      })),
  ];

  for (const lua of LUAS) {
    it(`encrypts and authenticates as the known answers say in ${lua.name}`, () => {
      assert.ok(answers.length >= 6, `${answers.length} answers`);
      inFolder([["main.ts", CRYPTOGRAPHER]], (folder) => {
        const words = [...answers.flatMap((answer) => answer.words), 9];
        const output = runBundle(lua, folder, bundleOf(folder, lua.dialect).bundle, words);
        for (const [i, { wanted }] of answers.entries()) {
          assert.equal(Buffer.from(output.slice(16 * i, 16 * i + 16)).toString("hex"), wanted);
        }
      });
    });
  }

  /** KB that the whole firmware takes once it is loaded, code included: measured, and a little. */
  const BUDGETS_KB: Readonly<Record<LuaDialect, number>> = { "5.1": 87, "5.3": 78 };

  for (const [dialect, compiler, command] of [
    ["5.1", "luac5.1", "lua5.1"],
    ["5.3", "luac5.3", "lua5.3"],
  ] as const) {
    for (const isNetwork11 of [false, true]) {
      it(`fits the heap of a small board in ${command}, as LoRaWAN ${isNetwork11 ? "1.1" : "1.0.4"}`, () => {
        const { diagnostics, bundle } = compileToLua({
          dialect,
          config: { LORAWAN_1_1: isNetwork11 },
          variables: () => false,
        });
        assert.deepEqual(diagnostics, []);
        inFolder([["bundle.lua", bundle]], (folder) => {
          if (dialect === "5.1") assert.ok(mostLocals(folder, bundle) <= 50, "more than NodeMCU's 5.1 takes");
          execFileSync(compiler, ["-s", "-o", "bundle.luac", "bundle.lua"], { cwd: folder });
          const kilobytes = Number(
            runScript({ name: command, dialect, command, options: [] }, folder, MEASURE),
          );
          assert.ok(kilobytes < BUDGETS_KB[dialect], `${kilobytes} KB`);
        });
      });
    }
  }
});

/** What stays of the bundle once it has run, with a board that does nothing and garbage collected. */
const MEASURE = `
for _, name in ipairs { "now", "sleep_until", "rest_until", "radio_reset", "radio_select", "radio_transfer", "radio_events",
  "radio_event_time", "store_read", "store_write", "console_write", "battery_level" } do
  _G["hal_" .. name] = math.abs
end
bit = { band = math.max, bor = math.max, bxor = math.max }
collectgarbage() collectgarbage()
local before = collectgarbage("count")
local main = assert(loadfile("bundle.luac"))().main
collectgarbage() collectgarbage()
io.write(collectgarbage("count") - before, main and "" or "no main")
`;
