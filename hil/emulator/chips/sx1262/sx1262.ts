/**
 * The SX1261 and SX1262 with LoRa and GFSK, command by command: Semtech datasheet revision 2.1. It behaves as the chip
 * does, whatever a driver expects of it, and reports as findings what the chip would take without complaint
 * though it cannot be meant. This file is the host's side: pins, and commands over SPI (chapter 10).
 *
 * LR-FHSS, preambles without end, waking by the RTC, and in GFSK a CRC of one octet are not modelled; using them is a
 * finding.
 */
import type { Air } from "../../../air/index.ts";
import type { Clock } from "../../../clock/index.ts";
import type { Finding } from "../../finding.ts";
import { hex } from "../hex.ts";
import type { Dio, RadioChip, RadioEvent, RadioState } from "../radio-chip.ts";
import type { BoardTraits } from "./board-traits.ts";
import { CommandStatus, isStandby, onAir, statusOctet } from "./chip-mode.ts";
import { type Command, type CommandContext, commands } from "./commands/index.ts";
import { DioLines } from "./interrupts.ts";
import { ModeMachine } from "./mode-machine.ts";
import { COMMAND_NS, RESET_PULSE_NS, SLEEP_ENTRY_NS } from "./timing.ts";

const GET_STATUS = 0xc0;

export interface Sx1262Options {
  /** The board's own time; a chip alone takes any clock. */
  readonly clock: Clock;
  readonly air: Air;
  /** The station's name on the air. */
  readonly name: string;
  /** An SX1262 with a crystal and without a switch on DIO2, where not given. */
  readonly board?: BoardTraits;
  /** 0..1, seeded: the random numbers of the receiver. */
  readonly random: () => number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onEvent?: (event: RadioEvent) => void;
  readonly onState?: (state: RadioState) => void;
}

/** What the octets of a selection are: a command, the wake-up from sleep, or nothing that the chip hears. */
interface Frame {
  readonly hears: "command" | "wake-up" | "nothing";
  opcode: number | undefined;
  readonly octets: number[];
}

export class Sx1262 implements RadioChip {
  readonly #options: Sx1262Options;
  readonly #board: BoardTraits;
  readonly #modes: ModeMachine;
  readonly #dio = new DioLines();
  #frame: Frame | undefined;
  #resetAssertedNs: number | undefined;
  /** Until then SetSleep keeps the chip from hearing anything. */
  #deafUntilNs = 0;

  constructor(options: Sx1262Options) {
    this.#options = options;
    this.#board = options.board ?? { part: "sx1262" };
    this.#modes = new ModeMachine({
      clock: options.clock,
      air: options.air,
      name: options.name,
      board: this.#board,
      report: (fault) => this.#report(fault),
      onEvent: (event) => options.onEvent?.(event),
      onState: (state) => options.onState?.(state),
      onSignal: () => this.#updateDio(),
    });
  }

  get busy(): boolean {
    return this.#modes.busy.high;
  }

  onBusy(listener: (level: boolean) => void): void {
    this.#modes.busy.onChange(listener);
  }

  onDio(listener: (dio: Dio, level: boolean) => void): void {
    this.#dio.onChange(listener);
  }

  reset(asserted: boolean): void {
    const nowNs = this.#nowNs();
    if (asserted) {
      if (this.#resetAssertedNs !== undefined) return;
      this.#resetAssertedNs = nowNs;
      this.#frame = undefined;
      this.#modes.stop(nowNs);
      this.#modes.busy.hold(Number.POSITIVE_INFINITY);
      return;
    }
    if (this.#resetAssertedNs === undefined) return;
    const pulseNs = nowNs - this.#resetAssertedNs;
    if (pulseNs < RESET_PULSE_NS) {
      this.#report(`NRESET was low for ${pulseNs / 1000} us only: hold it for 100 us (section 8.1)`);
    }
    this.#resetAssertedNs = undefined;
    this.#deafUntilNs = 0;
    this.#modes.start(nowNs);
  }

  select(selected: boolean): void {
    if (!selected) {
      const frame = this.#frame;
      this.#frame = undefined;
      if (frame !== undefined) this.#end(frame);
      return;
    }
    if (this.#frame === undefined) this.#frame = { hears: this.#hearing(), opcode: undefined, octets: [] };
  }

  transfer(out: number): number {
    const frame = this.#frame;
    if (frame === undefined) return 0;
    if (frame.opcode === undefined) {
      frame.opcode = out & 0xff;
      this.#begin(frame, frame.opcode);
      return this.#statusOctet(frame);
    }
    const command = commands[frame.opcode];
    const at = frame.octets.length;
    frame.octets.push(out & 0xff);
    if (frame.hears !== "command" || command?.answer === undefined) return this.#statusOctet(frame);
    // An answer follows the parameters and a status octet; that of GetStatus is the status octet.
    const index = frame.opcode === GET_STATUS ? 0 : at - command.parameters - 1;
    if (index < 0) return this.#statusOctet(frame);
    const parameters = Uint8Array.from(frame.octets.slice(0, command.parameters));
    return command.answer(this.#context(), parameters, index) & 0xff;
  }

  /** What becomes of a selection that begins now: NSS wakes a sleeping chip, and a busy one does not hear. */
  #hearing(): Frame["hears"] {
    const nowNs = this.#nowNs();
    if (this.#resetAssertedNs !== undefined) {
      this.#report("NSS fell while NRESET is low");
      return "nothing";
    }
    if (nowNs < this.#deafUntilNs) {
      this.#report("NSS fell within 500 us after SetSleep, which the chip does not notice (section 13.1.1)");
      return "nothing";
    }
    if (this.#modes.mode === "SLEEP") {
      this.#modes.wake(nowNs);
      return "wake-up";
    }
    return this.busy ? "nothing" : "command";
  }

  /** The opcode has come. */
  #begin(frame: Frame, opcode: number): void {
    const name = commands[opcode]?.name ?? `opcode ${hex(opcode)}`;
    if (frame.hears === "command") {
      if (commands[opcode] === undefined) this.#refuse(`there is no command ${hex(opcode)} (table 11-1)`);
      return;
    }
    if (frame.hears === "wake-up") {
      if (opcode !== GET_STATUS) {
        this.#report(
          `${name} in SLEEP only wakes the chip and is lost: wake it by GetStatus, wait for BUSY to fall, send it then (section 8.2.2)`,
        );
      }
    } else if (this.busy && this.#resetAssertedNs === undefined && this.#nowNs() >= this.#deafUntilNs) {
      this.#report(`${name} while BUSY is high is lost: wait for BUSY to fall before NSS (section 8.3.1)`);
    }
  }

  /** NSS rose: the command is carried out. */
  #end(frame: Frame): void {
    if (frame.hears !== "command" || frame.opcode === undefined) return;
    const command = commands[frame.opcode];
    if (command === undefined) return;
    const octets = Uint8Array.from(frame.octets);
    if (command.answer === undefined) this.#execute(command, octets);
    else if (octets.length <= command.parameters) {
      this.#report(`${command.name} ended before its answer: ${octets.length} octets after the opcode`);
    }
    if (!this.busy) this.#modes.occupy(COMMAND_NS, this.#nowNs());
    this.#updateDio();
  }

  #execute(command: Command, octets: Uint8Array): void {
    const { name, parameters, data = false, modes } = command;
    if (octets.length < parameters) {
      this.#refuse(`${name} takes ${parameters} octets, ${octets.length} came: it has no effect`);
      return;
    }
    if (octets.length > parameters && !data) {
      this.#report(`${name} takes ${parameters} octets, ${octets.length} came: the last ones have no effect`);
    }
    const { mode } = this.#modes;
    if ((modes === "STDBY_RC" && mode !== "STDBY_RC") || (modes === "standby" && !isStandby(mode))) {
      const where = modes === "STDBY_RC" ? "STDBY_RC" : "standby";
      this.#modes.fail(`${name} in ${mode}: it is carried out in ${where} only`);
      return;
    }
    if (modes === "off air" && onAir(mode)) {
      this.#report(`${name} in ${mode} changes what the modem is working with: go to standby first`);
    }
    this.#modes.chip.commandStatus = CommandStatus.Executed;
    command.execute?.(this.#context(), octets);
    if (this.#modes.mode === "SLEEP") this.#deafUntilNs = this.#nowNs() + SLEEP_ENTRY_NS;
  }

  #context(): CommandContext {
    return {
      chip: this.#modes.chip,
      modes: this.#modes,
      board: this.#board,
      nowNs: this.#nowNs(),
      random: this.#options.random,
      channelPowerDbm: () => {
        const channel = this.#modes.receiving;
        if (channel === undefined) return undefined;
        return this.#options.air.powerDbm(this.#options.name, channel, this.#nowNs());
      },
      report: (fault) => this.#report(fault),
      refuse: (fault) => this.#refuse(fault),
    };
  }

  /** The line stays low where the chip does not hear. */
  #statusOctet(frame: Frame): number {
    if (frame.hears !== "command") return 0;
    return statusOctet(this.#modes.mode, this.#modes.chip.commandStatus);
  }

  #updateDio(): void {
    // The mode machine tells of its start before it is here.
    if (this.#modes === undefined) return;
    this.#dio.update(this.#modes.chip.interrupts, this.#modes.rfSwitch);
  }

  #refuse(fault: string): void {
    this.#report(fault);
    this.#modes.chip.commandStatus = CommandStatus.ProcessingError;
  }

  #report(fault: string): void {
    this.#options.onFinding?.({
      atNs: this.#nowNs(),
      message: `${this.#board.part.toUpperCase()} of ${this.#options.name}: ${fault}`,
    });
  }

  #nowNs(): number {
    return this.#options.clock.nowNs();
  }
}
