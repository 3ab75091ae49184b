/**
 * The packets of GDB's remote protocol: "Debugging with GDB", appendix E "GDB Remote Serial Protocol", section
 * E.1 "Overview". `$data#checksum`, each answered with `+`, or with `-` to have it sent again.
 */

/** What arrives: the data of a packet, or the octet by which a debugger stops a running program. */
export type Arrival = { readonly packet: string } | "interrupt";

const INTERRUPT = 0x03;
const ACKNOWLEDGED = "+";
const REFUSED = "-";

export class PacketStream {
  readonly #send: (text: string) => void;
  #received = "";
  /** What was sent last, for a debugger that did not get it whole. */
  #last = "";

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** Sends data, which must be printable and free of `#`, `$`, `*` and `}`. */
  send(data: string): void {
    this.#last = `$${data}#${checksum(data)}`;
    this.#send(this.#last);
  }

  /** Takes what has come, in whatever pieces, and gives each packet as soon as it is whole and right. */
  *receive(octets: Buffer): Generator<Arrival> {
    this.#received += octets.toString("latin1");
    while (this.#received !== "") {
      if (this.#received[0] !== "$") {
        const [first] = this.#received;
        this.#received = this.#received.slice(1);
        if (first.charCodeAt(0) === INTERRUPT) yield "interrupt";
        else if (first === REFUSED) this.#send(this.#last);
        continue;
      }
      const end = this.#received.indexOf("#");
      if (end < 0 || this.#received.length < end + 3) return;
      const data = this.#received.slice(1, end);
      const sum = this.#received.slice(end + 1, end + 3).toLowerCase();
      this.#received = this.#received.slice(end + 3);
      const isRight = sum === checksum(data);
      this.#send(isRight ? ACKNOWLEDGED : REFUSED);
      if (isRight) yield { packet: data };
    }
  }
}

/** The sum of the octets, modulo 256. */
function checksum(data: string): string {
  let sum = 0;
  for (const octet of Buffer.from(data, "latin1")) sum += octet;
  return (sum & 0xff).toString(16).padStart(2, "0");
}
