/** What the servers report of their work, step by step: the rig builds its timeline and its verdicts from it. */

export interface ServerEvent {
  readonly server: "network-server" | "join-server" | "application-server";
  /** Kebab-case, in the words of the documents: "join-request-received", "mic-checked", "join-refused". */
  readonly step: string;
  readonly ok: boolean;
  readonly devEui?: string;
  /** Values of interest. Never a key, wrapped or not. */
  readonly detail: Readonly<Record<string, string | number | boolean>>;
  /** With `ok: false`: what was wrong, as this server saw it. */
  readonly reason?: string;
}

export type EventSink = (event: ServerEvent) => void;
