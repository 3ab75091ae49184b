/** The long form of dane-agreement.test.ts: 12,000 questions about three sets of certificates. */
import { compareWithOpenssl } from "./dane-agreement.ts";

const QUESTIONS = 4000;

describe("verdicts on many random certificates, records, names and dates", () => {
  for (const seed of [2, 3, 4])
    it(`are OpenSSL's, or differ as the docs say (seed ${seed}, ${QUESTIONS})`, async () => {
      for (const [outcome, times] of await compareWithOpenssl(QUESTIONS, seed, 7))
        console.log(`      ${String(times).padStart(6)}  ${outcome}`);
    });
});
