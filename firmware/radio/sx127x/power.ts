/** The amplifier and its limit of current: data sheet, sections 5.4.2 to 5.4.4. */
import type { u8 } from "../../lang/index.ts";
import type { PowerDbm } from "../limits.ts";
import { IS_SX1272, RFO } from "./board.ts";
import { PA_DAC, Register, writeRegister } from "./registers.ts";

/** What the output has: RFO, or PA_BOOST with the setting for +20 dBm from 18 dBm on. */
const RFO_LEAST = IS_SX1272 ? -1 : -4;
export const LEAST_POWER_DBM = RFO ? RFO_LEAST : 2;
const MOST_DBM = RFO ? 14 : 20;
const HIGH_POWER_DBM = 18;

/** RegPaConfig: PA_BOOST; RFO with the most that MaxPower allows. */
const PA_BOOST = 0x80;
const MAX_POWER = 0x70;

/** RegPaDac and RegOcp (100 mA, 240 mA): after reset, and for +20 dBm. */
const PA_DAC_NORMAL = 0x84;
const PA_DAC_HIGH = 0x87;
const OCP_NORMAL = 0x2b;
const OCP_HIGH = 0x3b;

function withinOutput(powerDbm: PowerDbm): PowerDbm {
  if (powerDbm < LEAST_POWER_DBM) return LEAST_POWER_DBM;
  return powerDbm > MOST_DBM ? MOST_DBM : powerDbm;
}

/** RegPaConfig. */
function setOutput(powerDbm: PowerDbm): void {
  const power = withinOutput(powerDbm);
  let config: u8 = 0;
  if (!RFO) config = PA_BOOST | ((power - (power < HIGH_POWER_DBM ? 2 : 5)) & 0x0f);
  else if (IS_SX1272) config = (power + 1) & 0x0f;
  else config = power > 0 ? MAX_POWER | (power & 0x0f) : (power + 4) & 0x0f;
  writeRegister(Register.PaConfig, config);
}

function setLimits(isHigh: boolean): void {
  writeRegister(PA_DAC, isHigh ? PA_DAC_HIGH : PA_DAC_NORMAL);
  writeRegister(Register.Ocp, isHigh ? OCP_HIGH : OCP_NORMAL);
}

/** Sets the output power of a chip that was reset: its limits are those of the lower powers. */
export function setFirstPower(powerDbm: PowerDbm): void {
  if (!RFO && powerDbm >= HIGH_POWER_DBM) setLimits(true);
  setOutput(powerDbm);
}

/** Sets the output power of the transmissions to come: 2 to 20 dBm on PA_BOOST, -4 to 14 dBm on RFO (SX1272: -1 to 14). */
export function setPower(powerDbm: PowerDbm): void {
  if (!RFO) setLimits(powerDbm >= HIGH_POWER_DBM);
  setOutput(powerDbm);
}
