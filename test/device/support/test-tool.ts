/** The test tool of the certification protocol (TS009), behind the Application Server. */
import assert from "node:assert/strict";
import type { ApplicationUplink } from "../../../hil/backend/index.ts";
import type { DeviceSession } from "./device-session.ts";

const CERTIFICATION_PORT = 224;
export const APPLICATION_PORT = 2;
/** Seconds from uplink to uplink. */
export const PERIOD_S = 60;

export const FTYPE_UNCONFIRMED_UP = 2;
export const FTYPE_CONFIRMED_UP = 4;
const ADR_BIT = 0x80;

/** A session with a test tool. */
export class TestTool {
  readonly session: DeviceSession;

  constructor(session: DeviceSession) {
    this.session = session;
  }

  /** Sends a command in the windows of the uplink that has just come. */
  command(octets: string, confirmed = false): void {
    this.session.send(CERTIFICATION_PORT, Buffer.from(octets, "hex"), confirmed);
  }

  /** The Network Server asks for this by MAC commands. */
  request(octets: string): void {
    this.session.networkServer.request(this.session.identity.devEui, Buffer.from(octets, "hex"));
  }

  /** What the device says to a command: the next uplink. */
  async answerTo(octets: string): Promise<string> {
    this.command(octets);
    const { fPort, payload } = await this.session.nextUplink();
    assert.equal(fPort, CERTIFICATION_PORT);
    return Buffer.from(payload).toString("hex");
  }

  /** The next uplink, which must be the application's. */
  async nextOfApplication(limitS?: number): Promise<ApplicationUplink> {
    const uplink = await this.session.nextUplink(limitS);
    assert.equal(uplink.fPort, APPLICATION_PORT, Buffer.from(uplink.payload).toString("hex"));
    return uplink;
  }

  /** FType and ADR bit of the frame that the device sent last. */
  get frame(): { readonly fType: number; readonly adr: boolean } {
    const { payload } = this.session.sent[this.session.sent.length - 1];
    return { fType: payload[0] >> 5, adr: (payload[5] & ADR_BIT) !== 0 };
  }

  /** Seconds from the start of the last frame but one to that of the last. */
  get pauseS(): number {
    const [before, last] = this.session.sent.slice(-2);
    return (last.startNs - before.startNs) / 1e9;
  }

  /** Seconds that so many uplinks of the application take. */
  async secondsOf(uplinks: number): Promise<number> {
    const sinceS = this.session.nowS;
    for (let i = 0; i < uplinks; i++) await this.nextOfApplication();
    return this.session.nowS - sinceS;
  }

  /** MAC commands of the device, by name, in order. */
  get macCommands(): string[] {
    return this.session.serverEvents
      .filter(({ step }) => step === "mac-command-received")
      .map(({ detail }) => String(detail.name));
  }

  /** The continuous waves that the device has sent, to their ends. */
  get waves(): { seconds: number; megahertz: number; powerDbm: number }[] {
    return this.session.radioEvents.flatMap((start, index, events) => {
      if (start.type !== "carrier-start") return [];
      const end = events[index + 1];
      assert.equal(end?.type, "carrier-end", "the radio does nothing else while the wave lasts");
      const seconds = Math.round((end.atNs - start.atNs) / 1e8) / 10;
      return [{ seconds, megahertz: Math.round(start.frequencyHz / 1e4) / 100, powerDbm: start.powerDbm }];
    });
  }

  /** What the device has printed with this beginning. */
  printed(beginning: string): string[] {
    return this.session.consoleLines.filter((line) => line.startsWith(beginning));
  }
}
