/**
 * A board on the modelled air, with the servers of the join scenario, for whoever wants to say step by step what they send
 * it and to see what comes back. Nothing happens by itself but what device and servers do of their own accord.
 */
import { randomBytes } from "node:crypto";
import { type DeviceIdentity, eepromImage, generateIdentity } from "../../toolchain/provisioning/index.ts";
import { regionsOf } from "../../toolchain/regions/index.ts";
import { Air, type Transmission } from "../air/index.ts";
import type { ApplicationUplink, NetworkServer, ServerEvent } from "../backend/index.ts";
import { runLockstep, VIRTUAL_EPOCH_MS, VirtualClock } from "../clock/index.ts";
import type { RadioEvent } from "../emulator/chips/index.ts";
import { type Gps, udpForwarder, VirtualGateway } from "../gateway/index.ts";
import { buildBeacon, gpsMsOf, NetworkPlan } from "../lorawan/index.ts";
import { buildFirmware, type FirmwareChoice } from "./build-firmware.ts";
import { chosenBoard } from "./chosen-board.ts";
import { DEVICE_STATION, type DeviceUnderTest, type Firmware, storeFormatOf } from "./device.ts";
import { Errands } from "./errands.ts";
import { DEV_EUI_PREFIX, JOIN_EUI } from "./names.ts";
import { describeFinding, describeServerEvent } from "./narration.ts";
import { ANSWER_TIMEOUT_MS, AS_ID, NET_ID, type Organisations, openOrganisations } from "./organisations.ts";
import { isPersonalised, personalise } from "./personalised-store.ts";
import { randomHex, seededRandom } from "./random.ts";
import { Timeline } from "./timeline.ts";

export interface DeviceSessionOptions extends Omit<FirmwareChoice, "exactLines"> {
  readonly board: string;
  /** The folder of the boards that are the project's own, as `readProject` gives it. */
  readonly boards?: string;
  /** Everything random follows from it, except keys. */
  readonly seed: number;
  /** The gateway has GPS and sends the beacons of class B, as long as `sendsBeacons`. */
  readonly beacons?: boolean;
  /** What the network takes a device of LoRaWAN 1.0.4 for: class A where not given. One of 1.1 tells it. */
  readonly deviceClass?: "A" | "C";
}

const GATEWAY_EUI = "02000000FFFE0001";
/** What its beacons tell: time to the microsecond, and no place. */
const GATEWAY_PLACE = { precision: 0, infoDesc: 0, info: new Uint8Array(6) };
/** The day on which the time of the servers begins. */
const STARTED_AT = new Date(VIRTUAL_EPOCH_MS);
const KEK_OCTETS = 16;
/** How long the board may take for what `until` waits for, in its own time, where nothing else is said. */
const LIMIT_S = 3600;
/** What of the console an error shows. */
const LINES_SHOWN = 12;

/**
 * Builds the firmware and starts the servers; the board gets power, and joins as soon as `until` lets time go by. One whose
 * `config` has `ABP` is personalised for the network instead, and no Join Server knows it.
 */
export async function openDeviceSession(options: DeviceSessionOptions): Promise<DeviceSession> {
  const firmware = await buildFirmware(chosenBoard(options), options, new Timeline());
  const { seed } = options;
  const clock = new VirtualClock();
  const plan = new NetworkPlan(regionsOf(options.region)[0]);
  const devEui = DEV_EUI_PREFIX + randomHex(seededRandom(seed), 16 - DEV_EUI_PREFIX.length);
  const identity = generateIdentity({ devEui, joinEui: JOIN_EUI });
  const errors: string[] = [];
  const events: ServerEvent[] = [];
  const organisations = await openOrganisations({
    clock,
    startedAt: STARTED_AT,
    plan,
    random: seededRandom(seed + 1),
    addressRandom: seededRandom(seed + 3),
    joinEui: identity.joinEui,
    databasePath: ":memory:",
    joinServerKek: randomBytes(KEK_OCTETS),
    fault: undefined,
    onEvent: (event) => {
      events.push(event);
      if (event.step === "server-fault") errors.push(describeServerEvent(event));
    },
    onVerdict: () => {},
    onWarning: (message) => errors.push(message),
  });
  const session = new DeviceSession({
    options,
    firmware,
    clock,
    plan,
    identity,
    organisations,
    errors,
    events,
  });
  try {
    await session.start();
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

export class DeviceSession {
  readonly identity: DeviceIdentity;
  readonly air: Air;
  /** What the board has sent, and the gateway. */
  readonly transmissions: Transmission[] = [];
  readonly consoleLines: string[] = [];
  readonly serverEvents: readonly ServerEvent[];
  readonly radioEvents: RadioEvent[] = [];
  /** With `beacons`: whether the gateway sends those that come. */
  sendsBeacons = true;
  readonly #with: Parts;
  readonly #errands = new Errands();
  readonly #gateway: VirtualGateway;
  #device: DeviceUnderTest | undefined;

  constructor(parts: Parts) {
    this.#with = parts;
    this.identity = parts.identity;
    this.serverEvents = parts.events;
    const { clock, plan, organisations, options, errors } = parts;
    this.air = new Air({ clock, random: seededRandom(options.seed + 4) });
    this.#gateway = new VirtualGateway({
      clock,
      air: this.air,
      eui: GATEWAY_EUI,
      ...(options.beacons ? { gps: this.#gps() } : {}),
      forwarder: udpForwarder({
        channels: plan.channels.map((channel) => ({ ...channel, frequencyHz: channel.uplinkHz })),
        transmitHz: plan.rangeHz,
        server: organisations.gateways,
        answerTimeoutMs: ANSWER_TIMEOUT_MS,
      }),
      onWarning: (message) => errors.push(message),
    });
  }

  /** The gateway's GPS receiver, and the beacons by it. */
  #gps(): Gps {
    const { plan } = this.#with;
    const { beaconDataRate, beaconLayout } = plan.classB;
    return {
      zeroMs: gpsMsOf(STARTED_AT),
      beacon: (time) => {
        if (!this.sendsBeacons) return undefined;
        const frequencyHz = plan.beaconFrequencyHz(time);
        return {
          ...plan.dataRate(beaconDataRate),
          frequencyHz,
          powerDbm: plan.powerDbm(frequencyHz),
          payload: buildBeacon({ time, ...GATEWAY_PLACE }, beaconLayout),
        };
      },
    };
  }

  /** Registers the device with its servers and powers the board up. Once, by `openDeviceSession`. */
  async start(): Promise<void> {
    const { options, firmware, clock, errors } = this.#with;
    const store = isPersonalised(options) ? this.#personalise() : await this.#register();
    await this.#gateway.start();
    this.#device = firmware.boot({
      eeprom: storeFormatOf(firmware.board).pack(store),
      clock,
      air: this.air,
      random: seededRandom(options.seed + 2),
      onConsoleLine: (line) => this.consoleLines.push(line),
      onRadioEvent: (event) => this.radioEvents.push(event),
      onFinding: (finding) => errors.push(`the firmware misuses the hardware: ${describeFinding(finding)}`),
      onFailure: (reason, trace) => errors.push([reason, ...trace].join("\n")),
    });
    this.air.onTransmission((transmission) => this.transmissions.push(transmission));
  }

  /** Root keys in the board's store and at the Join Server. */
  async #register(): Promise<Uint8Array> {
    const { options, firmware, identity, organisations } = this.#with;
    const { devEui, joinEui, nwkKey, appKey } = identity;
    const macVersion = options.lorawan;
    organisations.networkServer.registerDevice({ devEui, macVersion, deviceClass: options.deviceClass });
    organisations.applicationServer.registerDevice({ devEui, joinEui });
    await organisations.joinServer.registerDevice({
      ...{ devEui, joinEui, macVersion, nwkKey, appKey },
      homeNetId: NET_ID,
      asId: AS_ID,
    });
    return eepromImage(identity, firmware.board.eepromBytes);
  }

  /** A session in the board's store and at the Network Server, which hands the AppSKey on. */
  #personalise(): Uint8Array {
    const { options, firmware, identity, organisations } = this.#with;
    const { devEui, joinEui } = identity;
    const random = seededRandom(options.seed + 5);
    const { store, device } = personalise(options, devEui, firmware.board.eepromBytes, random);
    organisations.networkServer.personaliseDevice(device);
    organisations.applicationServer.registerDevice({ devEui, joinEui });
    return store;
  }

  /** Takes the board's power away for so many seconds. */
  async cutPower(seconds: number): Promise<void> {
    if (this.#device === undefined) throw new Error("the board has no power yet");
    const { machine } = this.#device;
    machine.powerOff();
    await this.pass(seconds);
    machine.powerOn();
  }

  /** What the device has sent, in order: its Application Server has decrypted it. */
  get uplinks(): readonly ApplicationUplink[] {
    return this.#with.organisations.applicationServer.uplinks;
  }

  /** Every packet of the device's radio, in order. */
  get sent(): readonly Transmission[] {
    return this.transmissions.filter(({ from }) => from === DEVICE_STATION);
  }

  get networkServer(): NetworkServer {
    return this.#with.organisations.networkServer;
  }

  /** Seconds of the run's time. */
  get nowS(): number {
    return this.#with.clock.nowNs() / 1e9;
  }

  /** The octets of a variable of the firmware, named as it is written: "lorawan/session.ts:appSKey". */
  readVariable(name: string): Uint8Array {
    if (this.#device === undefined) throw new Error("the board has no power yet");
    return this.#device.readVariable(name);
  }

  /** Lets time go by until `condition` holds. Throws where a side fails, or after `limitS` seconds of the board's time. */
  async until(what: string, condition: () => boolean, limitS = LIMIT_S): Promise<void> {
    const { clock, organisations, errors } = this.#with;
    if (this.#device === undefined) throw new Error("the board has no power yet");
    const ended = await runLockstep({
      clock,
      machines: [this.#device.machine],
      participants: [
        this.#gateway,
        organisations.gateways.server,
        organisations.networkServer,
        this.#errands,
      ],
      done: () => errors.length > 0 || condition(),
      limitNs: clock.nowNs() + limitS * 1e9,
    });
    if (errors.length > 0) throw new Error(`waiting for ${what}: ${errors.join("; ")}`);
    if (ended === "done") return;
    const lines = this.consoleLines.slice(-LINES_SHOWN).join("\n  ");
    throw new Error(`waited ${limitS} s for ${what}; the device's last words:\n  ${lines}`);
  }

  /** Lets so many seconds of the board's time go by. */
  async pass(seconds: number): Promise<void> {
    const endS = this.nowS + seconds;
    await this.until(`${seconds} s to go by`, () => this.nowS >= endS, seconds + 1);
  }

  /** The next uplink that has something for the application, or for a package. */
  async nextUplink(limitS = LIMIT_S): Promise<ApplicationUplink> {
    const before = this.uplinks.length;
    await this.until("an uplink", () => this.uplinks.length > before, limitS);
    return this.uplinks[before];
  }

  /** The Application Server has this for the device: it goes behind the uplink whose windows are still to come, or the next. */
  send(fPort: number, payload: Uint8Array, confirmed = false): void {
    const { applicationServer } = this.#with.organisations;
    const downlink = { fPort, payload, confirmed };
    this.#errands.start(
      applicationServer.queueDownlink(this.identity.devEui, downlink).then((outcome) => {
        if (outcome === "lost") throw new Error("the Network Server does not take it");
      }),
      (error) => this.#with.errors.push(`downlink on FPort ${fPort}: ${error.message}`),
    );
  }

  /** Frees what the run holds of this computer. */
  async close(): Promise<void> {
    this.#device?.close();
    await this.#gateway.stop();
    await this.#with.organisations.close();
  }
}

/** What a session is made of. */
interface Parts {
  readonly options: DeviceSessionOptions;
  readonly firmware: Firmware;
  readonly clock: VirtualClock;
  readonly plan: NetworkPlan;
  readonly identity: DeviceIdentity;
  readonly organisations: Organisations;
  /** What goes wrong on any side. */
  readonly errors: string[];
  readonly events: ServerEvent[];
}
