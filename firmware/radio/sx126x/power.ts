/** The amplifier and its limits: SX1261/2 data sheet, sections 13.1.14, 13.4.4 and 15.2. */
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import { u8 } from "../../lang/index.ts";
import type { PowerDbm } from "../limits.ts";
import { HIGH_POWER } from "./board.ts";
import { begin, command2, Op, Register, readRegister, writeRegister } from "./commands.ts";
import { sleepRadio, wake } from "./modes.ts";

/** What SetTxParams takes. The SX1261 reaches 15 dBm at 14 with another configuration. */
export const LEAST_POWER_DBM = HIGH_POWER ? -9 : -17;
const MOST_SETTING = HIGH_POWER ? 22 : 14;

/** SetPaConfig for all powers, SetTxParams, and the current limit, last because SetPaConfig resets it. */
export function setAmplifier(powerDbm: PowerDbm): void {
  begin(Op.SetPaConfig);
  if (HIGH_POWER) {
    radioTransfer(0x04);
    radioTransfer(0x07);
    radioTransfer(0x00);
  } else {
    radioTransfer(powerDbm > MOST_SETTING ? 0x06 : 0x04);
    radioTransfer(0x00);
    radioTransfer(0x01);
  }
  radioTransfer(0x01);
  radioSelect(false);
  let setting: PowerDbm = powerDbm;
  if (setting > MOST_SETTING) setting = MOST_SETTING;
  if (setting < LEAST_POWER_DBM) setting = LEAST_POWER_DBM;
  command2(Op.SetTxParams, u8(setting), 0x02); // ramp of 40 microseconds
  if (HIGH_POWER) {
    writeRegister(Register.Ocp, 0x38);
    // Known limitation 15.2: resistance of the amplifier against a mismatch of the antenna.
    writeRegister(Register.TxClampConfig, readRegister(Register.TxClampConfig) | 0x1e);
  } else {
    writeRegister(Register.Ocp, 0x18);
  }
}

/** Sets the output power of the transmissions to come: -9 to 22 dBm of the SX1262, -17 to 15 dBm of the SX1261. */
export function setPower(powerDbm: PowerDbm): void {
  wake();
  setAmplifier(powerDbm);
  sleepRadio();
}
