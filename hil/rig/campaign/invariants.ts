/**
 * What holds in every run, whatever is broken in it: checked on both sides as the run goes on, each by a name. What
 * comes to an end only when the faults do is for the trial to ask.
 */
import { readIdentity, readNonces } from "../../../toolchain/provisioning/index.ts";
import type { Transmission } from "../../air/index.ts";
import type { ApplicationUplink } from "../../backend/index.ts";
import { FType, isDataFrame, parseDataFrame, parseJoinRequest } from "../../lorawan/index.ts";
import type { FixtureDevice } from "../fixture-device.ts";
import { frameTypeOf } from "../frame-type.ts";
import type { Rig } from "../rig.ts";

/** Every invariant by its name. */
export const INVARIANTS = {
  "dev-nonce": "no DevNonce is in two join-requests on the air, and each is greater than the last",
  "join-nonce": "the device takes no JoinNonce twice, and each is greater than the last",
  "f-cnt-up": "under the keys of one session no FCntUp is on the air in two different frames",
  "uplink-once":
    "the Application Server takes each uplink at most once, and none that the device has not sent",
  "downlink-once": "the device takes each downlink at most once, and none that was not queued for it",
  "device-error": "the device reports no error",
  misuse: "the firmware does not misuse processor or radio",
  "server-fault": "no server fails",
  store: "the store can be read, and holds the device's identity",
  "no-keys": "no root key is in what is printed and reported",
  "comes-back": "when the faults are over the device joins, is heard, and hears",
  agreement: "device and Join Server then agree on DevNonce and JoinNonce, and all on the session",
} as const;

export type InvariantName = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: InvariantName;
  /** What was seen. */
  readonly text: string;
}

/** Payload of a downlink as the console shows it, by FPort. */
const DOWNLINK = /^downlink (\d+): ((?:[0-9A-F]{2})*)$/;

export class Invariants {
  readonly #rig: Rig;
  readonly #device: FixtureDevice;
  #violation: Violation | undefined;
  #seenFrames = 0;
  #seenLines = 0;
  #seenUplinks = 0;
  #lastDevNonce = -1;
  #lastJoinNonce = -1;
  /** FCntUp and octets that were sent last, by the session's DevAddr. */
  readonly #lastSent = new Map<string, { fCnt: number; octets: string }>();
  /** "DevAddr FCnt" of what was sent, and of what was taken. */
  readonly #sent = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #queued = new Set<string>();
  readonly #heard = new Set<string>();

  constructor(rig: Rig, device: FixtureDevice) {
    this.#rig = rig;
    this.#device = device;
  }

  get violation(): Violation | undefined {
    return this.#violation;
  }

  /** A downlink that the device may take. */
  queued(fPort: number, payload: Uint8Array): void {
    this.#queued.add(textOf(fPort, payload));
  }

  /** Whether the device has taken this downlink or one that was queued later. */
  hasHeardSince(fPort: number, payload: Uint8Array): boolean {
    const queued = [...this.#queued];
    return queued.slice(queued.indexOf(textOf(fPort, payload))).some((downlink) => this.#heard.has(downlink));
  }

  /** The first violation counts. */
  violate(invariant: InvariantName, text: string): void {
    this.#violation ??= { invariant, text };
  }

  /** Looks at what is new. */
  look(): void {
    const { transmissions, findings, troubles, nowS } = this.#rig;
    for (; this.#seenFrames < transmissions.length; this.#seenFrames++) {
      const frame = transmissions[this.#seenFrames];
      if (frame.endNs > nowS * 1e9) break;
      if (frame.from === this.#device.name) this.#sentFrame(frame);
    }
    const { consoleLines } = this.#device;
    for (; this.#seenLines < consoleLines.length; this.#seenLines++)
      this.#printed(consoleLines[this.#seenLines]);
    const { uplinks } = this.#device;
    for (; this.#seenUplinks < uplinks.length; this.#seenUplinks++)
      this.#takenUplink(uplinks[this.#seenUplinks]);
    if (findings.length > 0) this.violate("misuse", troubles[0]);
    else if (troubles.length > 0) this.violate("server-fault", troubles[0]);
  }

  /** What is looked at once, at the end. */
  checkStore(): void {
    const { identity, store } = this.#device;
    try {
      const { devEui, joinEui, nwkKey, appKey } = readIdentity(store);
      const isSame =
        devEui === identity.devEui &&
        joinEui === identity.joinEui &&
        Buffer.from(nwkKey).equals(identity.nwkKey) &&
        Buffer.from(appKey).equals(identity.appKey);
      if (!isSame) this.violate("store", "the store holds another identity than the device was given");
    } catch (error) {
      this.violate("store", (error as Error).message);
    }
  }

  /** Neither way round, in what anybody may come to read. */
  checkKeys(): void {
    const { nwkKey, appKey } = this.#device.identity;
    const keys = [nwkKey, appKey].flatMap((key) => [
      Buffer.from(key).toString("hex"),
      Buffer.from(key).reverse().toString("hex"),
    ]);
    const said = [...this.#rig.timeline.map(({ text }) => text), JSON.stringify(this.#rig.serverEvents)];
    const leak = said.find((text) => keys.some((key) => text.toLowerCase().includes(key)));
    if (leak !== undefined)
      this.violate("no-keys", "a root key is in the timeline or in what a server has reported");
  }

  #sentFrame({ payload, ...packet }: Transmission): void {
    if (frameTypeOf({ payload, ...packet } as Transmission) === FType.joinRequest) {
      const { devNonce } = parseJoinRequest(payload);
      if (devNonce <= this.#lastDevNonce) {
        this.violate(
          "dev-nonce",
          `a join-request has DevNonce ${devNonce}, after one with ${this.#lastDevNonce}`,
        );
      }
      this.#lastDevNonce = devNonce;
      return;
    }
    if (!isDataFrame(payload)) return;
    const { devAddr, fCnt16 } = parseDataFrame(payload);
    const octets = Buffer.from(payload).toString("hex");
    const last = this.#lastSent.get(devAddr);
    // A frame may be repeated as it is (NbTrans).
    if (last !== undefined && octets !== last.octets && fCnt16 <= last.fCnt) {
      this.violate("f-cnt-up", `DevAddr ${devAddr} sends FCntUp ${fCnt16} after ${last.fCnt}`);
    }
    this.#lastSent.set(devAddr, { fCnt: fCnt16, octets });
    this.#sent.add(`${devAddr} ${fCnt16}`);
  }

  #printed(line: string): void {
    if (line.startsWith("error")) this.violate("device-error", `the device says "${line}"`);
    if (line.startsWith("joined ")) this.#joined();
    const [, fPort, octets] = DOWNLINK.exec(line) ?? [];
    if (fPort === undefined) return;
    const downlink = `${fPort} ${octets}`;
    if (!this.#queued.has(downlink))
      this.violate("downlink-once", `the device takes a downlink that nobody queued: ${line}`);
    if (this.#heard.has(downlink))
      this.violate("downlink-once", `the device takes a downlink again: ${line}`);
    this.#heard.add(downlink);
  }

  #joined(): void {
    const { lastJoinNonce } = readNonces(this.#device.store);
    if (lastJoinNonce === undefined || lastJoinNonce <= this.#lastJoinNonce) {
      this.violate(
        "join-nonce",
        `the device joins with JoinNonce ${lastJoinNonce}, after ${this.#lastJoinNonce}`,
      );
    }
    this.#lastJoinNonce = lastJoinNonce ?? this.#lastJoinNonce;
  }

  #takenUplink({ devAddr, fCnt }: ApplicationUplink): void {
    const uplink = `${devAddr} ${fCnt & 0xffff}`;
    if (!this.#sent.has(uplink)) this.violate("uplink-once", `FCntUp ${fCnt} of ${devAddr} was never sent`);
    if (this.#taken.has(uplink)) this.violate("uplink-once", `FCntUp ${fCnt} of ${devAddr} is taken again`);
    this.#taken.add(uplink);
  }
}

function textOf(fPort: number, payload: Uint8Array): string {
  return `${fPort} ${Buffer.from(payload).toString("hex").toUpperCase()}`;
}
