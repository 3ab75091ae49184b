/** A device in the hands of a spec: its power, what it says, what it sends and is sent. */
import { type DeviceIdentity, eepromImage } from "../../toolchain/provisioning/index.ts";
import type { Transmission } from "../air/index.ts";
import type { ApplicationUplink } from "../backend/index.ts";
import type { Timer } from "../clock/index.ts";
import type { RadioEvent } from "../emulator/chips/index.ts";
import type { CutPhase } from "../emulator/index.ts";
import { linkAdrReq } from "../lorawan/index.ts";
import {
  type ConsoleIdentity,
  type ConsoleState,
  identityIn,
  isAnswerTo,
  refusalIn,
  stateIn,
} from "./console-answers.ts";
import { DEVICE_STATION, type DeviceUnderTest, type Firmware, storeFormatOf } from "./device.ts";
import { type DeviceBody, EmulatedBody, openPtyBody, type SerialOptions } from "./device-body.ts";
import { type Duration, nsOf } from "./duration.ts";
import { describeFinding } from "./narration.ts";
import { isPersonalised, personalise, type SeededParts } from "./personalised-store.ts";
import type { DeviceChoice, Rig, Within } from "./rig.ts";
import { SerialBody } from "./serial-body.ts";
import { compareSessionKeys } from "./session-keys.ts";
import type { BootOptions, Site } from "./site.ts";

/** A payload for the device or from it. */
export interface Message {
  readonly fPort: number;
  readonly payload: Uint8Array;
}

/** So long a device has no power that is reset. */
const RESET: Duration = "100 ms";

/** When the power goes, and for how long. */
export interface PowerCut {
  readonly for?: Duration;
  readonly atStoreWrite?: number;
  /** Before the write, in the midst of it, when the octet is torn, or behind it; "during" where not given. */
  readonly phase?: CutPhase;
}

/** LinkADRAns: power, data rate and channels (TS001-1.0.4, 5.3). */
const ALL_ACCEPTED = 7;

export interface SendOptions {
  readonly confirmed?: boolean;
  /** Told where the servers do not take it, which else ends the run. */
  readonly onLost?: (reason: string) => void;
}

const JOINED = /^(?:joined|personalised) ([0-9A-F]{8})$/;
const DOWNLINK = /^downlink (\d+): ((?:[0-9A-F]{2})*)$/;

export class FixtureDevice {
  /** Of its radio on the air. */
  readonly name: string;
  /** Names and root keys. */
  readonly identity: DeviceIdentity;
  readonly lorawan: "1.0.4" | "1.1";
  /** What it has printed so far. */
  readonly consoleLines: string[] = [];
  /** What its receiver has done so far. */
  readonly radioEvents: RadioEvent[] = [];
  readonly #with: Parts;
  #body: DeviceBody | undefined;
  /** The first line of the console since power came last. */
  #linesBefore = 0;
  /** Of the power, in the course of a reset. */
  #comeback: Timer | undefined;
  /** Ends the wait for a power cut at a write to the store. */
  #endWatch: (() => void) | undefined;
  /** To the command that it was asked last. */
  #lastAnswer: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#with = parts;
    this.name = parts.name;
    this.identity = parts.identity;
    this.lorawan = parts.lorawan;
  }

  /** Makes it known to the servers, and puts into its store what it is to know of them. Once, by the rig. */
  async provision(choice: DeviceChoice, seeded: SeededParts): Promise<void> {
    const { port } = choice;
    if (port !== undefined && port !== "pty") return this.#meetBoard(port, choice);
    const store = isPersonalised(choice) ? this.#personalise(choice, seeded) : await this.#register(choice);
    const { site, firmware } = this.#with;
    const boot = {
      ...this.#hooks,
      eeprom: storeFormatOf(firmware.board).pack(store),
      station: this.name,
      crystals: choice,
    };
    this.#body =
      port === undefined
        ? new EmulatedBody(site, firmware, boot)
        : await openPtyBody(site, firmware, boot, this.#serialOptions);
  }

  /** A real board, which has its names and keys already. */
  async #meetBoard(path: string, { lorawan, flash = true, ...choice }: DeviceChoice): Promise<void> {
    const { site, firmware } = this.#with;
    await site.register(this.identity, { ...choice, lorawan }, this.identity);
    this.#body = await SerialBody.open({ ...this.#serialOptions, site, path, firmware, lorawan, flash });
  }

  get #serialOptions(): SerialOptions {
    const { site, firmware } = this.#with;
    return {
      baud: firmware.board.console.baud,
      onConsoleLine: this.#hooks.onConsoleLine,
      onLost: (reason) => site.trouble(reason),
    };
  }

  /** The name of its board. */
  get boardName(): string {
    return this.#with.firmware.board.name;
  }

  /** The board as this process emulates it; undefined where another does, or there is a real one, or no power came yet. */
  get emulation(): DeviceUnderTest | undefined {
    return this.#body?.emulated?.underTest;
  }

  /** What may be wrong with it, where that shows. */
  get doubt(): string | undefined {
    return this.#body?.doubt;
  }

  /** Root keys for the device's store and for the Join Server. */
  async #register(choice: DeviceChoice): Promise<Uint8Array> {
    const { site, firmware } = this.#with;
    await site.register(this.identity, choice, this.identity);
    return eepromImage(this.identity, firmware.board.eepromBytes);
  }

  /** A session for the device's store and for the Network Server, which hands the AppSKey on. */
  #personalise(choice: DeviceChoice, seeded: SeededParts): Uint8Array {
    const { site, firmware } = this.#with;
    const { devEui, joinEui } = this.identity;
    const { netId } = site.organisations;
    const { store, device } = personalise(choice, { devEui, netId }, firmware.board.eepromBytes, seeded);
    site.organisations.networkServer.personaliseDevice(device);
    site.organisations.applicationServer.registerDevice({ devEui, joinEui });
    return store;
  }

  /** Gives it power. Its program begins as soon as the spec waits for something. */
  powerOn(): void {
    this.#comeback?.cancel();
    if (this.#body?.beginsAnew) this.#linesBefore = this.consoleLines.length;
    this.#body?.powerOn();
  }

  /** Takes its power away. The store stays as it is. */
  powerOff(): void {
    this.#comeback?.cancel();
    this.#endWatch?.();
    this.#body?.powerOff();
  }

  /** Its supply dips: the processor is reset, the radio goes on. A board that is not modelled so has no power for 1 ms. */
  brownOut(): void {
    this.#endWatch?.();
    if (!this.#emulated.brownOut()) this.cutPower({ for: "1 ms" });
    else this.#linesBefore = this.consoleLines.length;
  }

  /** Its power comes back, where it is away, and no cut is planned any more. */
  keepPower(): void {
    if (this.isCutPending) this.#emulated.cutPowerAtStoreWrite(Number.MAX_SAFE_INTEGER, "before");
    this.#endWatch?.();
    if (!this.isPowered) this.powerOn();
  }

  /** Whether a cut at a write to the store is still to come. */
  get isCutPending(): boolean {
    return this.#endWatch !== undefined;
  }

  /** Whether it has power. */
  get isPowered(): boolean {
    return this.#emulated.isPowered;
  }

  /**
   * Takes its power away for so long (100 ms where not given): now, or with `atStoreWrite` at that write to the store from
   * now, 1 being the next, in whichever `phase` of it. The next cut of the power takes the place of one that is still to come.
   */
  cutPower({ for: duration = RESET, atStoreWrite, phase = "during" }: PowerCut = {}): void {
    const { clock } = this.#with.site;
    const comeBack = () => {
      this.#linesBefore = this.consoleLines.length;
      this.#comeback = clock.at(clock.nowNs() + nsOf(duration), () => this.powerOn());
    };
    if (atStoreWrite === undefined) {
      this.powerOff();
      comeBack();
      return;
    }
    this.#endWatch?.();
    this.#emulated.cutPowerAtStoreWrite(atStoreWrite, phase);
    const end = this.#with.site.watch(() => {
      if (this.isPowered) return;
      this.#endWatch?.();
      comeBack();
    });
    this.#endWatch = () => {
      this.#endWatch = undefined;
      end();
    };
  }

  /** Whether the rig can have its program begin anew: not where a real board goes on whatever its port does. */
  get canReset(): boolean {
    return this.#body?.beginsAnew === true;
  }

  /** Has its program begin anew, as when its battery is taken out and put back. */
  reset(): void {
    if (this.#body?.reset !== undefined) {
      this.#linesBefore = this.consoleLines.length;
      this.#body.reset();
      return;
    }
    this.cutPower();
  }

  /** Waits until it has joined since power came last, or taken up the session it was personalised with; tells its DevAddr. */
  async joined(limit: Within = {}): Promise<string> {
    await this.#with.rig.until(`${this.name} to join`, () => this.devAddr !== undefined, limit);
    return this.devAddr!;
  }

  /** Its DevAddr, where it has joined since power came last, or taken up the session it was personalised with. */
  get devAddr(): string | undefined {
    const [line] = this.consoleLines.slice(this.#linesBefore).filter((text) => JOINED.test(text));
    return line === undefined ? undefined : JOINED.exec(line)![1];
  }

  /**
   * The names in its store and its version, as it tells them itself. Here and below its image needs CONSOLE_COMMANDS
   * (docs/console.md). Throws where the names are not those that the servers know.
   */
  async id(limit: Within = {}): Promise<ConsoleIdentity> {
    const identity = identityIn(await this.#ask("?id", limit));
    const { devEui, joinEui } = this.identity;
    if (identity.devEui === devEui && identity.joinEui === joinEui) return identity;
    throw new Error(
      `${this.name} is DevEUI ${identity.devEui} with JoinEUI ${identity.joinEui}, and the run is for ${devEui} with ${joinEui}: another board is there, or another store in it`,
    );
  }

  /** Whether it has a session, as it tells itself. */
  async state(limit: Within = {}): Promise<ConsoleState> {
    return stateIn(await this.#ask("?state", limit));
  }

  /** Has it leave its session and join anew; `joined` then waits for that. */
  async joinNow(limit: Within = {}): Promise<void> {
    const before = this.consoleLines.length;
    await this.#ask("!join", limit);
    this.#linesBefore = before;
  }

  /** Has it send an uplink as soon as it may, FPort 1 to 223, at most 16 octets. */
  async sendUplink(fPort: number, payload: Uint8Array, limit: Within = {}): Promise<void> {
    await this.#ask(`!send ${fPort} ${Buffer.from(payload).toString("hex")}`, limit);
  }

  /** The answer to a command, which goes out when the one before has its own. */
  #ask(command: string, limit: Within): Promise<string> {
    const answer = this.#lastAnswer.then(() => this.#askAlone(command, limit));
    this.#lastAnswer = answer.catch(() => {});
    return answer;
  }

  async #askAlone(command: string, limit: Within): Promise<string> {
    const before = this.consoleLines.length;
    // The line end before it ends whatever noise was taken for the begin of a line.
    this.#body?.type(Buffer.from(`\n${command}\n`));
    const answer = () => this.consoleLines.slice(before).find((line) => isAnswerTo(command, line));
    const what = `${this.name} to answer ${command}, which needs an image with CONSOLE_COMMANDS`;
    await this.#with.rig.until(what, () => answer() !== undefined, { within: "30 s", ...limit });
    const refusal = refusalIn(answer()!);
    if (refusal !== undefined) throw new Error(`${this.name} refuses ${command}: ${refusal}`);
    return answer()!;
  }

  /** Waits for the next uplink with an FPort, or with this one: its Application Server has decrypted it then. */
  async uplink({ fPort, ...limit }: { readonly fPort?: number } & Within = {}): Promise<ApplicationUplink> {
    const before = this.uplinks.length;
    const next = () =>
      this.uplinks.slice(before).find((uplink) => fPort === undefined || uplink.fPort === fPort);
    const port = fPort === undefined ? "" : ` on FPort ${fPort}`;
    await this.#with.rig.until(`an uplink of ${this.name}${port}`, () => next() !== undefined, limit);
    return next()!;
  }

  /** Waits for the next downlink that it prints, on any FPort or on this one. */
  async downlink({ fPort, ...limit }: { readonly fPort?: number } & Within = {}): Promise<Message> {
    const port = fPort === undefined ? "\\d+" : String(fPort);
    const line = await this.prints(new RegExp(`^downlink ${port}: `), limit);
    const [, number, octets] = DOWNLINK.exec(line)!;
    return { fPort: Number(number), payload: Buffer.from(octets, "hex") };
  }

  /** Waits for the next line of its console that matches. */
  async prints(pattern: RegExp, limit: Within = {}): Promise<string> {
    const before = this.consoleLines.length;
    const next = () => this.consoleLines.slice(before).find((line) => pattern.test(line));
    await this.#with.rig.until(`${this.name} to print ${pattern}`, () => next() !== undefined, limit);
    return next()!;
  }

  /**
   * The Application Server has this for it, FPort 1 to 224: it goes behind the uplink whose windows are still to come, or
   * the next. A device of class C gets it at once.
   */
  send(fPort: number, payload: Uint8Array, { confirmed = false, onLost }: SendOptions = {}): void {
    const { site } = this.#with;
    const fail = onLost ?? ((reason: string) => site.trouble(`downlink on FPort ${fPort}: ${reason}`));
    const downlink = { fPort, payload, confirmed };
    site.witness.errands.start(
      site.organisations.applicationServer.queueDownlink(this.identity.devEui, downlink).then((outcome) => {
        if (outcome === "lost") throw new Error("the Network Server does not take it");
      }),
      (error) => fail(error.message),
    );
  }

  /**
   * Has the Network Server ask it by MAC commands, octets in hexadecimal as TS001 writes them, all in one frame; waits
   * until it answers. Gives the octets of its answers behind their CIDs, with spaces between: "07 03".
   */
  async request(macCommands: string, limit: Within = {}): Promise<string> {
    const { site, rig } = this.#with;
    const { devEui } = this.identity;
    const before = rig.serverEvents.length;
    const settled = () =>
      rig.serverEvents
        .slice(before)
        .find((event) => event.devEui === devEui && event.step.startsWith("mac-requests-"));
    site.organisations.networkServer.request(devEui, Buffer.from(macCommands, "hex"));
    await rig.until(`${this.name} to answer ${macCommands}`, () => settled() !== undefined, limit);
    const { ok, detail } = settled()!;
    if (!ok) throw new Error(`${this.name} does not answer ${detail.requests}`);
    return String(detail.answers);
  }

  /** Has the Network Server set its data rate on all channels (LinkADRReq); waits until it has accepted that. */
  async setDataRate(dataRate: number, limit: Within = {}): Promise<void> {
    const { chMask, chMaskCntl } = this.#with.site.plan.allOn;
    const request = linkAdrReq(dataRate, chMask, chMaskCntl);
    const answer = Number.parseInt(await this.request(Buffer.from(request).toString("hex"), limit), 16);
    if (answer !== ALL_ACCEPTED)
      throw new Error(`${this.name} does not accept DR${dataRate}: LinkADRAns ${answer}`);
  }

  /** Has its Application Server ask the Join Server for the AppSKey of its session; throws where it gets another, or none. */
  async requestAppSKey(limit: Within = {}): Promise<void> {
    const { site, rig } = this.#with;
    const outcome: { isKnown: boolean; error?: Error } = { isKnown: false };
    site.witness.errands.start(
      site.organisations.applicationServer.requestAppSKey(this.identity.devEui).then(() => {
        outcome.isKnown = true;
      }),
      (error) => Object.assign(outcome, { isKnown: true, error }),
    );
    await rig.until("the AppSKey of the Join Server", () => outcome.isKnown, limit);
    if (outcome.error) throw outcome.error;
  }

  /**
   * The names of the session keys that its servers have otherwise than it: none should be, behind the first uplink of a
   * session. Throws where nobody can look into the board.
   */
  unequalKeys(): string[] {
    const { site } = this.#with;
    return compareSessionKeys({
      lorawan: this.lorawan,
      devEui: this.identity.devEui,
      organisations: site.organisations,
      readVariable: (name) => this.readVariable(name),
    }).flatMap(({ name, server, result }) => (result === "equal" ? [] : [`${name}, ${server}: ${result}`]));
  }

  /** What it has sent, in order, as its Application Server has decrypted it. */
  get uplinks(): readonly ApplicationUplink[] {
    const { devEui } = this.identity;
    return this.#with.site.organisations.applicationServer.uplinks.filter(
      (uplink) => uplink.devEui === devEui,
    );
  }

  /** Every packet of its radio, in order. */
  get sent(): readonly Transmission[] {
    return this.#with.rig.transmissions.filter(({ from }) => from === this.name);
  }

  /** What its store holds now: identity and nonces, as toolchain/provisioning reads them. */
  get store(): Uint8Array {
    return this.#emulated.store;
  }

  get #emulated(): EmulatedBody {
    const board = this.#body?.emulated;
    if (board === undefined)
      throw new Error(`${this.name} is a real board: its power and its store are not the rig's`);
    return board;
  }

  /** The octets of a variable of its firmware, named as it is written: "lorawan/session.ts:appSKey". */
  readVariable(name: string): Uint8Array {
    return this.#body!.readVariable(name);
  }

  /** What hears of it. */
  get #hooks(): Omit<BootOptions, "eeprom" | "station"> {
    const { site, name } = this.#with;
    const { witness } = site;
    const whose = name === DEVICE_STATION ? "" : `${name}: `;
    return {
      onConsoleLine: (line) => {
        this.consoleLines.push(line);
        witness.consoleLine(whose + line);
      },
      onRadioEvent: (event) => {
        this.radioEvents.push(event);
        witness.radioEvent(event);
      },
      onFinding: (finding) => {
        witness.finding(finding);
        site.trouble(`the firmware misuses the hardware: ${describeFinding(finding)}`);
      },
      onFailure: (reason, trace) => {
        witness.deviceFailure(reason, trace);
        site.trouble([reason, ...trace].join("\n"));
      },
    };
  }
}

/** What a device is made of. */
interface Parts {
  readonly name: string;
  readonly identity: DeviceIdentity;
  readonly lorawan: "1.0.4" | "1.1";
  readonly firmware: Firmware;
  readonly rig: Rig;
  readonly site: Site;
}
