/**
 * Our verdicts beside OpenSSL's on random questions (dane-cases.ts). Where they differ it must be for one of the
 * reasons that docs/trust.md gives.
 */
import assert from "node:assert/strict";
import { verifyPkix, verifyTlsa } from "../../../hil/trust/dane/index.ts";
import { Random } from "../../fuzz/compiler/random.ts";
import { makeCertificates, randomQuestion } from "./dane-cases.ts";
import { ToolFolder } from "./dns-judges.ts";
import { compileOpensslJudge, type JudgedQuestion, judgeByOpenssl } from "./openssl-dane.ts";

type Verdict = ReturnType<typeof verifyTlsa> | ReturnType<typeof verifyPkix>;
type Accepted = Extract<Verdict, { ok: true }>;

const SECOND_MS = 1000;

function ourVerdict(question: JudgedQuestion): Verdict {
  const { records, pkixRoots = [] } = question;
  return records === undefined
    ? verifyPkix({ ...question, roots: pkixRoots })
    : verifyTlsa({ ...question, records });
}

/** What we ask for and OpenSSL does not: how we refuse, how it accepts, and of what. */
const STRICTER: Readonly<
  Record<string, readonly [ours: RegExp, theirs: RegExp, about?: (question: JudgedQuestion) => boolean]>
> = {
  "keyUsage of a leaf without digitalSignature": [/keyUsage lacks digitalSignature/, /accepted/],
  "an authority without basicConstraints, as trust anchor": [
    /is no authority \(basicConstraints\)/,
    /accepted/,
  ],
  "a wildcard that covers an excluded name": [
    /may not issue for js\.join-b\.example \(nameConstraints\)/,
    /accepted/,
  ],
  "a SHA-1 signature below a bare key": [/too weak: signature by/, /accepted 2 1 0/],
  "usage 0 of an authority above a leaf that is a root itself": [
    /no TLSA record/,
    /accepted 0/,
    ({ chain, pkixRoots }) => pkixRoots?.includes(chain[0]) === true,
  ],
};

const WRONG_PATH = "OpenSSL tries one path, and may take the wrong one";

/**
 * The question of one path: only its certificates, the root that it ends at, and the records of DANE or of PKIX usages,
 * whichever it was accepted by.
 */
function onlyPath(question: JudgedQuestion, { path, ...accepted }: Accepted): JudgedQuestion {
  const byDane = "usage" in accepted && accepted.usage >= 2;
  return {
    ...question,
    chain: path,
    pkixRoots: byDane ? [] : [path[path.length - 1]],
    records: question.records?.filter(({ usage }) => usage >= 2 === byDane),
  };
}

interface Difference {
  readonly question: JudgedQuestion;
  readonly ours: Verdict;
  readonly theirs: string;
}

/** The reason why the two differ, or undefined. */
function explanation(
  { question, ours, theirs }: Difference,
  ask: (question: JudgedQuestion) => string,
): string | undefined {
  if (!ours.ok) {
    const stricter = Object.keys(STRICTER).find((reason) => {
      const [refusal, acceptance, about = () => true] = STRICTER[reason];
      return refusal.test(ours.reason) && acceptance.test(theirs) && about(question);
    });
    if (stricter !== undefined || !theirs.startsWith("accepted 2")) return stricter;
    const records = question.records?.filter(({ usage }) => usage >= 2);
    const byDane = ask({ ...question, records, pkixRoots: [] });
    return byDane.startsWith("refused") ? WRONG_PATH : undefined;
  }
  const alone = onlyPath(question, ours);
  if (ask(alone).startsWith("accepted")) return WRONG_PATH;
  const earlier = new Date(question.now.getTime() - SECOND_MS);
  if (/expired/.test(theirs) && ask({ ...alone, now: earlier }).startsWith("accepted"))
    return "OpenSSL has the last second of a certificate behind its end";
  return undefined;
}

/** Whether both, or neither, find that no record can be used. */
function sameUsability({ question, ours, theirs }: Difference): boolean {
  if (ours.ok || / is too weak: /.test(ours.reason)) return true;
  const unusable = ours.reason.startsWith("no usable TLSA record");
  const rootless = question.pkixRoots?.length === 0 && /needs PKIX roots/.test(ours.reason);
  return unusable === (theirs === "unusable") || (unusable && rootless);
}

const described = ({ question, ours, theirs }: Difference): string => {
  const hex = (der: Uint8Array): string => Buffer.from(der).toString("hex");
  const shown = {
    ...question,
    chain: question.chain.map(hex),
    pkixRoots: question.pkixRoots?.map(hex),
    records: question.records?.map((record) => ({ ...record, data: hex(record.data) })),
  };
  return `ours: ${ours.ok ? "accepted" : ours.reason}; OpenSSL: ${theirs}\n${JSON.stringify(shown)}`;
};

/** How often each outcome came: "both accept", "both refuse", and the explained differences. */
export async function compareWithOpenssl(
  count: number,
  seed: number,
  leavesOfEach: number,
): Promise<Map<string, number>> {
  const folder = new ToolFolder();
  try {
    const judge = await compileOpensslJudge(folder);
    const random = new Random(seed);
    const certificates = await makeCertificates(random, leavesOfEach);
    const now = new Date(Math.floor(Date.now() / SECOND_MS) * SECOND_MS);
    const questions = Array.from({ length: count }, () => randomQuestion(random, certificates, now));
    const verdicts = judgeByOpenssl(judge, questions);
    const counts = new Map<string, number>();
    for (const [i, question] of questions.entries()) {
      const one = { question, ours: ourVerdict(question), theirs: verdicts[i] };
      const accepted = one.theirs.startsWith("accepted");
      assert.ok(sameUsability(one), `question ${i} of seed ${seed}: unusable? ${described(one)}`);
      const outcome =
        one.ours.ok === accepted
          ? `both ${accepted ? "accept" : "refuse"}`
          : explanation(one, (other) => judgeByOpenssl(judge, [other])[0]);
      assert.ok(outcome !== undefined, `question ${i} of seed ${seed}: ${described(one)}`);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    return counts;
  } finally {
    folder.remove();
  }
}
