/** Which driver the import "#radio" stands for, and what the board decides of it. */
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";

/** `radio` of a `board.json` whose chip is an SX1261 or SX1262. */
export interface Sx126xRadio {
  readonly chip: "sx1261" | "sx1262";
  /** Whether DIO2 drives the switch between the antenna and the chip. */
  readonly rfSwitch: "DIO2" | "none";
  /** "LDO": the board lacks the inductor of the DC-DC converter. */
  readonly regulator: "DCDC" | "LDO";
  /** The oscillator that DIO3 supplies; a crystal where not given. */
  readonly tcxo?: { readonly millivolts: number; readonly startUpUs: number };
}

/** SetDIO3AsTCXOCtrl: the supplies that its codes 0 to 7 stand for (SX1261/2 data sheet, table 13-35). */
export const TCXO_MILLIVOLTS: readonly number[] = [1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300];

/** The driver's code for a crystal. */
const NO_TCXO = TCXO_MILLIVOLTS.length;

export function isSx126x(radio: { readonly chip: string }): radio is Sx126xRadio {
  return radio.chip === "sx1261" || radio.chip === "sx1262";
}

/** The module behind "#radio" for a chip. */
export function radioDriver(radio: { readonly chip: string }): string {
  return join(packageRoot, "firmware", "radio", isSx126x(radio) ? "sx126x.ts" : "sx127x.ts");
}

/** The driver's `@config` constants as the board has them. Throws RangeError for a TCXO that DIO3 cannot supply. */
export function radioConfig(radio: { readonly chip: string }): Record<string, number | boolean> {
  if (!isSx126x(radio)) return {};
  const { tcxo } = radio;
  const voltage = tcxo === undefined ? NO_TCXO : TCXO_MILLIVOLTS.indexOf(tcxo.millivolts);
  if (voltage < 0) {
    throw new RangeError(
      `radio.tcxo.millivolts is ${tcxo?.millivolts}; DIO3 supplies one of: ${TCXO_MILLIVOLTS.join(", ")}`,
    );
  }
  return {
    HIGH_POWER: radio.chip === "sx1262",
    RF_SWITCH_ON_DIO2: radio.rfSwitch === "DIO2",
    DC_DC: radio.regulator === "DCDC",
    TCXO_VOLTAGE: voltage,
    TCXO_START_UP_US: tcxo?.startUpUs ?? 0,
  };
}
