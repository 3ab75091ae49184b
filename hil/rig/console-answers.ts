/** What devices answer to commands on their console: docs/console.md. */

export interface ConsoleIdentity {
  readonly devEui: string;
  readonly joinEui: string;
  readonly lorawan: "1.0.4" | "1.1";
}

export interface ConsoleState {
  /** Of its session; undefined where it has none. */
  readonly devAddr: string | undefined;
  /** Of its next uplink. */
  readonly fCntUp: number;
  readonly deviceClass: "A" | "B" | "C";
}

const REFUSALS: Readonly<Record<string, string>> = {
  unknown: "it has no such command",
  line: "the line is too long",
  argument: "FPort or payload is none, or the data rate does not carry it",
  state: "it has not joined, or is personalised, or has an uplink of the console still to send",
};

/** Octets of the longest line that a device takes. */
const LONGEST_LINE = 48;

/** By the first word of a command: what begins its answers, but for "=err line". */
const FITTING: Readonly<Record<string, RegExp>> = {
  "?id": /^=id /,
  "?state": /^=state /,
  "!join": /^=(ok|err state)$/,
  "!send": /^=(ok|err argument|err state)$/,
};

/** Whether a line of the console may be the answer to a command, and not to noise that was taken for one before it. */
export function isAnswerTo(command: string, line: string): boolean {
  if (line === "=err line") return command.length > LONGEST_LINE;
  return FITTING[command.split(" ")[0]].test(line);
}

/** Why the device does not do it; undefined where it does. */
export function refusalIn(answer: string): string | undefined {
  const [, reason] = /^=err (.*)$/.exec(answer) ?? [];
  return reason && (REFUSALS[reason] ?? reason);
}

/** Of "?id". Throws where it is none. */
export function identityIn(answer: string): ConsoleIdentity {
  const [, devEui, joinEui, lorawan] =
    /^=id ([0-9A-F]{16}) ([0-9A-F]{16}) (1\.0\.4|1\.1)$/.exec(answer) ?? none(answer);
  return { devEui, joinEui, lorawan: lorawan as ConsoleIdentity["lorawan"] };
}

/** Of "?state". Throws where it is none. */
export function stateIn(answer: string): ConsoleState {
  const [, devAddr, fCntUp, deviceClass] =
    /^=state (?:joined ([0-9A-F]{8})|out -) (\d+) ([ABC])$/.exec(answer) ?? none(answer);
  return { devAddr, fCntUp: Number(fCntUp), deviceClass: deviceClass as ConsoleState["deviceClass"] };
}

function none(answer: string): never {
  throw new Error(`"${answer}" on the console means nothing here (docs/console.md)`);
}
