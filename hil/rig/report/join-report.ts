/** The result of a join run as a document: what `--json` prints, field by field. Keys never appear in it. */
import type { Party } from "../timeline.ts";

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
  /** Null where nobody was judged. */
  readonly accepted: boolean | null;
  /** Why it was refused. */
  readonly reason: string | null;
  /** What the verdict rests on; null where no TLSA record was found. */
  readonly proof: TrustProof | null;
}

/** From the certificate to the trust anchor. */
export interface TrustProof {
  readonly certificate: {
    readonly subject: string;
    readonly dnsNames: readonly string[];
    readonly notAfter: string;
    /** SHA-256 of its SubjectPublicKeyInfo, in hexadecimal. */
    readonly publicKeySha256: string;
  };
  readonly tlsaOwner: string;
  /** Parameters as "3 1 1", and the certificate association data in hexadecimal. */
  readonly tlsaRecords: readonly { readonly parameters: string; readonly data: string }[];
  /** Those that were checked, from the one over the TLSA records up to the one by the trust anchor. */
  readonly signatures: readonly {
    /** What is signed: name and type of the records. */
    readonly name: string;
    readonly type: string;
    readonly zone: string;
    readonly keyTag: number;
    readonly algorithm: number;
    readonly expires: string;
  }[];
}

/** What an application sent or was sent; the payload in hexadecimal. */
export interface ReportedData {
  readonly fCnt: number;
  readonly fPort: number;
  readonly payload: string;
}

/** A packet on the air. Times are milliseconds of virtual time. */
export interface AirFrame {
  /** From 1 on, in the order in which they began. */
  readonly number: number;
  /** "join-request", "unconfirmed uplink", … */
  readonly name: string;
  /** "device", the EUI of a gateway, or another station. */
  readonly from: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly frequencyHz: number;
  readonly bandwidthHz: number;
  readonly modulation: "lora" | "fsk";
  /** Of LoRa: spreading factor, coding rate as "4/5", and polarity. */
  readonly spreadingFactor: number | null;
  readonly codingRate: string | null;
  readonly iqInverted: boolean | null;
  /** Of FSK, in bit/s. */
  readonly bitRate: number | null;
  readonly powerDbm: number;
  /** Its transmitter stopped before its end. */
  readonly aborted: boolean;
  /** How it came in at the stations whose receivers were on the air; `intact` is null where one did not follow it to its end. */
  readonly arrivals: readonly {
    readonly receiver: string;
    readonly rssiDbm: number;
    readonly snrDb: number;
    readonly intact: boolean | null;
  }[];
  /** The PHYPayload in hexadecimal, as sent. */
  readonly octets: string;
}

/** A time that the device's receiver was on. */
export interface ReceiveWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly frequencyHz: number;
  readonly bandwidthHz: number;
  /** Null for FSK. */
  readonly spreadingFactor: number | null;
  readonly received: boolean;
}

/** A line of the timeline. */
export interface ReportedEvent {
  readonly virtualMs: number;
  readonly wallMs: number;
  readonly party: Party;
  /** The step of a server's work; "console" for a line that the device printed. */
  readonly step: string | null;
  readonly ok: boolean | null;
  readonly text: string;
}

/** What one state of processor or radio took of the run. */
export interface EnergyOfState {
  /** As `currentsMicroampere` of `board.json` names it. */
  readonly state: string;
  readonly seconds: number;
  readonly microampere: number;
  readonly milliampereHours: number;
}

/** What an image takes of a processor: octets of flash, of RAM before the stack, and of stack at its deepest. */
export interface ImageFigures {
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly stackPeakBytes: number;
}

/**
 * What a Lua program takes: its source, its code and the lines of it in the flash (counted as they would lie in the
 * heap), and of the heap that the board has the most that it held at once.
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

/**
 * The members that are wall times, wherever they stand in a report or in a timeline. In lockstep, without a state, all others
 * follow from the run's choices: two runs that were chosen alike differ in these alone.
 */
export const WALL_TIMES: readonly string[] = ["wallMs"];

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
  /** Where the gateway was connected to, if not to the rig's own Network Server: then nothing behind it was seen. */
  readonly networkServer: string | null;
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
  readonly uplinks: readonly ReportedData[];
  readonly downlinks: readonly ReportedData[];
  /** Misuses of the hardware: the first ends the run, unless it was told to go on. */
  readonly findings: readonly ReportedFinding[];
  readonly checks: readonly Check[];
  /** Everything that was on the air. */
  readonly air: readonly AirFrame[];
  readonly receiveWindows: readonly ReceiveWindow[];
  /** From power-up on. */
  readonly events: readonly ReportedEvent[];
  /** Null where the board's description has no currents, or the board runs Lua. */
  readonly energy: readonly EnergyOfState[] | null;
  readonly virtualMs: number;
  readonly wallMs: number;
}
