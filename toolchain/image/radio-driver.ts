/** Which driver the import "#radio" stands for, and what the board decides of it. */
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";
import { isSx126x, type Radio, TCXO_MILLIVOLTS } from "./board-radio.ts";

/** The driver's code for a crystal. */
const NO_TCXO = TCXO_MILLIVOLTS.length;

/** The module behind "#radio" for a chip. */
export function radioDriver(radio: Pick<Radio, "chip">): string {
  return join(packageRoot, "firmware", "radio", isSx126x(radio) ? "sx126x/index.ts" : "sx127x.ts");
}

/** The driver's `@config` constants as the board has them. */
export function radioConfig(radio: Radio): Record<string, number | boolean> {
  if (!isSx126x(radio)) {
    const { tcxo } = radio;
    return {
      IS_SX1272: radio.chip === "sx1272",
      RFO: radio.powerPin === "RFO",
      TCXO: tcxo !== undefined,
      TCXO_START_UP_US: tcxo?.startUpUs ?? 0,
      FRONT_END: radio.frontEnd === "HAL",
    };
  }
  const { tcxo } = radio;
  return {
    HIGH_POWER: radio.chip === "sx1262",
    RF_SWITCH_ON_DIO2: radio.rfSwitch === "DIO2",
    DC_DC: radio.regulator === "DCDC",
    TCXO_VOLTAGE: tcxo === undefined ? NO_TCXO : TCXO_MILLIVOLTS.indexOf(tcxo.millivolts),
    TCXO_START_UP_US: tcxo?.startUpUs ?? 0,
  };
}
