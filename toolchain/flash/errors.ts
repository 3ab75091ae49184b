/**
 * An image does not get into a board: the caller must choose otherwise ("usage"), a tool is not installed ("missing"),
 * or a tool has failed ("failed"). The message says what to do.
 */
export class FlashError extends Error {
  override readonly name = "FlashError";
  readonly kind: "usage" | "missing" | "failed";

  constructor(kind: FlashError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}
