/** The options of `npm run fuzz:device`. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { refuseUsage, wholeNumber } from "../command.ts";
import { TARGETS, type Target, VARIANTS } from "./variants.ts";

const IMAGES = VARIANTS.map(({ name }) => name);

export const HELP = `Gives the C of the firmware, under clang's sanitizers, what libFuzzer makes up: join-accepts, downlinks, frames to
multicast groups, beacons and whole sessions from the air, and any store with power cuts at its writes. What it accepts and
sends is judged by a second implementation of LoRaWAN's cryptography: a frame with a wrong MIC must change nothing, counters
must only grow, no DevNonce may come twice, and ping slots must open where the beacon puts them.

Each image is built first, one after the other, with clang's sanitizers: a minute or more for all of them before the first
execution, and the longer part of a short run. --image builds what is named alone.

  --executions N   in all, shared evenly by images and targets (10000000)
  --target a,b     some of: ${TARGETS.join(", ")} (all)
  --image a,b      some of: ${IMAGES.join(", ")} (all)
  --seed S         the same seed runs the same inputs (1)
  --workers N      processes (one for each processor)
  --out FOLDER     where the input of a finding is kept (.build/fuzz-device)
  --input FILE     runs this input once, on one --image and one --target, and says what is wrong
  --json           one JSON document on stdout and nothing else
  --help

Examples:
  npm run fuzz:device
  npm run fuzz:device -- --executions 400000 --target store --seed 7
  npm run fuzz:device -- --image 1.1-EU868 --target session --input .build/fuzz-device/1.1-EU868-session

Exit codes: 0 no finding; 1 some; 2 wrong usage; 3 what it needs cannot be installed.
`;

/** Ends the process where they are wrong. */
export function optionsOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        executions: { ...text, default: "10000000" },
        target: { ...text, default: TARGETS.join(",") },
        image: { ...text, default: IMAGES.join(",") },
        seed: { ...text, default: "1" },
        workers: { ...text, default: String(availableParallelism()) },
        out: { ...text, default: join(".build", "fuzz-device") },
        input: text,
        json: flag,
        help: flag,
      },
    });
    const listed = (name: "target" | "image", known: readonly string[]) => {
      const names = values[name].split(",");
      const unknown = names.find((candidate) => !known.includes(candidate));
      if (unknown === undefined) return names;
      throw new Error(`--${name} wants some of ${known.join(", ")}, not '${unknown}'`);
    };
    const targets = listed("target", TARGETS) as Target[];
    const variants = listed("image", IMAGES).map(
      (name) => VARIANTS.find((variant) => variant.name === name)!,
    );
    const { input, out, json, help } = values;
    if (input !== undefined && (targets.length > 1 || variants.length > 1))
      throw new Error("--input wants one --image and one --target");
    const numbers = {
      executions: wholeNumber("executions", values.executions, 1),
      seed: wholeNumber("seed", values.seed, 0),
      workers: wholeNumber("workers", values.workers, 1),
    };
    return { targets, variants, input, out, json, help, ...numbers };
  } catch (error) {
    refuseUsage(error as Error);
  }
}

export type Options = ReturnType<typeof optionsOf>;
