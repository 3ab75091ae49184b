/** The result of a join run as a document: what `--json` prints, field by field. Keys never appear in it. */

/** One thing that was compared, on the side that is named. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen; the reason when not ok. */
  readonly detail: string;
}

/** How one side of the link between Network Server and Join Server judged the other. */
export interface PeerTrust {
  readonly name: string | null;
  /** "usage selector matching" of the TLSA record that matched, null when none did. */
  readonly tlsa: string | null;
  /** "secure", or what was wrong. */
  readonly dnssec: string | null;
}

/** What an image takes of a processor: octets of flash, of RAM before the stack, and of stack at its deepest. */
export interface ImageFigures {
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly stackPeakBytes: number;
}

/**
 * What a Lua program takes: its source, its code and the lines of it in the flash (counted as they would lie in the heap), and of the heap
 * that the board has the most that it held at once.
 */
export interface LuaFigures {
  readonly lua: "5.1" | "5.3";
  readonly bundleBytes: number;
  readonly codeBytes: number;
  readonly heapPeakBytes: number;
  readonly heapLimitBytes: number;
}

export type MemoryFigures = ImageFigures | LuaFigures;

/** A misuse of the hardware by the firmware. */
export interface ReportedFinding {
  readonly virtualMs: number;
  readonly message: string;
  /** The address of the instruction under way; null where the board has no such thing. */
  readonly programCounter: number | null;
  /** The line of the TypeScript or of a board's C; null for code without debug information, as that of libraries. */
  readonly source: { readonly file: string; readonly line: number } | null;
  /** Where that is in C: the line of the TypeScript that called it, directly or not; null where that is not known. */
  readonly caller: { readonly file: string; readonly line: number } | null;
}

export interface JoinReport {
  readonly scenario: "join";
  readonly verdict: "passed" | "failed";
  /** Null when passed: otherwise the step and the cause, as the side that refused saw it. */
  readonly reason: string | null;
  readonly board: string;
  readonly lorawan: "1.0.4" | "1.1";
  /** The regions of the firmware. */
  readonly region: readonly string[];
  readonly seed: number;
  readonly fault: string | null;
  readonly image: MemoryFigures;
  readonly join: {
    readonly devEui: string;
    readonly joinEui: string;
    /** DevNonce of every join-request on the air, in order. */
    readonly devNonces: readonly number[];
    /** DevNonce of the join that succeeded, else of the last attempt. */
    readonly devNonce: number | null;
    readonly joinNonce: number | null;
    readonly devAddr: string | null;
    /** When the receiver was on the air, against five seconds after the end of the join-request. */
    readonly rx1OffsetUs: number | null;
  };
  readonly trust: { readonly server: PeerTrust; readonly client: PeerTrust };
  readonly uplinks: readonly { readonly fCnt: number; readonly fPort: number; readonly payload: string }[];
  readonly downlinks: readonly { readonly fCnt: number; readonly fPort: number; readonly payload: string }[];
  /** Misuses of the hardware: the first ends the run, unless it was told to go on. */
  readonly findings: readonly ReportedFinding[];
  readonly checks: readonly Check[];
  readonly virtualMs: number;
  readonly wallMs: number;
}
