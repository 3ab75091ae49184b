/**
 * A project that PlatformIO compiles as it is: the generated C, the C of the board and of its processor, the linker
 * script, and the flags of our own image. There is no framework in it, since the firmware has a HAL and start code of
 * its own.
 *
 * PlatformIO gives `build_flags` to the compiler alone; what the linker needs goes there by `joinery.py`.
 */
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import {
  type GeneratedC,
  type ProcessorBoard,
  type ProjectFlags,
  projectFlags,
  sourceFoldersOf,
  UsageError,
} from "../image/index.ts";
import { boardSources, filesIn, folderOf, LINKER_SCRIPT } from "./files.ts";

export interface PlatformIoProject {
  /** Texts by path in the folder of the project, with "/". */
  readonly files: ReadonlyMap<string, string>;
}

const SCRIPT_NAME = "joinery.py";

const SCRIPT = `# What the linker needs, from platformio.ini: PlatformIO gives build_flags to the compiler alone.
Import("env")

env.Append(LINKFLAGS=env.GetProjectOption("custom_link_flags").split())
env.Replace(LIBS=env.GetProjectOption("custom_libraries").split())
`;

const IGNORED = ".pio\n";

/**
 * The project of a firmware for a board. `ownC`: the C files of the application, which go along with the headers beside
 * them. Throws UsageError for a board that PlatformIO does not know without a framework.
 */
export function platformIoProject(
  board: ProcessorBoard,
  generated: Pick<GeneratedC, "files">,
  ownC: readonly string[] = [],
): PlatformIoProject {
  const { platformio } = board;
  if (platformio === undefined) {
    throw new UsageError(
      `board.json of ${board.name} has no "platformio": PlatformIO has no board that is its like and does without a framework`,
    );
  }
  const files = new Map<string, string>([
    ...folderOf("src/firmware", generated.files),
    ...boardSources(sourceFoldersOf(board)),
    ...ownC.flatMap((path, index) => application(path, ownC.length > 1 ? `-${index + 1}` : "")),
    [SCRIPT_NAME, SCRIPT],
    [".gitignore", IGNORED],
  ]);
  const folders = [...new Set([...files.keys()].filter((path) => path.startsWith("src/")).map(dirname))];
  files.set(
    "platformio.ini",
    ini(
      board,
      platformio,
      folders,
      [...files.keys()].some((path) => LINKER_SCRIPT.test(path)),
    ),
  );
  return { files };
}

/** Files of several folders may have one name. */
function application(path: string, suffix: string): [string, string][] {
  const headers = filesIn(dirname(path), /\.h$/);
  return folderOf(
    `src/application${suffix}`,
    new Map([[basename(path), readFileSync(path, "utf8")], ...headers]),
  );
}

function ini(
  board: ProcessorBoard,
  platformio: NonNullable<ProcessorBoard["platformio"]>,
  folders: readonly string[],
  hasScript: boolean,
): string {
  const { compile, link, libraries }: ProjectFlags = projectFlags(board);
  const list = (words: readonly string[]) => words.map((word) => `\n  ${word}`).join("");
  return `; ${board.title}
; Made by joinery export platformio from TypeScript: changes here are lost at the next export.
[platformio]
default_envs = ${board.name}

[env:${board.name}]
platform = ${platformio.platform}
board = ${platformio.board}
board_build.f_cpu = ${board.clockHz}L
${hasScript ? "board_build.ldscript = ld/image.ld\n" : ""}monitor_speed = ${board.console.baud}
extra_scripts = post:${SCRIPT_NAME}
build_flags =${list([...folders.map((folder) => `-I${folder}`), ...compile])}
custom_link_flags =${list([...(hasScript ? ["-Lld"] : []), ...link])}
custom_libraries =${list(libraries)}
`;
}
