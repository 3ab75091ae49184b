/** A boot loader that shows up as a drive and takes UF2 files. It erases the sectors that it writes: the store stays. */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { ProcessorBoard } from "../image/index.ts";
import { FlashError } from "./errors.ts";
import type { FlashImage } from "./image-file.ts";
import type { FlashStep, FlashWish } from "./plan.ts";

/** What Linux has mounted: device, folder, and more, as proc_mounts(5) says. */
const MOUNTS = "/proc/mounts";

export function uf2Steps(board: ProcessorBoard, { hexPath }: FlashImage, wish: FlashWish): FlashStep[] {
  if (wish.eraseStore) {
    const message =
      "the drive of a boot loader takes one file and is gone: --erase-store needs --method openocd";
    throw new FlashError("usage", message);
  }
  const label = board.flashing!.uf2!.volume;
  const uf2Path = hexPath.replace(/hex$/, "uf2");
  if (!existsSync(uf2Path)) {
    throw new FlashError(
      "usage",
      `there is no ${uf2Path}, which joinery build writes: build the image again`,
    );
  }
  const volume = wish.volume ?? mounted(label);
  if (volume === undefined) {
    throw new FlashError(
      "usage",
      `the drive ${label} is not mounted: hold BOOTSEL, press RESET, let go, and mount it, or name its folder by --volume`,
    );
  }
  return [
    { words: ["cp", uf2Path, `${volume.replace(/\/$/, "")}/`], ifFails: `is ${volume} the drive ${label}?` },
  ];
}

/** The folder that a drive of a label is mounted at: desktops name it after the label. */
function mounted(label: string): string | undefined {
  if (!existsSync(MOUNTS)) return undefined;
  const folders = readFileSync(MOUNTS, "utf8")
    .split("\n")
    .map((line) =>
      (line.split(" ")[1] ?? "").replace(/\\(\d{3})/g, (_, octal) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    );
  return folders.find((folder) => basename(folder) === label);
}
