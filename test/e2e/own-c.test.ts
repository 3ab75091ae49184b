/** An application with C of its own, which reaches a pin that the stack knows nothing of. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JoinReport, RigError, runJoin } from "../../hil/rig/index.ts";
import { buildImage, sizeReport } from "../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";

const LANG = JSON.stringify(join(import.meta.dirname, "../../firmware/lang/index.ts"));

/** Turns the level of a pin over before each uplink, and sends what is read back. */
const APP = `import type { Bytes, Int, u8 } from ${LANG};
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 1;
export const MAX_PAYLOAD = 49;
/** Makes the pin an output. @extern lamp_start */
function startLamp(): void {}
/** Turns the lamp over; the level of its pin then. @extern lamp_toggle */
function toggleLamp(): Int<0, 1> {
  return 0;
}
export function setup(): void {
  startLamp();
}
export function sample(payload: Bytes<49>): Int<0, 49> {
  payload[0] = toggleLamp();
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {}
`;

/** By board: on the Pro Mini pin 8, PB0; on the Nucleo LD2, PA5, where the board's radio is not in its way. */
const LAMPS: Readonly<Record<string, string>> = {
  "pro-mini-rfm95": `#include "app.h"
#include <avr/io.h>
#include "lamp.h"
/* The board pulls up every pin that it does not use. */
void lamp_start(void) { PORTB &= (uint8_t)~LAMP; DDRB |= LAMP; }
uint8_t lamp_toggle(void) { PINB = LAMP; return (PINB & LAMP) != 0; }
`,
  "nucleo-l073rz-sx1276": `#include "app.h"
#include "pins.h"
void lamp_start(void) { RCC->IOPENR |= BIT(PORT_B); set_pin_mode(PB14, MODE_OUTPUT); }
uint8_t lamp_toggle(void)
{
    write_pin(PB14, !(port_of(PB14)->ODR & mask_of(PB14)));
    return (port_of(PB14)->IDR & mask_of(PB14)) != 0;
}
`,
};

describe("C of an application", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-own-c-"));
    writeFileSync(join(folder, "app.ts"), APP);
    writeFileSync(join(folder, "lamp.h"), "#define LAMP _BV(PB0)\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (board: string, text: string): Promise<JoinReport> => {
    const c = join(folder, "lamp.c");
    writeFileSync(c, text);
    return runJoin({ app: join(folder, "app.ts"), c: [c], board, lorawan: "1.1", seed: 1 });
  };

  for (const [board, text] of Object.entries(LAMPS)) {
    it(`drives and reads a pin of ${board}`, async () => {
      const report = await run(board, text);
      assert.equal(report.reason, null);
      assert.deepEqual(
        report.uplinks.slice(0, 3).map(({ payload }) => payload),
        ["01", "00", "01"],
      );
    });
  }

  it("measures the supply as docs/hardware.md has it, with its octets by its file", async () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/hardware.md"), "utf8");
    const [app, c] = ["ts", "c"].map((language) => {
      const [, text] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
      const path = join(folder, "page", language === "ts" ? "app.ts" : "battery.c");
      mkdirSync(join(folder, "page"), { recursive: true });
      writeFileSync(path, text.replace('"joinery/lang"', LANG));
      return path;
    });
    const board = loadProcessorBoard("pro-mini-rfm95");
    const image = await buildImage({ app, c: [c], board, outDir: join(folder, "page/build") });
    const part = sizeReport(image).parts.find(({ name }) => name === "battery_millivolts");
    assert.deepEqual([part?.origin, part?.module], ["application", "./battery.c"]);
    const { reason, uplinks } = await runJoin({ app, c: [c], board: board.name, lorawan: "1.1", seed: 1 });
    assert.equal(reason, null);
    assert.equal(Number.parseInt(uplinks[0].payload, 16), 3303);
  });

  it("must declare a function as TypeScript does", async () => {
    const wrong = LAMPS["pro-mini-rfm95"].replace("uint8_t lamp_toggle", "uint16_t lamp_toggle");
    await assert.rejects(run("pro-mini-rfm95", wrong), (error) => {
      assert.ok(error instanceof RigError);
      assert.equal(error.kind, "failed");
      assert.match(error.message, /lamp\.c:6:10: error: conflicting types for 'lamp_toggle'/);
      return true;
    });
  });

  it("is refused by a board that runs Lua", async () => {
    await assert.rejects(run("nodemcu-rfm95", ""), /nodemcu-rfm95 runs a Lua program, which can hold no C/);
  });
});
