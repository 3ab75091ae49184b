/**
 * Exported projects, compiled as PlatformIO would: by what platformio.ini states, with what its platforms add where
 * there is no framework, and what the script of the project changes in that. From Debian: gcc-avr, gcc-arm-none-eabi,
 * python3.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildImage, compileForBoard, readImage, sourceFoldersOf } from "../../../toolchain/image/index.ts";
import { boardSources } from "../../../toolchain/platformio/files.ts";
import { platformIoProject } from "../../../toolchain/platformio/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

/**
 * What platforms of PlatformIO give compiler and linker where there is no framework (builder/frameworks/_bare.py of
 * each).
 */
const BARE = {
  atmelavr: {
    gcc: "avr-gcc",
    compile: (mcu: string) =>
      `-std=gnu11 -fno-fat-lto-objects -Os -Wall -ffunction-sections -fdata-sections -flto -mmcu=${mcu}`,
    link: (mcu: string) => `-Os -mmcu=${mcu} -Wl,--gc-sections -flto -fuse-linker-plugin`,
    libraries: ["m"],
  },
  ststm32: {
    gcc: "arm-none-eabi-gcc",
    compile: () => "-Os -ffunction-sections -fdata-sections -Wall -mthumb -mcpu=cortex-m0plus",
    link: () => "-Os -Wl,--gc-sections,--relax -mthumb -mcpu=cortex-m0plus",
    libraries: ["c", "gcc", "m", "stdc++"],
  },
} as const;

/**
 * Runs a script of a project in an environment of SCons' that holds nothing else: what it makes of the linker's words.
 */
const ENVIRONMENT = `
import json, sys
given = json.load(sys.stdin)
class Env:
    flags, libs = [], given["libraries"]
    def GetProjectOption(self, name): return given["options"][name]
    def Append(self, LINKFLAGS): self.flags = self.flags + LINKFLAGS
    def Replace(self, LIBS): self.libs = LIBS
env = Env()
exec(open(sys.argv[1]).read(), {"env": env, "Import": lambda name: None})
print(json.dumps({"flags": env.flags, "libraries": env.libs}))
`;

/** The options of the one environment of a platformio.ini, as Python's configparser reads them. */
function options(folder: string): Record<string, string> {
  const script = `
import configparser, json, sys
ini = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",))
ini.read(sys.argv[1])
print(json.dumps(dict(ini["env:" + ini["platformio"]["default_envs"]])))
`;
  return JSON.parse(
    execFileSync("python3", ["-c", script, join(folder, "platformio.ini")], { encoding: "utf8" }),
  );
}

/**
 * The order in which link-time optimisation sees the files decides what it makes part of what: PlatformIO has its own.
 */
const MOST_APART = 0.03;

/** It also decides where variables lie, and so what is left free between them for their alignment. */
const MOST_PADDING_BYTES = 8;

const words = (text: string) => text.split(/\s+/).filter(Boolean);

describe("a project for PlatformIO", function () {
  this.timeout(300_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-platformio-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const [name, platform, id, mcu] of [
    ["pro-mini-rfm95", "atmelavr", "pro8MHzatmega328", "atmega328p"],
    ["feather-32u4-rfm95", "atmelavr", "feather32u4", "atmega32u4"],
    ["nucleo-l073rz-sx1276", "ststm32", "nucleo_l073rz", ""],
  ] as const) {
    it(`compiles for ${name}, to an image of our size, but for the order of the files`, async () => {
      const board = loadProcessorBoard(name);
      const { files } = platformIoProject(board, compileForBoard({ board }));
      for (const [path, text] of files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const ini = options(folder);
      assert.deepEqual([ini.platform, ini.board, ini.framework], [platform, id, undefined]);
      assert.equal(ini["board_build.f_cpu"], `${board.clockHz}L`);
      assert.equal(ini.monitor_speed, String(board.console.baud));
      assert.equal(ini.extra_scripts, "post:joinery.py");

      const bare = BARE[platform];
      const linked = JSON.parse(
        execFileSync("python3", ["-c", ENVIRONMENT, join(folder, "joinery.py")], {
          encoding: "utf8",
          input: JSON.stringify({ options: ini, libraries: bare.libraries }),
        }),
      );
      const script = ini["board_build.ldscript"];
      const sources = [...files.keys()].filter((path) => path.endsWith(".c"));
      const said = execFileSync(
        bare.gcc,
        [
          ...words(bare.compile(mcu)),
          ...["-Isrc", `-DF_CPU=${ini["board_build.f_cpu"]}`, "-Werror"],
          ...words(ini.build_flags),
          ...words(bare.link(mcu)),
          ...linked.flags,
          ...(script === undefined ? [] : [`-T${script}`]),
          ...sources,
          "-Wl,--start-group",
          ...linked.libraries.map((library: string) => `-l${library}`),
          ...["-Wl,--end-group", "-o", "firmware.elf"],
        ],
        { cwd: folder, encoding: "utf8" },
      );
      assert.equal(said, "");
      const theirs = readImage(board, readFileSync(join(folder, "firmware.elf")));
      const ours = await buildImage({ board, outDir: join(folder, "ours") });
      const ramApart = Math.abs(theirs.ramBytes - ours.ramBytes);
      assert.ok(ramApart <= MOST_PADDING_BYTES, `${theirs.ramBytes} B of RAM, and ours has ${ours.ramBytes}`);
      const apart = Math.abs(theirs.flashBytes - ours.flashBytes) / ours.flashBytes;
      assert.ok(apart <= MOST_APART, `${theirs.flashBytes} B of flash, and ours has ${ours.flashBytes}`);
    });
  }

  it("has the warnings on and off that the page on the generated C names, but for their being errors", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/generated-c.md"), "utf8");
    const [, documented] = /`(-Wall [^`]*)`/.exec(page) ?? [];
    for (const name of ["pro-mini-rfm95", "nucleo-l073rz-sx1276"]) {
      const { files } = platformIoProject(loadProcessorBoard(name), { files: new Map() });
      const flags = words(files.get("platformio.ini") ?? "").filter((word) => /^-W[a-z-]+$/.test(word));
      assert.deepEqual([...flags, "-Werror"], words(documented), name);
    }
  });

  it("takes all C of the board along, whatever it shares with other boards", () => {
    const put = (name: string) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), `/* ${name} */`);
    };
    const names = [
      "mine/hal.c",
      "mine/image.ld",
      "chip/start.c",
      "chip/sections.ld",
      "core/vectors.c",
      "core/core.h",
    ];
    for (const name of [...names, "mine/board.json", "core/README.md"]) put(name);
    const sources = boardSources(["mine", "chip", "core"].map((name) => join(folder, name)));
    assert.deepEqual(Object.fromEntries(sources), {
      "src/board/hal.c": "/* mine/hal.c */",
      "src/chip/start.c": "/* chip/start.c */",
      "src/core/core.h": "/* core/core.h */",
      "src/core/vectors.c": "/* core/vectors.c */",
      "ld/image.ld": "/* mine/image.ld */",
      "ld/sections.ld": "/* chip/sections.ld */",
    });
    for (const name of ["pro-mini-rfm95", "nucleo-l073rz-sx1276"]) {
      const board = loadProcessorBoard(name);
      const { files } = platformIoProject(board, { files: new Map() });
      const own = boardSources(sourceFoldersOf(board));
      assert.ok(
        [...own].every(([path, text]) => files.get(path) === text),
        name,
      );
    }
  });

  it("takes the C of an application along, with the headers beside it", () => {
    const board = loadProcessorBoard("pro-mini-rfm95");
    const own = join(folder, "sensor.c");
    writeFileSync(own, '#include "sensor.h"\n');
    writeFileSync(join(folder, "sensor.h"), "/* */\n");
    const { files } = platformIoProject(board, { files: new Map() }, [own]);
    assert.equal(files.get("src/application/sensor.c"), '#include "sensor.h"\n');
    assert.equal(files.get("src/application/sensor.h"), "/* */\n");
    assert.match(files.get("platformio.ini") ?? "", /^ {2}-Isrc\/application$/m);
  });

  it("is refused for a board that PlatformIO knows with a framework only", () => {
    const board = loadProcessorBoard("feather-rp2040-rfm95");
    assert.throws(() => platformIoProject(board, { files: new Map() }), {
      name: "UsageError",
      message: /board\.json of feather-rp2040-rfm95 has no "platformio"/,
    });
  });
});
