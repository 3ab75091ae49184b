/** What is wrong with a register write that the chip itself would take in silence. */

import { hex } from "../hex.ts";
import { mappingField } from "./interrupts.ts";
import { isLora, modeName, modeOf, onAir, visiblePage } from "./operating-mode.ts";
import { FSK_IMAGE_CAL, loraAccess, PAGE_FIRST, PAGE_LAST, Reg } from "./registers.ts";

/** Checks a write to any register but RegFifo and RegOpMode. A value that is not `stored` is lost. */
export function checkWrite(
  address: number,
  value: number,
  opMode: number,
): { stored: boolean; faults: string[] } {
  const page = visiblePage(opMode);
  const paged = address >= PAGE_FIRST && address <= PAGE_LAST;
  const write = `write of ${hex(value)} to ${hex(address)}`;
  if (page === "fsk" && paged) {
    const faults =
      address === FSK_IMAGE_CAL
        ? []
        : [
            `${write} went to the FSK page, whose modem is not modelled: set LongRangeMode and clear AccessSharedReg first if the LoRa page was meant`,
          ];
    return { stored: true, faults };
  }
  if (!isLora(opMode)) return { stored: address !== Reg.Version, faults: [] };
  const access = loraAccess(address);
  if (access === "read-only") {
    return { stored: false, faults: [`${write}: the register is read-only in LoRa mode`] };
  }
  const faults: string[] = [];
  if (access === "reserved") faults.push(`${write}: the address is reserved in LoRa mode`);
  if (access === "fsk") faults.push(`${write}: the register belongs to the FSK modem`);
  const frequency = address >= Reg.FrfMsb && address <= Reg.FrfLsb;
  const setting = paged && (address >= Reg.ModemConfig1 || address === Reg.FifoTxBaseAddr);
  if (onAir(modeOf(opMode)) && (frequency || setting)) {
    faults.push(
      `${write} changes ${frequency ? "the frequency" : "a modem setting"} in ${modeName(modeOf(opMode))}: go to standby or sleep first`,
    );
  }
  faults.push(...mappingFaults(address, value, write));
  return { stored: true, faults };
}

function mappingFaults(address: number, value: number, write: string): string[] {
  if (address !== Reg.DioMapping1 && address !== Reg.DioMapping2) return [];
  const dios = address === Reg.DioMapping1 ? ([0, 1, 2, 3] as const) : ([4, 5] as const);
  return dios
    .filter((dio) => mappingField(dio, value, value) === 3)
    .map((dio) => `${write}: mapping 3 of DIO${dio} is reserved`);
}
