/** What the board has, as far as the driver must know. */

/** Whether the chip is an SX1272 or SX1273, or one of the SX1276 family. @config */
export const IS_SX1272: boolean = false;

/** Whether the antenna hangs on RFO, or on PA_BOOST. @config */
export const RFO: boolean = false;
