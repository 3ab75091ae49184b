/** A serial port as a terminal of the system: `stty` sets its rate, Node reads it. termios(3), stty(1). */
import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readdirSync } from "node:fs";
import { isatty, ReadStream } from "node:tty";

/** A port that cannot be had ("usage"), needs a tool that is not installed ("missing"), or is gone ("failed"). */
export class SerialError extends Error {
  override readonly name = "SerialError";
  readonly kind: "usage" | "missing" | "failed";

  constructor(kind: SerialError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface SerialPort {
  /** Resolves when `close` was called; rejects with SerialError when the port is gone. */
  readonly closed: Promise<void>;
  close(): void;
}

/** What ports of USB adapters are called: Linux, macOS. */
const PORT_NAMES = /^(ttyUSB|ttyACM|cu\.usb)/;

/** Opens a port at a rate in baud, 8N1, and hands on what comes. Throws SerialError where it cannot be had. */
export function openSerialPort(path: string, baud: number, onOctets: (octets: Buffer) => void): SerialPort {
  const handle = openedTerminal(path);
  try {
    setRate(handle, path, baud);
  } catch (error) {
    closeSync(handle);
    throw error;
  }
  const stream = new ReadStream(handle);
  let isClosing = false;
  const closed = new Promise<void>((resolve, reject) => {
    const lost = () => {
      stream.destroy();
      if (isClosing) resolve();
      else reject(new SerialError("failed", `${path} is gone: is the board still plugged in?`));
    };
    stream.on("data", onOctets);
    stream.once("error", lost);
    stream.once("end", lost);
    stream.once("close", lost);
  });
  return {
    closed,
    close() {
      isClosing = true;
      stream.destroy();
    },
  };
}

/** Without waiting for a carrier, and without becoming what controls this process. */
function openedTerminal(path: string): number {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    throw new SerialError("usage", refusal(path, error as NodeJS.ErrnoException));
  }
  if (isatty(handle)) return handle;
  closeSync(handle);
  throw new SerialError("usage", `${path} is no serial port`);
}

function refusal(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") {
    const ports = readdirSync("/dev").filter((name) => PORT_NAMES.test(name));
    const known =
      ports.length === 0
        ? "none of a USB adapter is here"
        : `here are ${ports.map((name) => `/dev/${name}`).join(", ")}`;
    return `there is no port ${path}: ${known}`;
  }
  if (code === "EACCES") {
    return `${path} may not be used by this user: sudo usermod -a -G dialout $USER, then log in again`;
  }
  return code === "EBUSY" ? `${path} is in use by another program` : `cannot open ${path}: ${message}`;
}

/** Octets as they come, no handshake. stty works on its standard input, on every system. */
function setRate(handle: number, path: string, baud: number): void {
  const settings = [String(baud), "raw", "-echo", "cs8", "-cstopb", "-parenb", "clocal", "cread", "-crtscts"];
  const { error, status, stderr } = spawnSync("stty", settings, {
    stdio: [handle, "ignore", "pipe"],
    encoding: "utf8",
  });
  if (error !== undefined)
    throw new SerialError("missing", "stty is not installed: apt-get install coreutils");
  if (status !== 0) throw new SerialError("usage", `${path} does not take ${baud} Bd: ${stderr.trim()}`);
}
