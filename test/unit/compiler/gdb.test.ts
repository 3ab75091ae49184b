/**
 * A debugger in the TypeScript of the firmware: on this host, and on an ATmega328P emulated by simavr. From
 * Debian: gdb-multiarch, gdb-avr and libsimavr-dev.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CompileOptions, compile, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { buildImage } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { LANGUAGE } from "./targets.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DEVICE = "firmware/lorawan/device.ts";

/** Lines of `startDevice`, from 1: the one that stores its argument, and those that a device that joins runs next. */
const device = readFileSync(join(ROOT, DEVICE), "utf8").split("\n");
const LINE = device.indexOf("  mac.period = period;") + 1;
const NEXT_LINE = device.indexOf("  mac.due = time;") + 1;
const LAST_LINE = device.indexOf("  if (!hasIdentity()) {") + 1;

/** What gdb prints on the way through a script. */
function debug(gdb: string, program: string, folder: string, script: readonly string[]): string {
  const settings = ["set confirm off", "set pagination off", "set width 0", `directory ${ROOT}:${folder}`];
  const file = join(folder, "script.gdb");
  writeFileSync(file, [...settings, ...script, ""].join("\n"));
  return execFileSync(gdb, ["-batch", "-nx", "-x", file, program], {
    cwd: folder,
    encoding: "utf8",
    // A server of debug information is not asked for that of the C library.
    env: { ...process.env, DEBUGINFOD_URLS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** A main for this host, and a board on which nothing happens until the program sleeps. */
function stubs(headers: Iterable<string>): string {
  const functions = [...headers].flatMap((header) => [
    ...header.matchAll(/^(\w+) ((?:hal|board)_\w+)\((.*)\);$/gm),
  ]);
  const bodies = functions.map(([, result, name, parameters]) => {
    const body = result === "void" ? (name.includes("sleep") ? "exit(0);" : "") : "return 0;";
    return `${result} ${name}(${parameters}) { ${body} }`;
  });
  return [
    "#include <stdlib.h>",
    '#include "joinery.h"',
    ...bodies,
    "int main(void) { joinery_main(); return 0; }\n",
  ].join("\n");
}

/** Compiles a program for this host with debug information: the path of the executable. */
function buildForHost(folder: string, options: CompileOptions): string {
  const { diagnostics, files } = compile(options);
  assert.equal(formatDiagnostics(diagnostics, { colour: false }), "");
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const headers = [...files].filter(([name]) => name.endsWith(".h")).map(([, text]) => text);
  writeFileSync(join(folder, "stubs.c"), stubs(headers));
  const sources = [...files.keys(), "stubs.c"].filter((name) => name.endsWith(".c"));
  execFileSync("gcc", ["-std=c99", "-g", "-O0", ...sources, "-o", "program"], { cwd: folder, stdio: "pipe" });
  return join(folder, "program");
}

/** simavr, stopped at the reset vector, with gdb's protocol at a port of 127.0.0.1. */
const EMULATOR = `#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_gdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
  elf_firmware_t firmware;
  memset(&firmware, 0, sizeof firmware);
  if (argc != 3 || elf_read_firmware(argv[1], &firmware) != 0) return 1;
  avr_t *avr = avr_make_mcu_by_name("atmega328p");
  if (avr == NULL) return 1;
  avr_init(avr);
  firmware.frequency = 8000000;
  avr_load_firmware(avr, &firmware);
  avr->gdb_port = atoi(argv[2]);
  avr->state = cpu_Stopped;
  avr_gdb_init(avr);
  puts("ready");
  fflush(stdout);
  for (;;) {
    int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) return 0;
  }
}
`;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function startEmulator(folder: string, elf: string): Promise<{ emulator: ChildProcess; port: number }> {
  writeFileSync(join(folder, "emulator.c"), EMULATOR);
  execFileSync("gcc", ["emulator.c", "-o", "emulator", "-lsimavr"], { cwd: folder, stdio: "pipe" });
  const port = await freePort();
  const emulator = spawn(join(folder, "emulator"), [elf, String(port)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    emulator.stdout!.on("data", (data) => {
      said += data;
      if (said.includes("ready")) resolve();
    });
    emulator.once("exit", (code) => reject(new Error(`the emulator ended with ${code}: ${said}`)));
  });
  return { emulator, port };
}

describe("a debugger", function () {
  this.timeout(120_000);

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-gdb-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("stops at a line of the firmware on this host, steps through TypeScript and prints variables", () => {
    const program = buildForHost(folder, {});
    const script = [
      `break ${DEVICE}:${LINE}`,
      "run",
      "print period",
      "next",
      "next",
      "print mac_mac",
      "step",
      "backtrace",
    ];
    const output = debug("gdb-multiarch", program, folder, script);
    assert.match(
      output,
      new RegExp(`device_startDevice \\(period=\\d+\\) at ${DEVICE}:${LINE}\\n${LINE}\\t`),
    );
    for (const line of [LINE, NEXT_LINE, LAST_LINE])
      assert.ok(output.includes(`${line}\t${device[line - 1]}`), output);
    const period = /^\$1 = (\d+)$/m.exec(output)?.[1];
    assert.ok(period, output);
    assert.match(output, new RegExp(`^\\$2 = \\{.*\\bperiod = ${period}\\b`, "m"));
    assert.match(output, /^#0 .* at firmware\/store\/identity\.ts:\d+$/m);
    assert.match(
      output,
      new RegExp(`^#1 .* in device_startDevice \\(period=${period}\\) at ${DEVICE}:${LAST_LINE}$`, "m"),
    );
  });

  it("stops at a line of the firmware's image on an emulated board", async () => {
    const { elfPath } = await buildImage({
      board: loadProcessorBoard("pro-mini-rfm95"),
      outDir: folder,
      exactLines: true,
    });
    const { emulator, port } = await startEmulator(folder, elfPath);
    try {
      const script = [
        `target remote 127.0.0.1:${port}`,
        `break ${DEVICE}:${LINE}`,
        "continue",
        "print period",
        "next",
        "next",
      ];
      const output = debug("avr-gdb", elfPath, folder, script);
      assert.match(
        output,
        new RegExp(`device_startDevice \\(period=\\d+\\) at ${DEVICE}:${LINE}\\n${LINE}\\t`),
      );
      assert.match(output, /^\$1 = \d+$/m);
      assert.ok(
        output
          .split("\n")
          .slice(-10)
          .some((line) => line.startsWith(`${LAST_LINE}\t`)),
        output,
      );
    } finally {
      emulator.removeAllListeners("exit");
      emulator.kill("SIGKILL");
    }
  });

  it("goes through loops, conditions and calls line by line, and nowhere else", () => {
    const lines = [
      `import { u8 } from ${JSON.stringify(LANGUAGE)};`, // 1
      "let total: u8 = 0;",
      "function take(): u8 {",
      "  total = u8(total + 1);",
      "  return total;",
      "}",
      "export function main(): void {",
      "  let sum: u8 = 0;", // 8
      "  for (", // 9
      "    let i: u8 = 0;",
      "    i < 2;",
      "    i++",
      "  ) {",
      "    sum = u8(sum + take());", // 14
      "  }",
      "  while (total + take() < 9) {", // 16
      "    sum = u8(sum + 1);",
      "  }",
      "  const both = total - take() + take();", // 19
      "  if (both > 3 || take() > take()) {", // 20
      "    sum = u8(both);",
      "  }",
      "  total = sum;", // 23
      "}",
    ];
    writeFileSync(join(folder, "main.ts"), `${lines.join("\n")}\n`);
    const program = buildForHost(folder, { entry: join(folder, "main.ts") });
    const expected = [8, 9, 14, 9, 14, 9, 16, 17, 16, 17, 16, 19, 20, 21, 23, 24];
    const steps = expected.slice(1).map(() => "next");
    const script = ["break main.ts:8", "run", ...steps];
    const output = debug("gdb-multiarch", program, folder, script);
    const visited = [...output.matchAll(/^\d+\t.*$/gm)].map(([line]) => line);
    assert.deepEqual(
      visited,
      expected.map((line) => `${line}\t${lines[line - 1]}`),
    );
  });
});
