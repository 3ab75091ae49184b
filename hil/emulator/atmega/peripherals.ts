/** The modules of an ATmega around its core, as they are after a reset: sections are those of DS40002061B. */
import { AVRSPI, AVRUSART, type CPU, spiConfig } from "avr8js";
import { attachConverter } from "./analog-converter.ts";
import { attachEeprom, type Eeprom, type EepromOptions } from "./eeprom.ts";
import { ExternalInterrupts } from "./external-interrupts.ts";
import { JumpingTimer } from "./jumping-timer.ts";
import type { Part } from "./part.ts";
import { attachPinChangeInterrupts } from "./pin-change-interrupts.ts";
import { attachPorts, type Ports } from "./ports.ts";
import { SPCR } from "./registers.ts";

/** DORD, CPOL and CPHA of SPCR (19.5.1): all zero is MSB first, mode 0. */
const SPI_FORM = 0x2c;
/** Bits of UCSRnA (20.11.2): TXCn is cleared by writing one, U2Xn and MPCMn are settings, the rest is read-only. */
const DATA_REGISTER_EMPTY = 0x20;
const TRANSMIT_COMPLETE = 0x40;
const READ_ONLY_STATUS = 0xbc;
/** Start bit, 8 data bits, stop bit. */
const CHARACTER_BITS = 10;

/** What a board connects to the modules. */
export interface Wires {
  readonly clockHz: number;
  readonly eeprom: Omit<EepromOptions, "vector">;
  readonly report: (message: string) => void;
  /** The I/O clock runs: the processor is awake or in idle. */
  readonly ioClockRuns: () => boolean;
  /** Exchanges an octet with whatever is selected on the SPI bus. */
  readonly exchange: (out: number) => number;
  /** An octet leaves on TXD, sent at `baud`. */
  readonly transmit: (octet: number, baud: number) => void;
}

export interface Peripherals {
  readonly ports: Ports;
  readonly eeprom: Eeprom;
  /** Whether the USART is still shifting an octet out. */
  readonly transmitting: boolean;
  /** An octet has come on RXD. */
  receive(octet: number): void;
}

/** Connects fresh modules to the registers of `cpu`. */
export function attachPeripherals(cpu: CPU, part: Part, wires: Wires): Peripherals {
  const ports = attachPorts(cpu, part);
  new ExternalInterrupts(cpu, ports, part.externalInterrupts, wires.ioClockRuns);
  attachPinChangeInterrupts(cpu, ports, part.pinChanges);
  for (const config of part.timers) new JumpingTimer(cpu, config);
  const eeprom = attachEeprom(cpu, { ...wires.eeprom, vector: part.eepromVector });
  attachSpi(cpu, part.spiVector, wires);
  attachConverter(cpu, part.converter, wires.report);
  const usart = attachUsart(cpu, part.usart, wires);
  return {
    ports,
    eeprom,
    get transmitting() {
      return usart.transmitting;
    },
    receive: (octet) => usart.receive(octet),
  };
}

/** The octet reaches the other side when its last bit is over, not when it is written. */
function attachSpi(cpu: CPU, vector: number, wires: Wires): void {
  const spi = new AVRSPI(cpu, { ...spiConfig, spiInterrupt: vector }, wires.clockHz);
  spi.onByte = (out) => {
    if (cpu.data[SPCR] & SPI_FORM)
      wires.report("transfers on the SPI bus in another form than mode 0, MSB first");
    if (!spi.isMaster) wires.report("transfers on the SPI bus as a slave: set MSTR, and SS as an output");
    cpu.addClockEvent(() => spi.completeTransfer(wires.exchange(out)), spi.transferCycles);
  };
}

function attachUsart(
  cpu: CPU,
  { registers, number }: Part["usart"],
  wires: Wires,
): Pick<Peripherals, "transmitting" | "receive"> {
  const { UCSRA, UDR } = registers;
  const usart = new AVRUSART(cpu, registers, wires.clockHz);
  let busyUntilCycles = 0;
  usart.onByteTransmit = (octet) => {
    const { baudRate } = usart;
    busyUntilCycles = cpu.cycles + (CHARACTER_BITS * wires.clockHz) / baudRate;
    wires.transmit(octet, baudRate);
  };
  const writeStatus = cpu.writeHooks[UCSRA];
  cpu.writeHooks[UCSRA] = (value, old, address, mask) => {
    writeStatus(value, old, address, mask); // avr8js drops the status bits here
    cpu.data[UCSRA] |= (old & READ_ONLY_STATUS) | (old & TRANSMIT_COMPLETE & ~value);
    return true;
  };
  const write = cpu.writeHooks[UDR];
  cpu.writeHooks[UDR] = (value, old, address, mask) => {
    if (!usart.txEnable) wires.report(`writes UDR${number} with the transmitter off: set TXEN${number}`);
    else if (cpu.data[UCSRA] & DATA_REGISTER_EMPTY) return write(value, old, address, mask);
    else
      wires.report(`writes UDR${number} before it is empty, and the octet is lost: wait for UDRE${number}`);
    return true;
  };
  return {
    get transmitting() {
      return cpu.cycles < busyUntilCycles;
    },
    // Without its clock it hears nothing.
    receive: (octet) => {
      if (usart.rxEnable && wires.ioClockRuns()) usart.writeByte(octet, true);
    },
  };
}
