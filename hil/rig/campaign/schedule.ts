/**
 * Faults as data: what is broken in the course of a run, and when. A schedule is JSON, so that one that was found can be
 * kept and run again.
 */
import { RigError } from "../rig-error.ts";

/** A number within bounds. */
interface NumberRule {
  readonly least: number;
  readonly most: number;
  /** Of what generated schedules hold, where they keep closer to what matters. */
  readonly usual?: readonly [least: number, most: number];
}

/** One of some words. */
interface WordRule<T extends string = string> {
  readonly of: readonly T[];
}

export type ParameterRule = NumberRule | WordRule;

const number = (least: number, most: number, usual?: NumberRule["usual"]): NumberRule => ({
  least,
  most,
  usual,
});
const word = <const T extends string>(...of: readonly T[]): WordRule<T> => ({ of });

const DAY_MS = 86_400_000;
/** How long a fault lasts. */
const lasts = (...usual: readonly [least: number, most: number]) => number(0, DAY_MS, usual);
const FRAMES = word("join-request", "join-accept", "uplink", "downlink");
const PARTY = word("join-server", "network-server");
const HOW_MANY = number(1, 1000, [1, 3]);

/** Every fault, with its parameters. Times are milliseconds of the run. */
export const FAULT_PARAMETERS = {
  /** The device has no power for so long. */
  "power-cut": { forMs: lasts(1, 3000) },
  /** The same, from the `write`th write to the store on, in whichever phase of it: "during" tears the octet. */
  "power-cut-at-store-write": {
    write: number(1, 1_000_000, [1, 24]),
    phase: word("before", "during", "after"),
    forMs: lasts(1, 3000),
  },
  /** The supply dips: the processor is reset, the radio goes on. Where a board is not modelled so, a cut of 1 ms. */
  "brown-out": {},
  /** Nobody hears the next frames. */
  "frame-loss": { frames: FRAMES, count: HOW_MANY },
  /** The next frames arrive with other octets. */
  "frame-corruption": { frames: FRAMES, count: HOW_MANY },
  /** The next frames arrive so much later. */
  "frame-delay": { frames: FRAMES, count: HOW_MANY, byMs: number(1, DAY_MS, [10, 9000]) },
  /** The next frames arrive twice, so long after one another: within what a gateway's copies take. */
  "frame-duplicate": { frames: FRAMES, count: HOW_MANY, afterMs: number(1, DAY_MS, [10, 1500]) },
  /** The next frames are recorded by a stranger, who sends them again much later. */
  "frame-replay": { frames: FRAMES, count: HOW_MANY, afterMs: number(1, DAY_MS, [2000, 40_000]) },
  /** Whatever begins on a channel arrives broken: the n-th of the region from 1 on, all of them with 0. */
  jamming: { channel: number(0, 1000, [0, 3]), forMs: lasts(100, 20_000) },
  /** The gateway is off for so long. */
  "gateway-restart": { forMs: lasts(0, 20_000) },
  /** The process of the Join Server is off for so long. */
  "join-server-restart": { forMs: lasts(0, 20_000) },
  /** The process of the Application Server is unreachable for so long. */
  "application-server-restart": { forMs: lasts(0, 20_000) },
  /** The Join Server answers so much later: above 5 s too late for RX1, above 6 s for RX2 too. */
  "slow-join-server": { byMs: number(1, DAY_MS, [4500, 8000]), forMs: lasts(1000, 30_000) },
  /** A signature over a party's TLSA record does not fit. */
  "bogus-dns": { party: PARTY, forMs: lasts(100, 20_000) },
  /** A party presents a certificate that its TLSA record does not name. */
  "swapped-certificate": { party: PARTY, forMs: lasts(100, 20_000) },
  /** A party presents a certificate that has run out, of the key that its TLSA record names. */
  "expired-certificate": { party: PARTY, forMs: lasts(100, 20_000) },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ParameterRule>>>>;

export type FaultKind = keyof typeof FAULT_PARAMETERS;
export const FAULT_KINDS = Object.keys(FAULT_PARAMETERS) as readonly FaultKind[];

export const FRAME_NAMES = FRAMES.of;
export type FrameName = (typeof FRAME_NAMES)[number];

/** At an instant of the run, or so long after the begin of the `count`th frame of a kind. */
export type When =
  | { readonly atMs: number }
  | { readonly frame: FrameName; readonly count: number; readonly afterMs: number };

type ValueOf<P> = P extends WordRule<infer T> ? T : number;
type FaultOf<K extends FaultKind> = { readonly fault: K; readonly when: When } & {
  readonly [N in keyof (typeof FAULT_PARAMETERS)[K]]: ValueOf<(typeof FAULT_PARAMETERS)[K][N]>;
};
/** A fault and when it begins. */
export type ScheduledFault<K extends FaultKind = FaultKind> = { [each in K]: FaultOf<each> }[K];
export type FaultSchedule = readonly ScheduledFault[];

/** Instants are told to a thousandth of a millisecond: eight cycles of the slowest board. */
export const WHEN_RULES = {
  atMs: number(0, DAY_MS, [0, 45_000]),
  count: HOW_MANY,
  afterMs: number(0, DAY_MS, [0, 8000]),
} as const;

/** A schedule out of JSON. Throws RigError that says which fault is wrong, and what it may be. */
export function parseSchedule(value: unknown): FaultSchedule {
  if (!Array.isArray(value)) throw wrong("a schedule", "is a list of faults", value);
  return value.map((fault: unknown, index) => {
    const where = `fault ${index + 1}`;
    if (!isRecord(fault)) throw wrong(where, "is an object", fault);
    const { fault: kind, when, ...parameters } = fault;
    if (!FAULT_KINDS.includes(kind as FaultKind))
      throw wrong(where, `is one of ${FAULT_KINDS.join(", ")}`, kind);
    const rules: Readonly<Record<string, ParameterRule>> = FAULT_PARAMETERS[kind as FaultKind];
    checkValues(`${where}, ${kind}`, parameters, rules);
    if (!isRecord(when))
      throw wrong(`${where}, when`, "is an object with atMs, or frame, count and afterMs", when);
    const { atMs, count, afterMs } = WHEN_RULES;
    const whenRules: Readonly<Record<string, ParameterRule>> =
      "frame" in when ? { frame: FRAMES, count, afterMs } : { atMs };
    checkValues(`${where}, when`, when, whenRules);
    return fault as unknown as ScheduledFault;
  });
}

function checkValues(
  where: string,
  values: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<string, ParameterRule>>,
): void {
  const stray = Object.keys(values).find((name) => !Object.hasOwn(rules, name));
  if (stray !== undefined) {
    throw wrong(where, `has ${Object.keys(rules).join(", ") || "no parameters"}`, stray);
  }
  for (const [name, rule] of Object.entries(rules)) {
    const value = values[name];
    if ("of" in rule) {
      if (!rule.of.includes(value as string))
        throw wrong(`${where}, ${name}`, `is one of ${rule.of.join(", ")}`, value);
    } else if (typeof value !== "number" || !(value >= rule.least && value <= rule.most)) {
      throw wrong(`${where}, ${name}`, `is a number from ${rule.least} to ${rule.most}`, value);
    }
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(where: string, rule: string, value: unknown): RigError {
  return new RigError("usage", `faults: ${where} ${rule}, not ${JSON.stringify(value)}`);
}

/** "power-cut-at-store-write: write 3, phase during, forMs 300; at 0.000 s". */
export function describeFault(fault: ScheduledFault): string {
  const { fault: kind, when, ...parameters } = fault;
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  const instant =
    "atMs" in when
      ? `at ${(when.atMs / 1000).toFixed(6)} s`
      : `${when.afterMs} ms after the begin of ${when.frame} ${when.count}`;
  return `${[kind, values.join(", ")].filter((text) => text !== "").join(": ")}; ${instant}`;
}
