/**
 * The SX1276/77/78/79 and the SX1272/73, register by register: Semtech datasheets revision 7 and 4. It behaves as the
 * chip does, whatever a driver expects of it, and reports as findings what the chip would take without
 * complaint though it cannot be meant. This file is the host's side: pins and register access.
 *
 * Of the FSK/OOK modem there is packet mode in FSK, and the carrier without deviation in continuous mode. Frequency
 * hopping, continuous transmission besides, the sequencer and ClkOut are not modelled; using them is a finding.
 */
import type { Air } from "../../../air/index.ts";
import type { Clock } from "../../../clock/index.ts";
import type { Finding } from "../../finding.ts";
import type { Dio, RadioChip, RadioEvent, RadioState } from "../radio-chip.ts";
import { ChipState } from "./chip-state.ts";
import { fskDioLevel } from "./fsk/interrupts.ts";
import { isContinuous } from "./fsk/settings.ts";
import { DioLines, loraDioLevel } from "./interrupts.ts";
import { ModeMachine } from "./mode-machine.ts";
import { isLora, Mode, modeName, modeOf, onAir, visiblePage } from "./operating-mode.ts";
import type { Tcxo } from "./oscillator.ts";
import { type Part, SX1272, SX1276 } from "./part.ts";
import { FskReg, Reg } from "./registers.ts";
import { fskRssiValue, rssiValue } from "./signal-values.ts";
import { SpiFrame } from "./spi-frame.ts";
import { RESET_PULSE_NS, RESET_RECOVERY_NS } from "./timing.ts";
import { checkWrite } from "./write-check.ts";

export interface Sx127xOptions {
  readonly part: "sx1276" | "sx1272";
  /** What gives the chip its clock, and how long that takes to start; a crystal where not given. */
  readonly tcxo?: Tcxo;
  /** The board's own time; a chip alone takes any clock. */
  readonly clock: Clock;
  readonly air: Air;
  /** The station's name on the air. */
  readonly name: string;
  /** 0..1, seeded: the noise of RegRssiWideband. */
  readonly random: () => number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onEvent?: (event: RadioEvent) => void;
  readonly onState?: (state: RadioState) => void;
}

/** RegRxConfig 6:5: RestartRxWithoutPllLock, RestartRxWithPllLock. */
const RESTART_RX = 0x60;

export class Sx127x implements RadioChip {
  readonly #options: Sx127xOptions;
  readonly #spi: SpiFrame;
  readonly #modes: ModeMachine;
  readonly #dio = new DioLines();
  readonly #part: Part;
  #chip: ChipState;
  #resetAssertedNs: number | undefined;
  /** From when on the host may talk to the chip after a reset; undefined once it has. */
  #recoveredNs: number | undefined;

  constructor(options: Sx127xOptions) {
    this.#options = options;
    this.#part = options.part === "sx1272" ? SX1272 : SX1276;
    this.#chip = new ChipState(this.#part);
    this.#spi = new SpiFrame({
      readRegister: (address) => this.#read(address),
      writeRegister: (address, value) => this.#write(address, value),
    });
    this.#modes = new ModeMachine(this.#chip, {
      clock: options.clock,
      air: options.air,
      name: options.name,
      tcxo: options.tcxo,
      report: (faults) => this.#report(faults),
      onEvent: (event) => options.onEvent?.(event),
      onState: (state) => options.onState?.(state),
      onSignal: () => this.#updateDio(),
    });
  }

  select(selected: boolean): void {
    this.#spi.select(selected);
  }

  transfer(out: number): number {
    return this.#spi.transfer(out);
  }

  onDio(listener: (dio: Dio, level: boolean) => void): void {
    this.#dio.onChange(listener);
  }

  get resetLevel(): boolean {
    return this.#part.reset.level;
  }

  get #resetLevelName(): string {
    return this.resetLevel ? "high" : "low";
  }

  reset(asserted: boolean): void {
    const nowNs = this.#nowNs();
    if (asserted) {
      if (this.#resetAssertedNs !== undefined) return;
      this.#resetAssertedNs = nowNs;
      this.#chip = new ChipState(this.#part);
      this.#modes.reset(this.#chip, nowNs);
      this.#updateDio();
      return;
    }
    if (this.#resetAssertedNs === undefined) return;
    const pulseNs = nowNs - this.#resetAssertedNs;
    if (pulseNs < RESET_PULSE_NS) {
      this.#report([
        `${this.#part.reset.line} was ${this.#resetLevelName} for ${pulseNs / 1000} us only: hold it for 100 us (section 7.2.2)`,
      ]);
    }
    this.#resetAssertedNs = undefined;
    this.#recoveredNs = nowNs + RESET_RECOVERY_NS;
    this.#updateDio();
  }

  #read(address: number): number {
    if (!this.#reachable()) return 0;
    if (address === Reg.Fifo) return this.#readFifo();
    const page = visiblePage(this.#chip.opMode);
    const registers = this.#chip.registers.at(address, page);
    if (page === "lora") {
      if (address === Reg.IrqFlags) return this.#chip.interrupts.flags;
      if (address === Reg.ModemStat) return (registers[address] & 0xe0) | this.#modes.modemStatus;
      if (address === Reg.RssiValue) this.#measureRssi();
      if (address === Reg.RssiWideband) this.#drawNoise();
      if (address === Reg.RxNbBytes) this.#checkPacketLength();
      return registers[address];
    }
    if (address === FskReg.ImageCal) return this.#chip.calibration.read(registers[address], this.#nowNs());
    if (address === FskReg.IrqFlags1) return this.#modes.fskFlags >> 8;
    if (address === FskReg.IrqFlags2) return this.#modes.fskFlags & 0xff;
    if (address === FskReg.RssiValue) return fskRssiValue(this.#modes.fsk.rssiDbm);
    return registers[address];
  }

  #write(address: number, value: number): void {
    if (!this.#reachable()) return;
    if (address === Reg.OpMode) this.#writeOpMode(value);
    else if (address === Reg.Fifo) this.#writeFifo(value);
    else this.#writeRegister(address, value);
    this.#updateDio();
  }

  #writeOpMode(value: number): void {
    const nowNs = this.#nowNs();
    if (this.#chip.calibration.running(nowNs)) {
      this.#report([
        "RegOpMode written before the image calibration has ended: wait for ImageCalRunning to fall",
      ]);
    }
    this.#modes.command(value, nowNs);
  }

  #writeRegister(address: number, value: number): void {
    const { opMode, registers, interrupts } = this.#chip;
    const { stored, faults } = checkWrite(this.#part, address, value, opMode, isContinuous(registers));
    this.#report(faults);
    if (!stored) return;
    const page = visiblePage(opMode);
    if (page === "lora" && address === Reg.IrqFlags) interrupts.acknowledge(value);
    else if (page === "fsk" && address === FskReg.ImageCal) this.#writeImageCal(value);
    else if (page === "fsk" && address === FskReg.IrqFlags1) this.#modes.fsk.acknowledge(value, 0);
    else if (page === "fsk" && address === FskReg.IrqFlags2) this.#modes.fsk.acknowledge(0, value);
    else if (page === "fsk" && address === FskReg.RxConfig) this.#writeRxConfig(value);
    else registers.at(address, page)[address] = value;
    if (address >= Reg.FrfMsb && address <= Reg.FrfLsb) this.#chip.latchFrf(address);
  }

  #writeImageCal(value: number): void {
    const { opMode, registers, calibration } = this.#chip;
    const fskStandby = !isLora(opMode) && modeOf(opMode) === Mode.Standby;
    const { stored, faults } = calibration.write(value, fskStandby, this.#nowNs());
    this.#report(faults);
    registers.fsk[FskReg.ImageCal] = stored;
  }

  /** RegRxConfig: the bits that start the receiver anew are commands and read as 0. */
  #writeRxConfig(value: number): void {
    this.#chip.registers.fsk[FskReg.RxConfig] = value & ~RESTART_RX;
    if ((value & RESTART_RX) !== 0) this.#modes.fsk.restart(this.#nowNs());
  }

  #readFifo(): number {
    if (!isLora(this.#chip.opMode)) {
      const octet = this.#modes.fsk.readFifo(this.#nowNs());
      this.#updateDio();
      return octet;
    }
    const pointer = this.#fifoPointer(false);
    return pointer === undefined ? 0 : this.#chip.fifo.read(pointer);
  }

  #writeFifo(value: number): void {
    if (!isLora(this.#chip.opMode)) {
      this.#modes.fsk.writeFifo(value, this.#nowNs());
      return;
    }
    const pointer = this.#fifoPointer(true);
    if (pointer !== undefined) this.#chip.fifo.write(pointer, value);
  }

  /** FifoAddrPtr of the LoRa modem, which then moves on; undefined when the buffer is out of reach. */
  #fifoPointer(writing: boolean): number | undefined {
    const { opMode, registers } = this.#chip;
    const mode = modeOf(opMode);
    if (mode === Mode.Sleep) {
      this.#report([
        "access to RegFifo in SLEEP: the buffer is out of reach and already cleared; use standby",
      ]);
      return undefined;
    }
    if (mode === Mode.Tx || (writing && onAir(mode))) {
      this.#report([`access to RegFifo in ${modeName(mode)}: the modem owns the buffer`]);
    }
    const pointer = registers.lora[Reg.FifoAddrPtr];
    registers.lora[Reg.FifoAddrPtr] = (pointer + 1) & 0xff;
    return pointer;
  }

  #measureRssi(): void {
    const channel = this.#modes.receiving;
    if (channel === undefined) {
      this.#report(["RegRssiValue read while the receiver is off: the value is an old one"]);
      return;
    }
    const powerDbm = this.#options.air.powerDbm(this.#options.name, channel, this.#nowNs());
    this.#chip.registers.lora[Reg.RssiValue] = rssiValue(this.#part, powerDbm, channel.frequencyHz);
  }

  #drawNoise(): void {
    if (this.#modes.receiving === undefined) {
      this.#report([
        "RegRssiWideband read while the receiver is off: the value does not change, it is not random",
      ]);
      return;
    }
    this.#chip.registers.lora[Reg.RssiWideband] = Math.floor(this.#options.random() * 256);
  }

  #checkPacketLength(): void {
    if (this.#modes.packetLengthStale) {
      this.#report(["RegRxNbBytes read before RxDone: the length is that of an earlier packet"]);
    }
  }

  /** Whether the chip answers; it does not during reset, and need not shortly after. */
  #reachable(): boolean {
    if (this.#resetAssertedNs !== undefined) {
      this.#report([`SPI access while ${this.#part.reset.line} is ${this.#resetLevelName}`]);
      return false;
    }
    if (this.#recoveredNs !== undefined) {
      if (this.#nowNs() < this.#recoveredNs) {
        this.#report([
          `SPI access within 5 ms after the release of ${this.#part.reset.line} (section 7.2.2)`,
        ]);
      }
      this.#recoveredNs = undefined;
    }
    return true;
  }

  #updateDio(): void {
    const { opMode, registers, interrupts } = this.#chip;
    if (this.#resetAssertedNs !== undefined) {
      this.#dio.update(0, 0, () => false);
      return;
    }
    const mapping1 = registers.common(Reg.DioMapping1);
    const mapping2 = registers.common(Reg.DioMapping2);
    if (isLora(opMode)) {
      const { pllLock, modeReady } = this.#modes;
      const state = { flags: interrupts.flags, pllLock, modeReady };
      this.#dio.update(mapping1, mapping2, (dio, field) => loraDioLevel(dio, field, state));
    } else {
      const flags = this.#modes.fskFlags;
      this.#dio.update(mapping1, mapping2, (dio, field) => fskDioLevel(dio, field, mapping2, flags));
    }
  }

  #report(faults: readonly string[]): void {
    for (const fault of faults) {
      this.#options.onFinding?.({
        atNs: this.#nowNs(),
        message: `${this.#part.name} of ${this.#options.name}: ${fault}`,
      });
    }
  }

  #nowNs(): number {
    return this.#options.clock.nowNs();
  }
}
