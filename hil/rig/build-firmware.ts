/** The firmware under test, compiled for its board; builds are kept between runs. */
import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Board, BuildError, buildImage, isLuaBoard } from "../../toolchain/image/index.ts";
import type { Firmware } from "./device.ts";
import { imageFirmware } from "./processor-device.ts";
import { RigError } from "./rig-error.ts";
import type { Timeline } from "./timeline.ts";

/** What is built: the example where no application is named. */
export interface FirmwareChoice {
  readonly lorawan: "1.0.4" | "1.1";
  /** The TypeScript file of the application; the sensor example where none is named. */
  readonly app?: string;
  /** Values for `@config` constants of the application and the stack. */
  readonly config?: Readonly<Record<string, number | boolean>>;
}

/** The firmware with an application for a board. Throws RigError where it cannot be built or kept. */
export async function buildFirmware(
  board: Board,
  { lorawan, app, config }: FirmwareChoice,
  timeline: Timeline,
): Promise<Firmware> {
  timeline.add("rig", `compiles the firmware for ${board.name}, LoRaWAN ${lorawan}`);
  // Kept between runs: buildImage leaves gcc out where nothing has changed.
  const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const own = app === undefined && config === undefined ? "" : `-${digest({ app, config })}`;
  const outDir = join(caches, "joinery", `${board.name}-${lorawan}${own}`);
  try {
    mkdirSync(outDir, { recursive: true });
    accessSync(outDir, constants.W_OK);
  } catch (error) {
    const why = (error as Error).message;
    throw new RigError(
      "usage",
      `cannot keep builds: ${why}; name a folder that can be written in XDG_CACHE_HOME`,
    );
  }
  try {
    if (isLuaBoard(board)) throw new RigError("usage", `${board.name} has no machine yet`);
    const image = await buildImage({
      board,
      app,
      config: { ...config, LORAWAN_1_1: lorawan === "1.1" },
      outDir,
    });
    timeline.add("rig", `has an image of ${image.flashBytes} B flash and ${image.ramBytes} B RAM`, true);
    return imageFirmware(image);
  } catch (error) {
    throw error instanceof BuildError ? new RigError(error.kind, error.message) : error;
  }
}

/** A name for the builds of one choice. */
function digest(choice: unknown): string {
  return createHash("sha256").update(JSON.stringify(choice)).digest("hex").slice(0, 12);
}
