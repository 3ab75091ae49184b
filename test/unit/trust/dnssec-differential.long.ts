import assert from "node:assert/strict";
import { seededRandom } from "../../../hil/rig/random.ts";
import { compare, isExplained, plan } from "./differential/compare.ts";
import { HONEST, MUTATIONS, type Mutation } from "./differential/mutations.ts";
import { randomMutation } from "./differential/random-mutation.ts";
import { Stage } from "./differential/stage.ts";

const SEED = Number(process.env.SEED ?? 1);
const RANDOM_PER_ZONE = 100;
const SIGNERS = ["ldns", "bind", "knot"] as const;
const DENIALS = ["nsec", "nsec3", "opt-out"] as const;

const honest: readonly Mutation[] = HONEST.map(([name, type]) => ({ title: "as it is", name, type }));

/** What is compared at each zone of a group. */
const GROUPS = {
  "each signer and kind of denial, all mutations": {
    plans: SIGNERS.flatMap((signer, i) =>
      DENIALS.map((denial, k) => plan(signer, denial, ([13, 8, 15] as const)[(i + k) % 3])),
    ),
    mutations: MUTATIONS,
  },
  "other algorithms": {
    plans: SIGNERS.flatMap((signer) =>
      ([10, 14, 16] as const).map((algorithm, i) => plan(signer, DENIALS[i], algorithm)),
    ),
    mutations: honest,
  },
  "signatures that have expired or are not valid yet": {
    plans: SIGNERS.flatMap((signer) =>
      (["nsec", "nsec3"] as const).flatMap((denial) => [
        plan(signer, denial, 13, { validDays: [-9, -1], label: "expired" }),
        plan(signer, denial, 13, { validDays: [1, 9], label: "future" }),
      ]),
    ),
    mutations: honest,
  },
  "NSEC3 at and above the most iterations": {
    plans: SIGNERS.flatMap((signer) =>
      (["nsec3", "opt-out"] as const).flatMap((denial) =>
        [50, 51].map((iterations) => plan(signer, denial, 13, { iterations, label: `${iterations}` })),
      ),
    ),
    mutations: honest,
  },
} as const;

describe("DNSSEC verdicts, ours and unbound's", () => {
  for (const [title, { plans, mutations }] of Object.entries(GROUPS))
    it(`are the same: ${title}`, async () => {
      const stage = await Stage.start(plans);
      const differences: string[] = [];
      try {
        for (const [i, { origin }] of plans.entries())
          for (const mutation of mutations) {
            const comparison = await compare(stage, mutation, i);
            const { ours, theirs, reason } = comparison;
            if (ours !== theirs && !isExplained(mutation, comparison))
              differences.push(
                `${mutation.type} of ${mutation.name} in ${origin}, ${mutation.title}: ours ${ours} (${reason}), theirs ${theirs}`,
              );
          }
      } finally {
        await stage.close();
      }
      assert.deepEqual(differences, []);
    });

  it(`hold against changes at random, seed ${SEED}`, async () => {
    const { plans } = GROUPS["each signer and kind of denial, all mutations"];
    const stage = await Stage.start(plans);
    const random = seededRandom(SEED);
    const wrong: string[] = [];
    try {
      for (const [i, { origin }] of plans.entries())
        for (let count = 0; count < RANDOM_PER_ZONE; count++) {
          const mutation = randomMutation(random, `${count}`);
          const { name, type } = mutation;
          const truth = await compare(stage, { title: "as it is", name, type }, i);
          const { ours, theirs, records, reason } = await compare(stage, mutation, i);
          const refused = ours === "refused" || ours === "insecure";
          const right = ours === truth.ours && `${records}` === `${truth.records}`;
          // Never another answer than the zone's own; and what unbound can still prove, ours can.
          if ((!refused && !right) || (refused && theirs !== "refused" && theirs !== "insecure"))
            wrong.push(
              `${type} of ${name} in ${origin}, ${mutation.title}: ours ${ours} (${reason}), theirs ${theirs}, truly ${truth.ours}`,
            );
        }
    } finally {
      await stage.close();
    }
    assert.deepEqual(wrong, []);
  });
});
