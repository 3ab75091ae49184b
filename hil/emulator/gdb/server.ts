/**
 * GDB's remote protocol over TCP: "Debugging with GDB", appendix E, sections E.2 "Packets" and E.3 "Stop Reply
 * Packets". As much of it as a debugger needs; what is not known gets the empty answer that the protocol asks for.
 *
 * A participant of the lockstep: while the program stands still, the server is busy, so virtual time waits.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Participant } from "../../clock/index.ts";
import type { DebugPort } from "../machine.ts";
import { PacketStream } from "./packets.ts";

/** A debugger on this computer only: whoever is connected rules the board. */
const HOST = "127.0.0.1";
/**
 * A stepped machine leaves the event loop no time of its own: so often the debugger is heard while the program runs.
 */
const LISTEN_EVERY_MS = 20;

const OK = "OK";
const BAD_REQUEST = "E01";
/** Appendix G: a target tells which registers it has. */
const READ_DESCRIPTION = "Xfer:features:read:target.xml:";
const NOT_SUPPORTED = "";
/** Of Z and z: E.2. */
const WRITE_WATCHPOINT = "2";
/** Stop replies, by signal: 5 a breakpoint or a step, 2 an interrupt from the debugger. */
const TRAPPED = "T05";
const INTERRUPTED = "T02";
const ENDED = "W00";
/** So long a debugger may take to leave when the run is over. */
const LEAVE_MS = 500;
/** Octets of a packet, either way. */
const PACKET_BYTES = 0x1000;

/** The port is taken, or may not be used. */
export class GdbPortError extends Error {
  override readonly name = "GdbPortError";
}

/** Throws GdbPortError where a debugger could not be awaited at a port now: said before a build is spent on it. */
export async function checkGdbPort(port: number): Promise<void> {
  const server = createServer();
  await listenAt(server, port);
  await new Promise((closed) => server.close(closed));
}

function listenAt(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      const why =
        code === "EADDRINUSE"
          ? `port ${port} of ${HOST} is in use: choose another, 0 being any that is free`
          : message;
      reject(new GdbPortError(`cannot listen for a debugger: ${why}`));
    });
    server.listen(port, HOST, () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
    });
  });
}

export class GdbServer implements Participant {
  readonly #debug: DebugPort;
  readonly #onLost: () => void;
  readonly #server: Server;
  #socket: Socket | undefined;
  #packets = new PacketStream(() => {});
  #stopped = true;
  #over = false;
  #heardAtMs = performance.now();
  #goOn: () => void = () => {};

  /**
   * The program stands still until a debugger has come and lets it run. `onLost`: the debugger has killed it, or has
   * gone.
   */
  constructor(debug: DebugPort, onLost: () => void) {
    this.#debug = debug;
    this.#onLost = onLost;
    this.#server = createServer((socket) => this.#connect(socket));
    debug.onStop = (changed) =>
      this.#stop(changed === undefined ? TRAPPED : `${TRAPPED}watch:${changed.toString(16)};`);
  }

  /** Listens at a port of the loopback interface, 0 being any that is free, and returns it. Throws GdbPortError. */
  listen(port: number): Promise<number> {
    return listenAt(this.#server, port);
  }

  /**
   * Whether the debugger has come and gone, or been sent away: it has detached, killed the program, or is not there any
   * more.
   */
  get left(): boolean {
    return this.#over;
  }

  /** Goes on without a debugger, whether or not one has come. */
  leave(): void {
    this.#release();
  }

  /** Has the program stand still after the instruction under way. False where no debugger looks after it any more. */
  stopProgram(): boolean {
    if (this.#over) return false;
    this.#debug.stepping = true;
    return true;
  }

  get busy(): boolean {
    return !this.#over && (this.#stopped || performance.now() - this.#heardAtMs >= LISTEN_EVERY_MS);
  }

  async idle(): Promise<void> {
    await new Promise((heard) => setImmediate(heard));
    if (this.#stopped && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#goOn = resolve;
      });
    }
    this.#heardAtMs = performance.now();
  }

  /** The run is over: says so to a debugger that waits for the program to stop. */
  async close(): Promise<void> {
    if (this.#socket !== undefined && !this.#stopped) this.#packets.send(ENDED);
    this.#release();
    this.#socket?.end();
    const late = setTimeout(() => this.#socket?.destroy(), LEAVE_MS);
    await new Promise((closed) => this.#server.close(closed));
    clearTimeout(late);
  }

  #connect(socket: Socket): void {
    if (this.#socket !== undefined || this.#over) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#packets = new PacketStream((text) => socket.write(text, "latin1"));
    socket.on("data", (octets: Buffer) => {
      for (const arrival of this.#packets.receive(octets)) {
        if (arrival === "interrupt") this.#stop(INTERRUPTED);
        else this.#execute(arrival.packet);
      }
    });
    // What went wrong with the connection does not matter: "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => this.#lose());
  }

  /** Between two instructions: the machine calls it there, and is not under way while the socket is read. */
  #stop(reply: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#debug.stepping = false;
    this.#packets.send(reply);
  }

  #resume(stepping: boolean): void {
    this.#debug.stepping = stepping;
    this.#stopped = false;
    this.#goOn();
  }

  /** No debugger any more: the program runs on, if it runs at all. */
  #release(): void {
    this.#over = true;
    this.#debug.breakpoints.clear();
    this.#debug.watchpoints.clear();
    this.#resume(false);
  }

  #lose(): void {
    if (this.#over) return;
    this.#release();
    this.#onLost();
  }

  #execute(packet: string): void {
    const [command, rest] = [packet[0], packet.slice(1)];
    // Where the program is to go on from is the program counter, which GDB sets itself.
    if (command === "c" || command === "s") this.#resume(command === "s");
    else if (command === "k") this.#lose();
    else this.#packets.send(this.#answer(command, rest));
    if (command === "D") this.#release();
  }

  #answer(command: string, rest: string): string {
    switch (command) {
      case "?":
        return TRAPPED;
      case "g":
        return hex(this.#debug.readRegisters());
      case "G":
        return this.#writeRegisters(rest);
      case "p":
        return this.#readRegister(rest);
      case "P":
        return this.#writeRegister(rest);
      case "m":
        return this.#readMemory(rest);
      case "M":
        return this.#writeMemory(rest);
      case "Z":
      case "z":
        return this.#breakpoint(command === "Z", rest);
      case "D":
      case "H": // of its one thread
        return OK;
      case "q":
        return this.#query(rest);
      default:
        return NOT_SUPPORTED;
    }
  }

  #query(text: string): string {
    const { targetDescription } = this.#debug;
    if (text.startsWith("Supported")) {
      const features = targetDescription === undefined ? "" : ";qXfer:features:read+";
      return `PacketSize=${PACKET_BYTES.toString(16)}${features}`;
    }
    if (targetDescription !== undefined && text.startsWith(READ_DESCRIPTION)) {
      return part(targetDescription, text.slice(READ_DESCRIPTION.length));
    }
    // "1": the program was there before the debugger, so a debugger that quits leaves it running.
    return text.startsWith("Attached") ? "1" : NOT_SUPPORTED;
  }

  #writeRegisters(text: string): string {
    const octets = Buffer.from(text, "hex");
    if (octets.length !== this.#debug.readRegisters().length) return BAD_REQUEST;
    this.#debug.writeRegisters(octets);
    return OK;
  }

  #readRegister(text: string): string {
    const run = this.#debug.registerRuns[hexNumber(text)];
    if (run === undefined) return BAD_REQUEST;
    const [start, length] = run;
    return hex(this.#debug.readRegisters().subarray(start, start + length));
  }

  /** `number=octets`. */
  #writeRegister(text: string): string {
    const [number, octets] = text.split("=");
    const run = this.#debug.registerRuns[hexNumber(number)];
    const value = Buffer.from(octets ?? "", "hex");
    if (run === undefined || value.length !== run[1]) return BAD_REQUEST;
    const registers = this.#debug.readRegisters();
    registers.set(value, run[0]);
    this.#debug.writeRegisters(registers);
    return OK;
  }

  /** `address,length`. */
  #readMemory(text: string): string {
    const [address, length] = text.split(",").map(hexNumber);
    if (!(length <= PACKET_BYTES / 2)) return BAD_REQUEST;
    const octets = this.#debug.readMemory(address, length);
    return octets === undefined ? BAD_REQUEST : hex(octets);
  }

  /** `address,length:octets`. */
  #writeMemory(text: string): string {
    const [place, contents] = text.split(":");
    const [address, length] = place.split(",").map(hexNumber);
    const octets = Buffer.from(contents ?? "", "hex");
    if (octets.length !== length) return BAD_REQUEST;
    return this.#debug.writeMemory(address, octets) ? OK : BAD_REQUEST;
  }

  /** `type,address,kind`: a breakpoint of either type is no change of the flash. Reads are not watched. */
  #breakpoint(isSet: boolean, text: string): string {
    const [type, place, kind] = text.split(",");
    if (type !== "0" && type !== "1" && type !== WRITE_WATCHPOINT) return NOT_SUPPORTED;
    const [address, length] = [place, kind].map(hexNumber);
    if (Number.isNaN(address)) return BAD_REQUEST;
    if (type === WRITE_WATCHPOINT) return this.#watchpoint(isSet, address, length);
    const { breakpoints } = this.#debug;
    if (isSet) breakpoints.add(address);
    else breakpoints.delete(address);
    return OK;
  }

  #watchpoint(isSet: boolean, address: number, length: number): string {
    const { watchpoints } = this.#debug;
    if (isSet) return length > 0 && watchpoints.add(address, length) ? OK : BAD_REQUEST;
    watchpoints.delete(address, length);
    return OK;
  }
}

/** `offset,length`: that much of a text, "m" before it where more follows and "l" where that was the last. */
function part(text: string, place: string): string {
  const [offset, length] = place.split(",").map(hexNumber);
  if (!(offset <= text.length && length > 0)) return BAD_REQUEST;
  const end = offset + Math.min(length, PACKET_BYTES - 1);
  return `${end < text.length ? "m" : "l"}${text.slice(offset, end)}`;
}

/** NaN where the text is no hexadecimal number. */
function hexNumber(text: string | undefined): number {
  return /^[0-9a-f]+$/i.test(text ?? "") ? Number.parseInt(text!, 16) : Number.NaN;
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}
