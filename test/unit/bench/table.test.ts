import assert from "node:assert/strict";
import { commandLine } from "../../bench/main.ts";
import { Progress } from "../../bench/progress.ts";
import { PEER_STACKS, stackTable } from "../../bench/stacks.ts";
import { markdown, median, tableText } from "../../bench/table.ts";

describe("the benchmarks", () => {
  /** What is run for some words, or what is said to them. */
  async function asked(...words: string[]) {
    let run: unknown;
    let said = "";
    const command = commandLine(async (names, options) => {
      run = { names, ...options };
    }).configureOutput({
      writeOut: (text) => {
        said += text;
      },
      writeErr: (text) => {
        said += text;
      },
    });
    try {
      await command.parseAsync(words, { from: "user" });
    } catch (error) {
      return { said, exitCode: (error as { exitCode: number }).exitCode };
    }
    return run;
  }

  it("are all that there are, or those that are named", async () => {
    assert.deepEqual(await asked(), { names: ["compiler", "device", "emulator"] });
    assert.deepEqual(await asked("device", "--json", "--write"), {
      names: ["device"],
      json: true,
      write: true,
    });
  });

  it("say what they are to those who ask for help or name another one", async () => {
    const help = await asked("--help");
    assert.match(
      (help as { said: string }).said,
      /"compiler",\s+"device", "emulator".*--json.*docs\/benchmarks\.md/s,
    );
    assert.equal((help as { exitCode: number }).exitCode, 0);
    const wrong = await asked("speed");
    assert.match((wrong as { said: string }).said, /'speed' is invalid.*compiler, device, emulator/s);
    assert.equal((wrong as { exitCode: number }).exitCode, 1);
  });

  it("tell what they do: in one line of a terminal, in many elsewhere", () => {
    const said = (isTTY: boolean) => {
      let text = "";
      const stream = {
        isTTY,
        write: (octets: string | Uint8Array) => {
          text += octets;
          return true;
        },
      };
      const progress = new Progress(stream);
      progress.say("builds");
      progress.say("joins");
      progress.end();
      return text;
    };
    assert.equal(said(false), "   0 s  builds\n   0 s  joins\n");
    assert.equal(said(true), "\r\x1b[K   0 s  builds\r\x1b[K   0 s  joins\r\x1b[K");
  });

  it("take the middle one of their measurements", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([4, 1, 2, 100]), 3);
  });

  const table = {
    title: "Times",
    head: ["", "ms"],
    rows: [
      ["cold", "1000"],
      ["again", "7"],
    ],
  };

  it("print names to the left and figures to the right", () => {
    assert.equal(tableText(table), "Times\n           ms\n  cold   1000\n  again     7\n");
  });

  it("are tables of a document", () => {
    assert.equal(markdown(table), "**Times**\n\n|  | ms |\n|---|---:|\n| cold | 1000 |\n| again | 7 |");
  });

  it("put whole stacks beside ours, which is a base and what an option adds", () => {
    const figures = { joinCycles: 0, uplinkCycles: 0 };
    const { rows } = stackTable(PEER_STACKS[0], {
      "pro-mini-rfm95": {
        "LoRaWAN 1.0.4": { ...figures, flashBytes: 100, ramBytes: 20, stackBytes: 3 },
        "LoRaWAN 1.1": { ...figures, flashBytes: 10, ramBytes: 2, stackBytes: -1 },
      },
    });
    assert.deepEqual(rows.slice(0, 3), [
      ["this one, LoRaWAN 1.0.4", "100", "20", "3", "23"],
      ["this one, LoRaWAN 1.1", "110", "22", "2", "24"],
      ["MCCI LMIC 6.0.1", "20954", "1163", "131", "1294"],
    ]);
  });
});
