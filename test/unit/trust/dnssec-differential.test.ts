import assert from "node:assert/strict";
import { compare, isExplained, plan } from "./differential/compare.ts";
import { MUTATIONS } from "./differential/mutations.ts";
import { Stage } from "./differential/stage.ts";

/** One zone of each signer; the mutations are dealt out among them. dnssec-differential.long.ts has the whole. */
describe("DNSSEC verdicts, ours and unbound's", () => {
  const plans = [plan("ldns", "nsec", 13), plan("bind", "nsec3", 8), plan("knot", "opt-out", 15)];
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(plans);
  });
  after(() => stage.close());

  for (const [i, { signer, denial, algorithm }] of plans.entries())
    it(`are the same on a zone signed by ${signer} with ${denial.kind} and algorithm ${algorithm}`, async () => {
      for (const mutation of MUTATIONS.filter((_, number) => number % plans.length === i)) {
        const { title, name, type } = mutation;
        const comparison = await compare(stage, mutation, i);
        const { ours, theirs, reason } = comparison;
        const said = `${type} of ${name}, ${title}: ours ${ours} (${reason}), unbound's ${theirs}`;
        assert.ok(ours === theirs || isExplained(mutation, comparison), said);
      }
    });
});
