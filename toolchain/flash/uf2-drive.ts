/**
 * A boot loader that shows up as a drive and takes UF2 files. It erases the sectors that it writes: the store stays.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { type ProcessorBoard, processorOf, UF2_PAGE_OCTETS, uf2 } from "../image/index.ts";
import { FlashError } from "./errors.ts";
import type { FlashImage } from "./image-file.ts";
import { keepFile } from "./kept-file.ts";
import type { FlashStep, FlashWish } from "./plan.ts";

/** A file that each such drive has (UF2 specification, "INFO_UF2.TXT"). */
const DRIVE_MARK = "INFO_UF2.TXT";

/** What Linux has mounted: device, folder, and more, as proc_mounts(5) says. */
const MOUNTS = "/proc/mounts";

/**
 * Writes the UF2 file beside the image, unless it is there. Throws FlashError where there is something else, or no
 * drive.
 */
export function uf2Steps(board: ProcessorBoard, image: FlashImage, wish: FlashWish): FlashStep[] {
  if (wish.eraseStore) {
    const message =
      "the drive of a boot loader takes one file and is gone: --erase-store needs --method openocd";
    throw new FlashError("usage", message);
  }
  const label = board.flashing!.uf2!.volume;
  const volume = wish.volume ?? mounted(label);
  if (volume === undefined) {
    throw new FlashError(
      "usage",
      `the drive ${label} is not mounted: hold BOOTSEL, press RESET, let go, and mount it, or name its folder by --volume`,
    );
  }
  const uf2Path = image.hexPath.replace(/hex$/, "uf2");
  keepFile(uf2Path, uf2Of(board, image));
  const folder = `${volume.replace(/\/$/, "")}/`;
  return [
    {
      words: ["test", "-f", `${folder}${DRIVE_MARK}`],
      ifFails: `${volume} is not the drive ${label}, which has a file ${DRIVE_MARK}`,
    },
    { words: ["cp", uf2Path, folder], ifFails: `is ${volume} the drive ${label}?` },
  ];
}

function uf2Of(board: ProcessorBoard, { contents: { octets, address }, hexPath }: FlashImage): Buffer {
  if (address % UF2_PAGE_OCTETS !== 0) {
    throw new FlashError(
      "usage",
      `${hexPath} begins at 0x${address.toString(16)}, and UF2 has pages of ${UF2_PAGE_OCTETS} octets: --method openocd takes it`,
    );
  }
  return uf2(octets, address, processorOf(board).uf2Family!);
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
