import assert from "node:assert/strict";
import { compareWithOpenssl } from "./dane-agreement.ts";

const QUESTIONS = 200;

describe("verdicts on random certificates, records, names and dates", () => {
  it(`are OpenSSL's, or differ as the docs say (${QUESTIONS})`, async () => {
    const counts = await compareWithOpenssl(QUESTIONS, 1, 2);
    for (const outcome of ["both accept", "both refuse"])
      assert.ok((counts.get(outcome) ?? 0) > QUESTIONS / 5, `${outcome}: ${counts.get(outcome)}`);
  });
});
