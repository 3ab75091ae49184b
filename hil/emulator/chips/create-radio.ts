/** The model of a board's radio, by the chip's name. */
import type { Air } from "../../air/index.ts";
import type { Clock } from "../../clock/index.ts";
import type { Finding } from "../finding.ts";
import type { RadioChip, RadioEvent } from "./radio-chip.ts";
import { Sx127x } from "./sx127x/index.ts";
import { type BoardTraits, Sx1262 } from "./sx1262/index.ts";

export interface RadioOptions {
  /** The board's own time; a chip alone takes any clock. */
  readonly clock: Clock;
  readonly air: Air;
  /** The station's name on the air. */
  readonly name: string;
  /** 0..1, seeded: what the chip draws random numbers from. */
  readonly random: () => number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onEvent?: (event: RadioEvent) => void;
}

/** `radio` as `board.json` has it. Throws RangeError for a chip without a model, naming those that have one. */
export function createRadio(
  radio: { readonly chip: string } & Omit<BoardTraits, "part">,
  options: RadioOptions,
): RadioChip {
  const { chip } = radio;
  switch (chip) {
    case "sx1272":
    case "sx1276":
      return new Sx127x({ ...options, part: chip });
    case "sx1261":
    case "sx1262":
      return new Sx1262({ ...options, board: { ...radio, part: chip } });
    default:
      throw new RangeError(
        `no model of the radio "${chip}"; there is one of: sx1261, sx1262, sx1272, sx1276`,
      );
  }
}
