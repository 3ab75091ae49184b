/** A serial port. */
import { accessSync, constants, readdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** A port that cannot be had ("usage"), or is gone ("failed"). */
export class SerialError extends Error {
  override readonly name = "SerialError";
  readonly kind: "usage" | "failed";

  constructor(kind: SerialError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface SerialPort {
  /** Resolves when `close` was called; rejects with SerialError when the port is gone. */
  readonly closed: Promise<void>;
  write(octets: Uint8Array): void;
  /** Whether it has a DTR line; a pseudo-terminal has none. What hangs on it at the other end does not show. */
  hasDtr(): Promise<boolean>;
  /**
   * Resets the board at the other end, where its reset hangs on DTR, as that of Arduinos does. False where the port has no
   * such line, as a pseudo-terminal has none.
   */
  reset(): Promise<boolean>;
  close(): void;
}

/** So long DTR is away: the capacitor behind it is charged then, and its coming back is a pulse. */
const RESET_MS = 100;

/** What ports of USB adapters are called: Linux, macOS. */
const PORT_NAMES = /^(ttyUSB|ttyACM|cu\.usb)/;

/**
 * Opens a port at a rate in baud, 8N1 without a handshake, for this process alone, and hands on what comes. Rejects
 * with SerialError where it cannot be had.
 */
export async function openSerialPort(
  path: string,
  baud: number,
  onOctets: (octets: Buffer) => void,
): Promise<SerialPort> {
  refuseAbsent(path);
  // Compiled for each system: loaded by those alone who have a port.
  const { SerialPort: Port } = await import("serialport");
  const port = new Port({ path, baudRate: baud, autoOpen: false });
  port.on("data", onOctets);
  const closed = new Promise<void>((resolve, reject) => {
    const lost = () => reject(new SerialError("failed", `${path} is gone: is the board still plugged in?`));
    // With an error where nobody asked for it.
    port.once("close", (error: Error | null) => (error ? lost() : resolve()));
    // More than once: each octet that is written to a port that is gone is an error.
    port.on("error", lost);
  });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error) reject(new SerialError("usage", refusal(path, baud, error)));
      else resolve();
    });
  });
  const setDtr = (dtr: boolean) =>
    new Promise<boolean>((resolve) => {
      port.set({ dtr }, (error) => resolve(!error));
    });
  return {
    closed,
    write: (octets) => {
      port.write(octets);
    },
    // It is on since the port was opened: nothing comes of that.
    hasDtr: () => setDtr(true),
    reset: async () => {
      if (!(await setDtr(false))) return false;
      await setTimeout(RESET_MS);
      return setDtr(true);
    },
    close: () => port.close(),
  };
}

/** What the system says of a port that is not there, or not for this user, by its code: the library has words only. */
function refuseAbsent(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SerialError("usage", absence(path, code, message));
  }
}

function absence(path: string, code: string | undefined, message: string): string {
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
  return `cannot open ${path}: ${message}`;
}

function refusal(path: string, baud: number, { message }: Error): string {
  if (/lock/.test(message)) return `${path} is in use by another program`;
  return `${path} is no serial port, or does not take ${baud} Bd: ${message}`;
}
