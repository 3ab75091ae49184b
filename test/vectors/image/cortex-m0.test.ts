/**
 * The same functions as an image for a Cortex-M0, against the same known answers: on the core of the emulated boards,
 * and on qemu's as an independent judge of that core. qemu comes from Debian: apt-get install qemu-system-arm.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { specifyVectors } from "../spec.ts";
import { buildProgram, hasQemu, type Program, runEmulated, runQemu } from "./cortex-m0/program.ts";
import { imageSubject } from "./image-subject.ts";

describe("known answers, as an image for a Cortex-M0", () => {
  let folder: string;
  let program: Program;

  before(async function () {
    this.timeout(60_000);
    folder = mkdtempSync(join(tmpdir(), "joinery-vectors-"));
    program = await buildProgram(folder);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("on the core of the emulated boards", () => {
    specifyVectors(() => imageSubject((store) => runEmulated(program, store)));
  });

  describe("on that core, with the round keys kept and TS004-1.0.0", () => {
    let scheduled: Program;
    let scheduledFolder: string;
    before(async function () {
      this.timeout(60_000);
      scheduledFolder = mkdtempSync(join(tmpdir(), "joinery-vectors-"));
      scheduled = await buildProgram(scheduledFolder, { KEY_SCHEDULE: true, FRAGMENTATION_V1: true });
    });
    after(() => rmSync(scheduledFolder, { recursive: true, force: true }));

    specifyVectors(() => imageSubject((store) => runEmulated(scheduled, store)), 1);
  });

  describe("on qemu, octet for octet what the emulated core says", () => {
    if (!hasQemu()) {
      it("cannot be asked: qemu-system-arm is not installed (apt-get install qemu-system-arm)");
      return;
    }
    specifyVectors(() =>
      imageSubject((store) => {
        const theirs = runQemu(program, store);
        assert.deepEqual(runEmulated(program, store), theirs);
        return theirs;
      }),
    );
  });
});
