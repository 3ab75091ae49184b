/** `joinery monitor --port` at a pair of pseudo-terminals, one of which stands for the board. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { joineryArguments } from "./support/joinery.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Says the name of its port, then sends what it is told to, line by line; unplugged where its input ends. */
const BOARD = `
import os, sys
master, slave = os.openpty()
print(os.ttyname(slave), flush=True)
for line in sys.stdin:
    os.write(master, line.encode())
os.close(slave)
os.close(master)
`;

describe("joinery monitor", function () {
  this.timeout(120_000);
  let children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    children = [];
  });

  /** What a child has said on a stream, once it says something that matches. */
  function hear(stream: NodeJS.ReadableStream, what: RegExp): Promise<string> {
    let said = "";
    return new Promise((resolve, reject) => {
      stream.on("data", (text) => {
        said += text;
        if (what.test(said)) resolve(said);
      });
      stream.on("end", () => reject(new Error(`it ended with ${JSON.stringify(said)}`)));
    });
  }

  async function plugged(baud = "38400") {
    const board = spawn("python3", ["-c", BOARD], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(board);
    const port = (await hear(board.stdout, /\n/)).trim();
    const monitor = spawn(process.execPath, joineryArguments("monitor", "--port", port, "--baud", baud), {
      cwd: ROOT,
    });
    children.push(monitor);
    const opened = await hear(monitor.stderr, /Ctrl-C ends/);
    assert.match(opened, new RegExp(`the console at ${port}, ${baud} Bd`));
    return { board, monitor, port };
  }

  it("shows what the board sends, as it is, and ends with Ctrl-C", async () => {
    const { board, monitor } = await plugged();
    const shown = hear(monitor.stdout, /\n.*\n/);
    board.stdin.write("joined 1.1\nuplink 0001FF\n");
    assert.equal(await shown, "joined 1.1\nuplink 0001FF\n");
    monitor.kill("SIGINT");
    assert.deepEqual(await once(monitor, "exit"), [0, null]);
  });

  it("takes a rate that no terminal has a name for", async () => {
    const { board, monitor } = await plugged("250000");
    const shown = hear(monitor.stdout, /\n/);
    board.stdin.write("joined 1.1\n");
    assert.equal(await shown, "joined 1.1\n");
  });

  it("refuses a port that another program reads, is not there, or is none", async () => {
    const { port } = await plugged();
    for (const [path, message] of [
      [port, `${port} is in use by another program`],
      ["/dev/ttyNone", "there is no port /dev/ttyNone: "],
      ["/dev/null", "/dev/null is no serial port, or does not take 38400 Bd: "],
    ]) {
      const { status, stderr } = spawnSync(
        process.execPath,
        joineryArguments("monitor", "--port", path, "--baud", "38400"),
        { cwd: ROOT, encoding: "utf8" },
      );
      assert.equal(status, 2, stderr);
      assert.ok(stderr.startsWith(`joinery: ${message}`), stderr);
    }
  });

  it("says that the port is gone when the board is unplugged", async () => {
    const { board, monitor, port } = await plugged();
    const words = hear(monitor.stderr, /gone/);
    board.stdin.end();
    assert.match(await words, new RegExp(`joinery: ${port} is gone: is the board still plugged in\\?`));
    assert.deepEqual(await once(monitor, "exit"), [1, null]);
  });
});
