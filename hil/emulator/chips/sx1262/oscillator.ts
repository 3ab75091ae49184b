/** The 32 MHz oscillator, a crystal or a TCXO that DIO3 supplies: SX1261/2 datasheet, sections 4.4 and 13.3.6. */
import type { BoardTraits } from "./board-traits.ts";
import type { Settings } from "./chip-state.ts";
import { timeoutNs } from "./timing.ts";

/** Nanoseconds until it runs beyond those of the change of mode, or why `command` does not get it to run. */
export function oscillatorStart(
  command: string,
  { tcxo: supplied }: Settings,
  { tcxo }: BoardTraits,
): { readonly delayNs: number } | { readonly fault: string } {
  if (supplied === undefined) {
    if (tcxo === undefined) return { delayNs: 0 };
    return { fault: `${command}: the board's TCXO has no supply, send SetDIO3AsTCXOCtrl first` };
  }
  if (tcxo === undefined) {
    return {
      fault: `${command}: the chip waits for a TCXO (SetDIO3AsTCXOCtrl), but the board has a crystal`,
    };
  }
  const delayNs = timeoutNs(supplied.delaySteps);
  if (delayNs >= tcxo.startUpUs * 1000) return { delayNs };
  return {
    fault: `${command}: the TCXO starts in ${tcxo.startUpUs} us, SetDIO3AsTCXOCtrl gives it ${delayNs / 1000} us`,
  };
}
