/** The same functions as an image for the ATmega328P, run on the emulator, against the same known answers. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { createMachine } from "../../../hil/emulator/index.ts";
import { buildImage, type Image, loadProcessorBoard } from "../../../toolchain/image/index.ts";
import { specifyVectors } from "../spec.ts";
import { imageSubject } from "./image-subject.ts";

let image: Image;

function powerUp(store: Uint8Array): Uint8Array {
  const findings: string[] = [];
  const clock = new VirtualClock();
  const machine = createMachine(image, {
    clock,
    eeprom: Uint8Array.from(store),
    onFinding: (finding) => findings.push(finding.message),
  });
  const answer: number[] = [];
  machine.onConsole((octet) => answer.push(octet));
  const isWhole = () => answer.length > 0 && answer.length > answer[0];
  for (let untilMs = 1; !isWhole(); untilMs++) {
    assert.ok(untilMs < 1000, "no answer within a second of the board's time");
    clock.advanceTo(machine.runUntil(untilMs * 1e6));
  }
  assert.deepEqual(findings, []);
  return Uint8Array.from(answer);
}

describe("known answers, on the emulated ATmega328P", () => {
  let outDir: string;

  before(async function () {
    this.timeout(60_000);
    outDir = mkdtempSync(join(tmpdir(), "joinery-vectors-"));
    image = await buildImage({
      board: loadProcessorBoard("pro-mini-rfm95"),
      entry: new URL("runner.ts", import.meta.url).pathname,
      outDir,
    });
  });

  after(() => rmSync(outDir, { recursive: true, force: true }));

  specifyVectors(() => imageSubject(powerUp));
});
