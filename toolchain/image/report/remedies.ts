/** What to do about an image that takes too much. */
import type { SizeReport } from "./size-report.ts";

const OTHER_FLASH = "or choose a board with more flash (--board)";

/** How an image comes to take less of a memory. */
export function roomIn(memory: "flash" | "ram", { lorawan }: Pick<SizeReport, "lorawan">): string {
  if (memory === "ram") {
    return "make arrays shorter or their elements narrower, make tables that never change const, since those lie in flash, or choose a board with more RAM (--board)";
  }
  return lorawan === "1.0.4"
    ? `leave out what the application does not use, ${OTHER_FLASH}`
    : `leave out what the application does not use, build for LoRaWAN 1.0.4 (--lorawan 1.0.4: some 1 KB less than 1.1), ${OTHER_FLASH}`;
}
