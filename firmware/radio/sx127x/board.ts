/** What the board has, as far as the driver must know. */
import type { Int } from "../../lang/index.ts";

/** Whether the chip is an SX1272 or SX1273, or one of the SX1276 family. @config */
export const IS_SX1272: boolean = false;

/** Whether the antenna hangs on RFO, or on PA_BOOST. @config */
export const RFO: boolean = false;

/** Whether the chip has its clock from a TCXO, or makes it with a crystal. @config */
export const TCXO: boolean = false;

/** How long the TCXO takes to start, in microseconds: 0 where it always runs. @config */
export const TCXO_START_UP_US: Int<0, 100000> = 0;

/** Whether the board turns its antenna switch, or supplies its TCXO, by lines of its own: `radioFrontEnd`. @config */
export const FRONT_END: boolean = false;
