/**
 * Firmware that misuses the hardware: the run ends there, and says where in the sources that is. From Debian: gdb-avr,
 * gdb-multiarch.
 */
import assert from "node:assert/strict";
import { exec } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { type JoinReport, runJoin, runLoneBoard } from "../../hil/rig/index.ts";

const LANG = JSON.stringify(join(import.meta.dirname, "../../firmware/lang/index.ts"));

/** Does what the C says in `setup`, before the board joins. */
const APP = `import type { Bytes, Int, u8 } from ${LANG};
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 1;
export const MAX_PAYLOAD = 49;
/** @extern probe_misuse */
function misuse(): void {}
export function setup(): void {
  misuse();
}
export function sample(payload: Bytes<49>): Int<0, 49> {
  payload[0] = 7;
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {}
`;

/** The line of `APP` that calls the C. */
const CALL_LINE = APP.split("\n").indexOf("  misuse();") + 1;

/** Each misuses in line 5. */
interface Misuse {
  readonly board: string;
  readonly what: string;
  readonly c: string;
  readonly message: RegExp;
}

const MISUSES: readonly Misuse[] = [
  {
    board: "pro-mini-rfm95",
    what: "a write to a reserved register",
    c: `#include "app.h"
volatile uint8_t probe_target;
void probe_misuse(void) {
    probe_target = 1;
    *(volatile uint8_t *)0x62 = 1;
    probe_target = 2;
}
`,
    message: /^writes data address 0x0062, a reserved I\/O register$/,
  },
  {
    board: "nucleo-l073rz-sx1276",
    what: "a write where no memory is",
    c: `#include "app.h"
volatile uint8_t probe_target;
void probe_misuse(void) {
    probe_target = 1;
    *(volatile uint8_t *)0x30000000 = 1;
    probe_target = 2;
}
`,
    message: /30000000/,
  },
];

describe("a misuse of the hardware", () => {
  let folder: string;
  let app: string;
  let c: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-findings-"));
    app = join(folder, "app.ts");
    c = join(folder, "probe.c");
    writeFileSync(app, APP);
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (misuse: Misuse, options: { keepGoing?: boolean } = {}): Promise<JoinReport> => {
    writeFileSync(c, misuse.c);
    return runJoin({ app, c: [c], board: misuse.board, lorawan: "1.1", seed: 1, ...options });
  };

  for (const misuse of MISUSES) {
    it(`ends a run with its address, its line and its program counter: ${misuse.what}`, async () => {
      const report = await run(misuse);
      assert.equal(report.findings.length, 1);
      const [{ message, source, caller, programCounter, virtualMs }] = report.findings;
      assert.match(message, misuse.message);
      assert.deepEqual(source, { file: c, line: 5 });
      assert.deepEqual([basename(caller!.file), caller?.line], ["app.ts", CALL_LINE]);
      assert.ok(programCounter !== null);
      assert.equal(report.verdict, "failed");
      assert.equal(
        report.reason,
        `device: misuses the hardware: ${message}, at ${c}:5 (0x${programCounter.toString(16)}), called at ${caller?.file}:${CALL_LINE}`,
      );
      assert.ok(report.virtualMs - virtualMs < 2, `${report.virtualMs} ms, ${virtualMs} ms`);
      assert.deepEqual(report.join.devNonces, []);
    });

    it(`ends a board by itself: ${misuse.what}`, async () => {
      writeFileSync(c, misuse.c);
      const notices: string[] = [];
      const end = await runLoneBoard({
        ...{ app, c: [c], board: misuse.board, lorawan: "1.1", seed: 1, realTime: false },
        end: new AbortController().signal,
        onConsoleLine: () => {},
        onNotice: (text) => notices.push(text),
      });
      assert.equal(end, "failed");
      assert.match(
        notices.at(-1) ?? "",
        /^the firmware misuses the hardware: .*, at \S+\/probe\.c:5 \(0x[0-9a-f]+\), called at \S*app\.ts:\d+$/,
      );
    });
  }

  for (const misuse of MISUSES) {
    it(`stops the program for gdb, which may look and go on: ${misuse.what}`, async () => {
      writeFileSync(c, misuse.c);
      let gdb: Promise<{ stdout: string }> | undefined;
      const report = await runJoin({
        ...{ app, c: [c], board: misuse.board, lorawan: "1.1", seed: 1 },
        debugging: {
          port: 0,
          onReady: ({ command }) => {
            const script = ["continue", "print probe_target", "kill"]
              .map((line) => `-ex '${line}'`)
              .join(" ");
            gdb = promisify(exec)(`${command} -batch -nx -ex 'set confirm off' ${script}`, {
              timeout: 120_000,
            });
          },
        },
      });
      const said = (await gdb)?.stdout ?? "";
      assert.match(said, /probe\.c:[56]\n/, said);
      assert.match(said, /^\$1 = 1/m, said);
      assert.equal(report.findings[0]?.source?.line, 5);
      assert.equal(report.verdict, "failed");
    });
  }

  it("tells a misuse of the radio once for each place in the program", async () => {
    const report = await run(
      {
        ...{ board: "pro-mini-rfm95", what: "", message: /./ },
        c: `#include "app.h"
#include "hal.h"
void probe_misuse(void) {
    hal_radio_reset(true);
    for (uint8_t i = 0; i < 100; i++) {
        hal_radio_select(true);
        hal_radio_transfer(0x42);
        hal_radio_transfer(0);
        hal_radio_select(false);
    }
}
`,
      },
      { keepGoing: true },
    );
    assert.equal(report.uplinks.length, 3);
    assert.equal(report.findings.length, 1);
    const [{ message, source, caller }] = report.findings;
    assert.match(message, /SPI access while NRESET is low$/);
    assert.equal(source?.file, "boards/processors/avr/radio-port.c");
    // By way of a function of the application's C.
    assert.deepEqual([basename(caller?.file ?? ""), caller?.line], ["app.ts", CALL_LINE]);
  });

  it("lets a run that is told to go on go to its end, and fail", async () => {
    const report = await run(MISUSES[0], { keepGoing: true });
    assert.equal(report.findings.length, 1);
    assert.equal(report.verdict, "failed");
    assert.match(report.reason ?? "", /^device: misuses the hardware: writes data address 0x0062/);
    assert.equal(report.uplinks.length, 3);
    assert.deepEqual(
      report.checks.filter(({ ok }) => !ok).map(({ name }) => name),
      ["board: the firmware uses the hardware as its data sheets allow"],
    );
  });
});
