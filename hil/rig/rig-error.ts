/** A run cannot begin: the caller's choice does not work ("usage"), the firmware does not build ("failed"), or a tool is not installed ("missing"). */
export class RigError extends Error {
  override readonly name = "RigError";
  readonly kind: "usage" | "failed" | "missing";

  constructor(kind: RigError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}
