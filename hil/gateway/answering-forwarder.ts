/** What the forwarders of all protocols have in common: they are busy until the server has answered, and fail where it does not. */
import { PendingAnswers } from "./pending-answers.ts";
import type { Forwarder } from "./virtual-gateway.ts";

const ANSWER_TIMEOUT_MS = 5_000;

export abstract class AnsweringForwarder implements Pick<Forwarder, "busy" | "failed" | "idle"> {
  /** How long, in wall time, an answer may take. */
  protected readonly answerTimeoutMs: number;
  protected readonly pending: PendingAnswers;

  constructor(answerTimeoutMs = ANSWER_TIMEOUT_MS) {
    this.answerTimeoutMs = answerTimeoutMs;
    this.pending = new PendingAnswers(answerTimeoutMs);
  }

  get busy(): boolean {
    return this.pending.busy;
  }

  get failed(): boolean {
    return this.pending.failed;
  }

  idle(): Promise<void> {
    return this.pending.idle();
  }
}
