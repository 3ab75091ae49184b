/** A serial port of which the far end is in the same process. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { openConsole } from "../../../hil/rig/device-body.ts";
import { openPtyPair, type PtyPair } from "../../../hil/rig/pty-pair.ts";
import { openSerialPort } from "../../../toolchain/serial/index.ts";

const BAUD = 57_600;
/** Wall time for what comes at once, on a busy machine too. */
const LIMIT_MS = 30_000;

function deferred<T>(): [Promise<T>, (value: T) => void] {
  let settle!: (value: T) => void;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return [promise, settle];
}

function inTime<T>(what: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("nothing came")), LIMIT_MS);
  });
  return Promise.race([what, late]).finally(() => clearTimeout(timer));
}

describe("the console of a board at a serial port", () => {
  let pair: PtyPair;
  before(async () => {
    pair = await openPtyPair();
  });
  after(() => pair?.close());

  it("is read line by line, however it comes", async () => {
    const lines: string[] = [];
    const [ended, end] = deferred<void>();
    const near = await openConsole(pair.rig, {
      baud: BAUD,
      onConsoleLine: (line) => {
        lines.push(line);
        if (line === "end") end();
      },
      onLost: assert.fail,
    });
    const far = await openSerialPort(pair.board, BAUD, () => {});
    for (const text of ["boot LoRa", "WAN 1.1\njoi", "ning 0 DR5\r\n\n", "end\n"])
      far.write(Buffer.from(text));
    await inTime(ended);
    assert.deepEqual(lines, ["boot LoRaWAN 1.1", "joining 0 DR5", "", "end"]);
    for (const port of [near, far]) {
      port.close();
      await port.closed;
    }
    await pair.close();
    assert.ok(!existsSync(dirname(pair.rig)), "nothing of the pair is left");
  });

  it("cannot be had where there is no such port", async () => {
    const options = { baud: BAUD, onConsoleLine: () => {}, onLost: () => {} };
    await assert.rejects(openConsole("/dev/joinery-nosuch", options), {
      name: "RigError",
      message: /^there is no port \/dev\/joinery-nosuch/,
    });
  });
});
