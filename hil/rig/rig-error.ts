/**
 * A run cannot begin: the caller's choice does not work ("usage"), the firmware does not build ("failed"), a
 * tool is not installed ("missing"), or the compiler itself broke down ("fault").
 */
export class RigError extends Error {
  override readonly name = "RigError";
  readonly kind: "usage" | "failed" | "missing" | "fault";

  constructor(kind: RigError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}
