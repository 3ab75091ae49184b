/**
 * The pins that the C of a board serves. A HAL that is made for some pins refuses the rest before it is compiled, by
 *
 *     #define INT0_AT_D2 1
 *     #if !IS_AT(INT0_AT_, DIO0) || ...
 *     #error "..."
 *
 * (boards/processors/avr/pins.h). Read here, the same is said of the line of `board.json`, and without a C compiler. A
 * condition of another form is left to the C compiler.
 */
import type { Fail } from "../json-document/index.ts";
import { pinMacro } from "./board-pins.ts";

const REFUSAL = /^#if\s+(.*)\n\s*#\s*error\b/gm;
const UNSERVED = /^!\s*IS_AT\(\s*(\w+)\s*,\s*(\w+)\s*\)$/;

/** The pins that each macro may stand for: DIO0 for PD2. A macro that the C is not particular about is not there. */
function servedPins(c: string): Map<string, readonly string[]> {
  const joined = c.replace(/\\\n/g, " ");
  const served = new Map<string, readonly string[]>();
  for (const [, condition] of joined.matchAll(REFUSAL)) {
    const parts = condition.split("||").map((part) => UNSERVED.exec(part.trim()));
    for (const part of parts.every((each) => each !== null) ? parts : []) {
      const [, prefix, macro] = part!;
      const pins = [...joined.matchAll(new RegExp(`^#define\\s+${prefix}([A-Z]\\d+)\\s+1\\s*$`, "gm"))];
      served.set(
        macro,
        pins.map(([, pin]) => `P${pin}`),
      );
    }
  }
  return served;
}

/** Calls `fail` where a pin is not among those that the C of its board serves. `file`: its name, for people. */
export function checkServedPins(
  pins: Readonly<Record<string, string>>,
  { c, file }: { readonly c: string; readonly file: string },
  fail: Fail,
): void {
  const served = servedPins(c);
  for (const [name, pin] of Object.entries(pins)) {
    const known = served.get(pinMacro(name));
    if (known === undefined || known.includes(pin)) continue;
    const which = known.length === 0 ? "none" : known.join(" or ");
    fail.because(
      `pins.${name}`,
      `is ${pin}, and ${file} serves ${which} there: take that, or serve ${pin} in ${file}`,
    );
  }
}
