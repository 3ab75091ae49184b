/** One mutation at one zone of the stage, and where the two verdicts may rightly differ. */
import type { Mutation } from "./mutations.ts";
import type { ALGORITHM_NAME, Denial, Signer, SigningPlan } from "./signers.ts";
import type { Stage, Verdict } from "./stage.ts";

const DAY_MS = 86_400_000;

/** A zone that is valid now, unless `validDays` says otherwise. */
export function plan(
  signer: Signer,
  kind: Denial["kind"],
  algorithm: keyof typeof ALGORITHM_NAME,
  {
    iterations = 0,
    validDays = [-1, 1],
    label = "",
  }: { iterations?: number; validDays?: readonly [number, number]; label?: string } = {},
): SigningPlan {
  const [inception, expiration] = validDays.map((days) => new Date(Date.now() + days * DAY_MS));
  const origin = [signer, kind, algorithm, label].filter((part) => part !== "").join("-");
  return { origin, signer, denial: { kind, iterations }, algorithm, inception, expiration };
}

const nameIn = (zone: string, name: string): string => (name === "@" ? zone : `${name}.${zone}`);

export interface Comparison {
  readonly ours: Verdict;
  readonly theirs: Verdict;
  /** Ours, where the answer is secure: in no order that matters. */
  readonly records: readonly string[];
  /** Ours, for anything but a secure answer. */
  readonly reason: string;
}

export async function compare(stage: Stage, mutation: Mutation, index: number): Promise<Comparison> {
  const zone = stage.zones[index].origin;
  const otherZone = stage.zones[(index + 1) % stage.zones.length].origin;
  const { name, type, at = [name, type], change, ds } = mutation;
  const changedName = nameIn(zone, at[0]);
  const ask = (askedName: string, askedType: string) => stage.ask(askedName, askedType);
  return stage.judge({
    name: nameIn(zone, name),
    type,
    ds,
    change: async (message, question) => {
      if (question.name === changedName && question.type === at[1])
        await change?.(message, { zone, otherZone, ask });
    },
  });
}

/** The differences that are known, by the mutation's title: docs/dnssec.md says why. */
const EXPLAINED: readonly (readonly [title: RegExp, ours: RegExp, theirs: RegExp])[] = [
  // The response code is not signed; what is signed tells.
  [/^(NXDOMAIN|NOERROR) in the header$/, /^(secure|no-data|no-such-name)$/, /^refused$/],
  // In an opt-out zone an unsigned delegation may be in the gap, which the answer at hand does not prove.
  [/^without denial record/, /^refused$/, /^insecure$/],
  // RFC 9905: signatures and digests that rest on SHA-1 are as if they were not there.
  [/^DS: SHA-1$/, /^insecure$/, /^secure$/],
];

export const isExplained = ({ title }: Mutation, { ours, theirs }: Comparison): boolean =>
  EXPLAINED.some(([mutated, one, other]) => mutated.test(title) && one.test(ours) && other.test(theirs));
