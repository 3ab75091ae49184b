/**
 * Output power and what protects the amplifier: datasheet sections 5.4.2 to 5.4.4, registers 0x09, 0x0A, 0x0B, 0x4D
 * (SX1272: 0x5A).
 */
import { hex } from "../hex.ts";
import type { Part } from "./part.ts";
import { Reg, type Registers } from "./registers.ts";

const PA_BOOST = 0x80;
/** RegPaDac for +20 dBm on PA_BOOST. */
const HIGH_POWER = 0x87;
/** Supply current on PA_BOOST at +20 and +17 dBm (datasheet table 6): a lower limit cuts the transmission short. */
const CURRENTS_MA: ReadonlyArray<readonly [leastDbm: number, currentMa: number]> = [
  [20, 120],
  [17, 87],
];

/** RegPaRamp 3:0 to the ramp time in microseconds. */
const RAMP_US = [3400, 2000, 1000, 500, 250, 125, 100, 62, 50, 40, 31, 25, 20, 15, 12, 10] as const;

export function rampUs(paRamp: number): number {
  return RAMP_US[paRamp & 0x0f];
}

/** The power at the selected pin in dBm, and what is wrong with the setting. */
export function outputPower(part: Part, registers: Registers): { powerDbm: number; faults: string[] } {
  const paConfig = registers.common(Reg.PaConfig);
  const paDac = registers.common(part.paDac);
  const ocp = registers.common(Reg.Ocp);
  const faults: string[] = [];
  const maxPower = (paConfig >> 4) & 7;
  const outputPower = paConfig & 0x0f;
  const highPower = paDac === HIGH_POWER;
  if (paDac !== HIGH_POWER && paDac !== 0x84) {
    faults.push(`RegPaDac is ${hex(paDac)}: only 0x84 (default) and 0x87 (+20 dBm) are defined`);
  }
  if ((paConfig & PA_BOOST) === 0) {
    if (highPower) faults.push("RegPaDac 0x87 (+20 dBm) is for the PA_BOOST pin, but RFO is selected");
    // The SX1272 has no MaxPower (its datasheet, register 0x09).
    if (part.name === "SX1272") return { powerDbm: outputPower - 1, faults };
    return { powerDbm: 10.8 + 0.6 * maxPower - (15 - outputPower), faults };
  }
  // OutputPower has four bits; one too many lands in MaxPower, which PA_BOOST ignores.
  if (maxPower === 1) {
    faults.push(
      `RegPaConfig is ${hex(paConfig)}: the power ran over the four bits of OutputPower, the chip sends ${outputPower + 2} dBm`,
    );
  }
  const powerDbm = (highPower ? 5 : 2) + outputPower;
  const limitMa = currentLimitMa(ocp);
  const neededMa = CURRENTS_MA.find(([leastDbm]) => powerDbm >= leastDbm)?.[1] ?? 0;
  if (limitMa < neededMa) {
    faults.push(
      `RegOcp ${hex(ocp)} limits the current to ${limitMa} mA, +${powerDbm} dBm needs ${neededMa} mA`,
    );
  }
  return { powerDbm, faults };
}

function currentLimitMa(ocp: number): number {
  const trim = ocp & 0x1f;
  if ((ocp & 0x20) === 0) return Number.POSITIVE_INFINITY;
  if (trim <= 15) return 45 + 5 * trim;
  return trim <= 27 ? -30 + 10 * trim : 240;
}
