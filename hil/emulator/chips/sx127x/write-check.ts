/** What is wrong with a register write that the chip itself would take in silence. */

import { hex } from "../hex.ts";
import type { Dio } from "../radio-chip.ts";
import { mappingField } from "./interrupts.ts";
import { modeName, modeOf, onAir, visiblePage } from "./operating-mode.ts";
import type { Part } from "./part.ts";
import { FskReg, fskAccess, loraAccess, PAGE_FIRST, PAGE_LAST, Reg } from "./registers.ts";

/**
 * Checks a write to any register but RegFifo and RegOpMode. A value that is not `stored` is lost. `isContinuous`:
 * the FSK modem is in continuous mode.
 */
export function checkWrite(
  part: Part,
  address: number,
  value: number,
  opMode: number,
  isContinuous: boolean,
): { stored: boolean; faults: string[] } {
  const page = visiblePage(opMode);
  const write = `write of ${hex(value)} to ${hex(address)}`;
  const modem = page === "lora" ? "LoRa" : "FSK/OOK";
  const access = page === "lora" ? loraAccess(part, address) : fskAccess(address);
  const hint =
    page === "fsk" ? ": set LongRangeMode and clear AccessSharedReg first if the LoRa page was meant" : "";
  if (access === "read-only") {
    return { stored: false, faults: [`${write}: the register is read-only in ${modem} mode${hint}`] };
  }
  const faults: string[] = [];
  if (access === "reserved") faults.push(`${write}: the address is reserved in ${modem} mode${hint}`);
  if (access === "fsk") faults.push(`${write}: the register belongs to the FSK modem`);
  const mode = modeOf(opMode);
  const frequency = address >= Reg.FrfMsb && address <= Reg.FrfLsb;
  if (onAir(mode) && (frequency || isSetting(address, page))) {
    faults.push(
      `${write} changes ${frequency ? "the frequency" : "a modem setting"} in ${modeName(mode)}: go to standby or sleep first`,
    );
  }
  faults.push(...mappingFaults(address, value, page, write, isContinuous));
  return { stored: true, faults };
}

/** Whether the modem at work makes use of a register. */
function isSetting(address: number, page: "lora" | "fsk"): boolean {
  if (page === "lora") {
    const paged = address >= PAGE_FIRST && address <= PAGE_LAST;
    return paged && (address >= Reg.ModemConfig1 || address === Reg.FifoTxBaseAddr);
  }
  return (
    (address >= FskReg.BitrateMsb && address <= FskReg.FdevLsb) ||
    address === FskReg.RxBw ||
    (address >= FskReg.PreambleMsb && address <= FskReg.PayloadLength)
  );
}

/**
 * Mapping 3 means nothing to any line of the LoRa modem, and nothing to DIO1 of the FSK modem: in continuous mode,
 * where others tell something, it silences that line.
 */
function mappingFaults(
  address: number,
  value: number,
  page: "lora" | "fsk",
  write: string,
  isContinuous: boolean,
): string[] {
  if (address !== Reg.DioMapping1 && address !== Reg.DioMapping2) return [];
  const dios: readonly Dio[] = address === Reg.DioMapping1 ? [0, 1, 2, 3] : [4, 5];
  return dios
    .filter(
      (dio) => (page === "lora" || (dio === 1 && !isContinuous)) && mappingField(dio, value, value) === 3,
    )
    .map((dio) => `${write}: mapping 3 of DIO${dio} is reserved`);
}
