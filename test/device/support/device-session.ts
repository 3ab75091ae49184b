/** A rig with one device that has power from the start, as one object: for tests that are about the device alone. */
import type { Transmission } from "../../../hil/air/index.ts";
import type { ApplicationUplink, NetworkServer, ServerEvent } from "../../../hil/backend/index.ts";
import type { RadioEvent } from "../../../hil/emulator/chips/index.ts";
import {
  type DeviceChoice,
  type FaultyAir,
  type FixtureDevice,
  type GatewayProtocol,
  openRig,
  type Rig,
} from "../../../hil/rig/index.ts";

interface DeviceSessionOptions extends DeviceChoice {
  /** Everything random follows from it, except keys. */
  readonly seed: number;
  /** How gateway and Network Server speak; Semtech UDP where not given. */
  readonly gateway?: GatewayProtocol;
  /** The gateway has GPS and sends the beacons of class B, as long as `sendsBeacons`. */
  readonly beacons?: boolean;
}

/** How long the board may take for what `until` waits for, in its own time, where nothing else is said. */
const LIMIT_S = 3600;

export async function openDeviceSession(options: DeviceSessionOptions): Promise<DeviceSession> {
  const rig = await openRig(options);
  try {
    const device = await rig.device();
    device.powerOn();
    return new DeviceSession(rig, device);
  } catch (error) {
    await rig.close();
    throw error;
  }
}

export class DeviceSession {
  readonly #rig: Rig;
  readonly #device: FixtureDevice;

  constructor(rig: Rig, device: FixtureDevice) {
    this.#rig = rig;
    this.#device = device;
  }

  get identity(): FixtureDevice["identity"] {
    return this.#device.identity;
  }

  get air(): FaultyAir {
    return this.#rig.air;
  }

  get transmissions(): readonly Transmission[] {
    return this.#rig.transmissions;
  }

  get consoleLines(): string[] {
    return this.#device.consoleLines;
  }

  get serverEvents(): readonly ServerEvent[] {
    return this.#rig.serverEvents;
  }

  get radioEvents(): RadioEvent[] {
    return this.#device.radioEvents;
  }

  get sendsBeacons(): boolean {
    return this.#rig.sendsBeacons;
  }

  set sendsBeacons(wanted: boolean) {
    this.#rig.sendsBeacons = wanted;
  }

  async cutPower(seconds: number): Promise<void> {
    this.#device.powerOff();
    await this.pass(seconds);
    this.#device.powerOn();
  }

  get uplinks(): readonly ApplicationUplink[] {
    return this.#device.uplinks;
  }

  get sent(): readonly Transmission[] {
    return this.#device.sent;
  }

  get networkServer(): NetworkServer {
    return this.#rig.networkServer;
  }

  get nowS(): number {
    return this.#rig.nowS;
  }

  readVariable(name: string): Uint8Array {
    return this.#device.readVariable(name);
  }

  until(what: string, condition: () => boolean, limitS = LIMIT_S): Promise<void> {
    return this.#rig.until(what, condition, { within: `${limitS} s` });
  }

  pass(seconds: number): Promise<void> {
    return this.#rig.pass(`${seconds} s`);
  }

  nextUplink(limitS = LIMIT_S): Promise<ApplicationUplink> {
    return this.#device.uplink({ within: `${limitS} s` });
  }

  send(fPort: number, payload: Uint8Array, confirmed = false): void {
    this.#device.send(fPort, payload, { confirmed });
  }

  close(): Promise<void> {
    return this.#rig.close();
  }
}
