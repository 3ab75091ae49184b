/**
 * `joinery debug` and `joinery monitor --emulated`: a board that no gateway hears. From Debian: gdb-avr, gdb-multiarch.
 */
import assert from "node:assert/strict";
import { exec, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { runLoneBoard } from "../../hil/rig/index.ts";
import { boardNames, isLuaBoard, loadBoard } from "../../toolchain/image/index.ts";
import { joinery } from "./support/in-process.ts";
import { joineryArguments, ROOT } from "./support/joinery.ts";

const FRAMES = "firmware/lorawan/join-frames.ts";
const LINES = readFileSync(join(ROOT, FRAMES), "utf8").split("\n");
/** The lines that write MHDR of a join-request, and take its MIC when it is written: from 1. */
const MHDR = LINES.indexOf("  frame[PHY] = FrameType.JoinRequest << 5;") + 1;
const MIC = LINES.indexOf("  cmac(key, frame, PHY, PHY + JOIN_REQUEST_LENGTH - MIC_LENGTH, mic);") + 1;
/** The command for gdb: behind it stands an example, and a blank line. */
const COMMAND = /^ {2}(\S*gdb[^\n]*)\n\n.*\n\n$/ms;

describe("a board by itself", function () {
  this.timeout(300_000);
  let interrupt: AbortController;
  let running: Promise<unknown>;
  beforeEach(() => {
    interrupt = new AbortController();
    running = Promise.resolve();
  });
  afterEach(async () => {
    interrupt.abort();
    await running;
  });

  /** `joinery debug` with the board waiting: all that it says, and the command for gdb among that. */
  function waiting(board: string): Promise<{
    said: () => string;
    command: string;
    ended: Promise<number>;
  }> {
    let said = "";
    return new Promise((resolve, reject) => {
      const onStderr = (text: string) => {
        said += text;
        const shown = COMMAND.exec(said);
        if (shown) resolve({ said: () => said, command: shown[1], ended });
      };
      const words = ["debug", "--board", board, "--port", "0"];
      const ended = joinery(words, { onStderr, interrupt: interrupt.signal }).then(({ status }) => status);
      running = ended.then((status) => reject(new Error(`ended with ${status} before it waited:\n${said}`)));
    });
  }

  /** What gdb prints, started by the printed command, in answer to commands. */
  async function answers(command: string, script: readonly string[]): Promise<string> {
    const words = ["set confirm off", "set width 0", ...script].map((line) => `-ex '${line}'`).join(" ");
    const { stdout, stderr } = await promisify(exec)(`exec ${command} -batch -nx ${words}`, {
      timeout: 120_000,
    });
    return stdout + stderr;
  }

  for (const [board, gdb] of [
    ["pro-mini-rfm95", "avr-gdb"],
    ["nucleo-l073rz-sx1276", "gdb-multiarch"],
  ]) {
    it(`stops ${gdb} at a line of the join-request on ${board}, steps and reads the frame`, async () => {
      const { said, command, ended } = await waiting(board);
      assert.equal(command.split(" ")[0], gdb);
      const printed = await answers(command, [
        `break ${FRAMES}:${MHDR}`,
        "continue",
        "next",
        "print/x frame_frame[17]",
        "delete",
        `break ${FRAMES}:${MIC}`,
        "continue",
        "print/x frame_frame[17]",
        "print/x frame_frame[24]",
        "kill",
      ]);
      const stop = (number: number, line: number) =>
        new RegExp(`^Breakpoint ${number}, .*${FRAMES}:${line}\\n${line}\\t`, "m");
      assert.match(printed, stop(1, MHDR));
      assert.match(printed, new RegExp(`^${MHDR + 1}\\t`, "m"));
      assert.match(printed, stop(2, MIC));
      // JoinEUI 0200000000000B01, least significant octet first, stands behind MHDR.
      assert.deepEqual(printed.match(/^\$\d = .*$/gm), ["$1 = 0x0", "$2 = 0x1", "$3 = 0x2"], printed);
      assert.equal(await ended, 0, said());
    });

    it(`steps by ${gdb} from statement to statement on ${board}, not into what copies octets`, async () => {
      const { said, command, ended } = await waiting(board);
      const printed = await answers(command, [
        `break ${FRAMES}:${MHDR}`,
        "continue",
        ...Array.from({ length: 5 }, () => "step"),
        "print/x frame_frame[18]",
        "kill",
      ]);
      assert.match(printed, new RegExp(`^Breakpoint 1, .*${FRAMES}:${MHDR}\n${MHDR}\t`, "m"));
      const stops = [...printed.matchAll(/^(\d+)\t/gm)].map(([, line]) => Number(line));
      assert.doesNotMatch(printed, /memmove|memcpy|newlib/, printed);
      for (const line of [MHDR, MHDR + 1, MHDR + 2, MHDR + 3]) assert.ok(stops.includes(line), printed);
      assert.match(printed, /^\$1 = 0xb$/m, printed);
      assert.equal(await ended, 0, said());
    });
  }

  for (const board of boardNames().filter((name) => !isLuaBoard(loadBoard(name)))) {
    it(`stops on ${board} where its printed example says, which the page on debugging says too`, async () => {
      const { said, command, ended } = await waiting(board);
      const example = /^then for example: (break .*)\.$/m.exec(said())?.[1].split(", ") ?? [];
      const page = readFileSync(join(ROOT, "docs/generated-c.md"), "utf8");
      const [, ofPage] = /In gdb:\n\n```\n(.*?)```/s.exec(page) ?? [];
      assert.deepEqual(
        ofPage
          ?.trim()
          .split("\n")
          .map((line) => line.replace(/ +#.*/, "")),
        example,
      );
      assert.match(said(), /joinery hil run join --gdb/);
      const printed = await answers(command, example);
      const [, name] = /^break (\w+)$/.exec(example[0]) ?? [];
      assert.match(printed, new RegExp(`^Breakpoint 1, ${name} \\(.* at ${FRAMES}:\\d+\\n`, "m"));
      assert.match(printed, /^\$1 = \{0x0/m);
      assert.match(printed, /^\[Inferior 1 \(Remote target\) detached\]$/m);
      assert.equal(await ended, 0, said());
    });
  }

  it("is debugged by a process that ends when gdb kills the program", async () => {
    const child = spawn(process.execPath, joineryArguments("debug", "--port", "0"), { cwd: ROOT });
    try {
      const ended = once(child, "exit");
      let said = "";
      const command = await new Promise<string>((resolve) => {
        child.stderr.setEncoding("utf8").on("data", (text) => {
          said += text;
          const [, shown] = COMMAND.exec(said) ?? [];
          if (shown !== undefined) resolve(shown);
        });
      });
      await answers(command, ["kill"]);
      assert.deepEqual(await ended, [0, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("shows what the firmware says, up to a limit of the board's time, in no more than it takes", async () => {
    const lines: string[] = [];
    const begunMs = performance.now();
    const run = (realTime: boolean, limitS: number) =>
      runLoneBoard({
        ...{
          board: "pro-mini-rfm95",
          lorawan: "1.1",
          seed: 1,
          realTime,
          limitS,
          end: new AbortController().signal,
        },
        onConsoleLine: (line) => lines.push(line),
        onNotice: () => {},
      });
    assert.equal(await run(false, 60), "limit");
    assert.match(lines.join("\n"), /join/);
    const fastMs = performance.now() - begunMs;
    assert.ok(fastMs < 60_000, `${fastMs}`);
    const againMs = performance.now();
    assert.equal(await run(true, 2), "limit");
    assert.ok(performance.now() - againMs >= 1990);
  });

  it("ends when it is told to, while it sleeps in real time", async () => {
    const end = new AbortController();
    const begun = {
      board: "pro-mini-rfm95",
      lorawan: "1.1",
      seed: 1,
      realTime: true,
      end: end.signal,
    } as const;
    const onConsoleLine = () => setTimeout(() => end.abort(), 50);
    assert.equal(await runLoneBoard({ ...begun, onConsoleLine, onNotice: () => {} }), "ended");
  });
});
