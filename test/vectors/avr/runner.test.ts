/** The same functions as an image for the ATmega328P, run on the emulator, against the same known answers. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PHY } from "../../../firmware/lorawan/frame.ts";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { createMachine } from "../../../hil/emulator/index.ts";
import { buildImage, type Image, loadProcessorBoard } from "../../../toolchain/image/index.ts";
import { specifyVectors } from "../spec.ts";
import type { Subject } from "../subject.ts";
import { Input, Operation } from "./runner.ts";

interface Inputs {
  readonly kind?: number;
  readonly direction?: number;
  readonly dataRate?: number;
  readonly channel?: number;
  readonly number16?: number;
  readonly fCnt?: number;
  readonly key?: Uint8Array;
  readonly joinEui?: Uint8Array;
  readonly devEui?: Uint8Array;
  readonly devAddr?: Uint8Array;
  readonly message?: Uint8Array;
  /** Where the message stands in the frame buffer. */
  readonly at?: number;
}

let image: Image;

/** Powers a board up with `operation` and its inputs in the EEPROM, and returns what it answers. */
function compute(operation: Operation, inputs: Inputs): Uint8Array {
  const { message = new Uint8Array(0), at = PHY } = inputs;
  const eeprom = Buffer.alloc(image.board.eepromBytes);
  eeprom[Input.Operation] = operation;
  eeprom[Input.Kind] = inputs.kind ?? 0;
  eeprom[Input.Direction] = inputs.direction ?? 0;
  eeprom[Input.Length] = message.length;
  eeprom[Input.DataRate] = inputs.dataRate ?? 0;
  eeprom[Input.Channel] = inputs.channel ?? 0;
  eeprom.writeUInt16LE(inputs.number16 ?? 0, Input.Number16);
  eeprom.writeUInt32LE(inputs.fCnt ?? 0, Input.FCnt);
  eeprom.set(inputs.key ?? [], Input.Key);
  eeprom.set(inputs.joinEui ?? [], Input.JoinEui);
  eeprom.set(inputs.devEui ?? [], Input.DevEui);
  eeprom.set(inputs.devAddr ?? [], Input.DevAddr);
  eeprom.set(message, Input.Frame + at);

  const findings: string[] = [];
  const clock = new VirtualClock();
  const machine = createMachine(image, {
    clock,
    eeprom: Uint8Array.from(eeprom),
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
  return Uint8Array.from(answer.slice(1));
}

const board: Subject = {
  encryptBlock: (key, block) => compute(Operation.EncryptBlock, { key, message: block, at: 0 }),
  doubleBlock: (block) => compute(Operation.DoubleBlock, { message: block, at: 0 }),
  cmac: (key, message) => compute(Operation.Cmac, { key, message, at: 0 }),
  sessionKey10: (key, kind, message, number16) =>
    compute(Operation.SessionKey10, { key, kind, message, number16 }),
  sessionKey11: (key, kind, message, joinEui, number16) =>
    compute(Operation.SessionKey11, { key, kind, message, joinEui, number16 }),
  joinServerKey: (key, kind, devEui) => compute(Operation.JoinServerKey, { key, kind, devEui }),
  joinRequest: (joinEui, devEui, number16, key) =>
    compute(Operation.JoinRequest, { joinEui, devEui, number16, key }),
  decryptJoinAccept: (message, key) => compute(Operation.DecryptJoinAccept, { message, key }),
  hasJoinAcceptMic10: (message, key) => compute(Operation.JoinAcceptMic10, { message, key })[0] === 1,
  hasJoinAcceptMic11: (message, joinEui, number16, key) =>
    compute(Operation.JoinAcceptMic11, { message, joinEui, number16, key })[0] === 1,
  crypt: (key, kind, message, direction, devAddr, fCnt) =>
    compute(Operation.Crypt, { key, kind, message, direction, devAddr, fCnt }),
  cmacB0: (key, message, direction, number16, devAddr, fCnt) =>
    compute(Operation.CmacB0, { key, message, direction, number16, devAddr, fCnt }),
  cmacB1: (key, message, number16, dataRate, channel, devAddr, fCnt) =>
    compute(Operation.CmacB1, { key, message, number16, dataRate, channel, devAddr, fCnt }),
};

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

  specifyVectors(() => board);
});
