/** What an emulated part notices that the real one would suffer in silence: misuse by the firmware. */
export interface Finding {
  /** When it happened, in nanoseconds of the run. */
  readonly atNs: number;
  /** What happened and what should have been done, with the document's words. */
  readonly message: string;
  /** Where the processor was, when the part that noticed knows it. */
  readonly programCounter?: number;
}
