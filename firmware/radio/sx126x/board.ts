/** What the chip is soldered to, as far as its driver must know. */
import type { Int } from "../../lang/index.ts";

/** Whether the board has an SX1262, with its high-power amplifier, or an SX1261. @config */
export const HIGH_POWER: boolean = true;

/** Whether DIO2 drives the switch between the antenna and the chip. @config */
export const RF_SWITCH_ON_DIO2: boolean = true;

/** Whether the board has the inductor of the DC-DC converter. @config */
export const DC_DC: boolean = true;

/** What DIO3 supplies a TCXO with, as SetDIO3AsTCXOCtrl codes it: 0 to 7 for 1.6 to 3.3 V; 8 with a crystal. @config */
export const TCXO_VOLTAGE: Int<0, 8> = 8;

/** `TCXO_VOLTAGE` of a board with a crystal. */
export const NO_TCXO = 8;

/** How long the TCXO takes to start, in microseconds. @config */
export const TCXO_START_UP_US: Int<0, 100000> = 0;
