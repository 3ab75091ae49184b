/** What the Network Server of a session asks of its device, and how that answers. */
import type { DeviceSession } from "./device-session.ts";

/** Of a frequency in hertz, the three octets. */
export function frequencyOctets(hz: number): string {
  const octets = Buffer.alloc(3);
  octets.writeUIntLE(hz / 100, 0, 3);
  return octets.toString("hex");
}

/** Sends MAC commands in one frame and waits for their answers: their octets behind the CID, with spaces between. */
export async function ask(session: DeviceSession, commands: string): Promise<string> {
  const answered = () => session.serverEvents.filter(({ step }) => step === "mac-requests-answered");
  const before = answered().length;
  session.networkServer.request(session.identity.devEui, Buffer.from(commands, "hex"));
  await session.until(`an answer to ${commands}`, () => answered().length > before);
  return String(answered()[before].detail.answers);
}
