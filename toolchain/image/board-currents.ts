/** `currentsMicroampere` of a `board.json`: by state of the processor, and of the radio with what hangs on it. */
import type { Check, Fail } from "../json-document/index.ts";

const RADIO = ["radioSleep", "radioStandby", "radioReceive"];
/** What the radio draws while it sends, at one of its powers. */
const TRANSMIT = /^radioTransmit\d{1,2}Dbm$/;
const EXAMPLE = "radioTransmit14Dbm";
/** Drawn whenever the antenna is connected. */
const SWITCH = "antennaSwitch";

/** `states`: those of the processor, "Idle". A board gives the figures that it has. */
export const currentsOf =
  (states: readonly string[]): Check =>
  (value, field, fail) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return fail(field, "an object", value);
    }
    const known = [...states.map((state) => `processor${state}`), ...RADIO, EXAMPLE, SWITCH];
    const missing = known.filter((name) => !Object.hasOwn(value, name));
    for (const [name, current] of Object.entries(value)) {
      if (!known.includes(name) && !TRANSMIT.test(name)) fail.unknown(`${field}.${name}`, known, missing);
      checkCurrent(current, `${field}.${name}`, fail);
    }
  };

function checkCurrent(current: unknown, field: string, fail: Fail): void {
  if (typeof current !== "number" || !(current >= 0)) fail(field, "a current in µA", current);
}
