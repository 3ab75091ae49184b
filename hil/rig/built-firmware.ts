/** What was built for a board, of which any thread makes what boots. */
import type { Image, LuaProgram } from "../../toolchain/image/index.ts";
import type { LuaHost } from "../emulator/index.ts";
import type { Firmware } from "./device.ts";
import { luaFirmware } from "./lua-device.ts";
import { type BootableImage, imageFirmware } from "./processor-device.ts";

export type BuiltFirmware =
  | { readonly image: Image }
  | { readonly program: LuaProgram; readonly host: LuaHost };

/** Data alone, which goes to other threads. */
export type BootableData = Exclude<BuiltFirmware, { image: Image }> | { readonly image: BootableImage };

export function bootableData(built: BuiltFirmware): BootableData {
  if (!("image" in built)) return built;
  const { board, elf, elfPath, flash, flashBytes, ramBytes, ramEnd, sourceSymbols } = built.image;
  return { image: { board, elf, elfPath, flash, flashBytes, ramBytes, ramEnd, sourceSymbols } };
}

export function firmwareOf(built: BootableData): Firmware {
  return "image" in built ? imageFirmware(built.image) : luaFirmware(built.program, built.host);
}
