/** The firmware under test, compiled for its board; builds are kept between runs. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import {
  type Board,
  BuildError,
  buildImage,
  buildLuaProgram,
  isLuaBoard,
  type LuaBoard,
  OutputError,
  type ProcessorBoard,
  writingTo,
} from "../../toolchain/image/index.ts";
import { type RegionChoice, regionsOf, regionText } from "../../toolchain/regions/index.ts";
import { buildLuaHost, type LuaDialect, LuaHostError } from "../emulator/index.ts";
import { type BootableData, type BuiltFirmware, bootableData, firmwareOf } from "./built-firmware.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { Firmware } from "./device.ts";
import { RigError } from "./rig-error.ts";
import type { Timeline } from "./timeline.ts";

/** What is built: the example where no application is named. */
export interface FirmwareChoice {
  readonly lorawan: "1.0.4" | "1.1";
  /** EU868 where not given. Of several the image has the plans. */
  readonly region?: RegionChoice;
  /** The TypeScript file of the application; the sensor example where none is named. */
  readonly app?: string;
  /** Values for `@config` constants of the application and the stack. */
  readonly config?: Readonly<Record<string, number | boolean>>;
  /** The project's joinery.json, as `readProject` gives it: what is wrong with a value of its "config" is shown there. */
  readonly file?: string;
  /** C files of the application, by absolute path: what "c" of joinery.json names. Not for a board that runs Lua. */
  readonly c?: readonly string[];
  /** The Lua of a board that runs Lua; 5.1 where none is named. */
  readonly lua?: LuaDialect;
  /** Texts that take the place of the firmware's files, by absolute path. */
  readonly sources?: Readonly<Record<string, string>>;
  /** The image is for a debugger: the addresses of its lines are right, and it is some octets larger for it. */
  readonly exactLines?: boolean;
}

/** What the two kinds of boards build from. */
interface Build {
  readonly app?: string;
  readonly region?: RegionChoice;
  readonly c?: readonly string[];
  readonly config: Readonly<Record<string, number | boolean>>;
  readonly configFile?: string;
  readonly sources?: Readonly<Record<string, string>>;
  readonly outDir: string;
}

/** The firmware with an application for a board. Throws RigError where it cannot be built or kept. */
export async function buildFirmware(
  board: Board,
  choice: FirmwareChoice,
  timeline: Timeline,
): Promise<Firmware> {
  const built = await build(board, choice, timeline);
  const firmware = firmwareOf(bootableData(built));
  return "image" in built ? { ...firmware, image: built.image } : firmware;
}

/** The same as data, which other threads can have. */
export async function buildData(
  board: Board,
  choice: FirmwareChoice,
  timeline: Timeline,
): Promise<BootableData> {
  return bootableData(await build(board, choice, timeline));
}

async function build(
  board: Board,
  { lorawan, region, app, c, config, file, lua, sources, exactLines = false }: FirmwareChoice,
  timeline: Timeline,
): Promise<BuiltFirmware> {
  if (lua !== undefined && !isLuaBoard(board)) {
    throw new RigError("usage", `${board.name} runs no Lua: leave the version of Lua out`);
  }
  const what = app === undefined ? "the sensor example" : basename(app);
  timeline.add(
    "rig",
    `compiles the firmware with ${what} for ${board.name}, LoRaWAN ${lorawan}, ${regionText(region)}`,
  );
  const isOwn = [app, config, sources].some((chosen) => chosen !== undefined);
  const own = isOwn ? `-${digest({ app, c, config, sources })}` : "";
  const options = { ...config, LORAWAN_1_1: lorawan === "1.1" };
  const build = { app, c, region, config: options, configFile: file, sources };
  const name = `${board.name}-${lorawan}-${regionsOf(region).join("-")}${own}`;
  try {
    // Kept between runs: where nothing has changed gcc need not run again.
    return await writingTo(cacheFolder(), () => {
      if (isLuaBoard(board)) {
        const dialect = lua ?? "5.1";
        return programOf(board, dialect, { ...build, outDir: keptIn(`${name}-lua${dialect}`) }, timeline);
      }
      const outDir = keptIn(exactLines ? `${name}-debugger` : name);
      return imageOf(board, { ...build, outDir, exactLines }, timeline);
    });
  } catch (error) {
    if (error instanceof OutputError) {
      throw new RigError("usage", `${error.message}; name a folder that can be written in XDG_CACHE_HOME`);
    }
    if (error instanceof BuildError) throw new RigError(error.kind, error.message, error.diagnostics);
    throw error instanceof LuaHostError ? new RigError(error.kind, error.message) : error;
  }
}

async function imageOf(
  board: ProcessorBoard,
  build: Build & { readonly exactLines: boolean },
  timeline: Timeline,
): Promise<BuiltFirmware> {
  const image = await buildImage({ board, ...build });
  timeline.add("rig", `has an image of ${image.flashBytes} B flash and ${image.ramBytes} B RAM`, true);
  return { image };
}

async function programOf(
  board: LuaBoard,
  dialect: LuaDialect,
  build: Build,
  timeline: Timeline,
): Promise<BuiltFirmware> {
  const host = buildLuaHost(dialect, cacheFolder());
  const program = await buildLuaProgram({ board, dialect, ...build });
  timeline.add("rig", `has a program of ${program.bundleBytes} B for Lua ${dialect}`, true);
  return { program, host };
}

function keptIn(name: string): string {
  return join(cacheFolder(), name);
}

/** A name for the builds of one choice. */
function digest(choice: unknown): string {
  return createHash("sha256").update(JSON.stringify(choice)).digest("hex").slice(0, 12);
}
