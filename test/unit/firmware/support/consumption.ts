/** What a board with an AVR has drawn in a run: the time in each state, times the currents of its `board.json`. */
import assert from "node:assert/strict";
import type { RadioEvent } from "../../../../hil/emulator/chips/index.ts";
import type { ProcessorMachine } from "../../../../hil/emulator/index.ts";
import type { ProcessorBoard } from "../../../../toolchain/image/index.ts";

/** Seconds in each state, of the processor and of the radio, and what both draw in the mean. */
export interface Consumption {
  readonly activeS: number;
  readonly idleS: number;
  readonly powerDownS: number;
  readonly transmittingS: number;
  readonly receivingS: number;
  readonly processorMicroampere: number;
  readonly radioMicroampere: number;
}

/**
 * Of a run of `durationS` from power-up. Each transmission counts as one at 17 dBm, and the radio sleeps between what it
 * does on the air: the milliseconds of its standby are not told.
 */
export function consumptionOf(
  machine: ProcessorMachine,
  { clockHz, currentsMicroampere: currents }: ProcessorBoard,
  events: readonly RadioEvent[],
  durationS: number,
): Consumption {
  const { idle, powerDown } = machine.asleepNs ?? assert.fail("the machine does not count its sleep");
  const idleS = idle / 1e9;
  const powerDownS = powerDown / 1e9;
  const activeS = machine.cycles / clockHz - idleS;
  const transmittingS = spanS(events, ["tx-start"], ["tx-done", "tx-aborted"]);
  const receivingS = spanS(events, ["rx-open"], ["rx-done", "rx-timeout", "rx-close"]);
  const mean = (parts: readonly (readonly [seconds: number, state: string])[]) =>
    parts.reduce((sum, [seconds, state]) => sum + seconds * currents[state], 0) / durationS;
  return {
    activeS,
    idleS,
    powerDownS,
    transmittingS,
    receivingS,
    processorMicroampere: mean([
      [activeS, "processorActive"],
      [idleS, "processorIdle"],
      [powerDownS, "processorPowerDown"],
    ]),
    radioMicroampere: mean([
      [transmittingS, "radioTransmit17Dbm"],
      [receivingS, "radioReceive"],
      [durationS - transmittingS - receivingS, "radioSleep"],
    ]),
  };
}

function spanS(
  events: readonly RadioEvent[],
  begins: readonly RadioEvent["type"][],
  ends: readonly RadioEvent["type"][],
): number {
  let sumNs = 0;
  let sinceNs: number | undefined;
  for (const { type, atNs } of events) {
    if (begins.includes(type)) sinceNs = atNs;
    else if (ends.includes(type) && sinceNs !== undefined) {
      sumNs += atNs - sinceNs;
      sinceNs = undefined;
    }
  }
  return sumNs / 1e9;
}
