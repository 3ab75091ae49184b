/** The modules of an ATmega328P around its core, as they are after a reset: data sheet DS40002061B. */
import {
  AVRIOPort,
  AVRSPI,
  AVRUSART,
  type CPU,
  portBConfig,
  portCConfig,
  portDConfig,
  spiConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
} from "avr8js";
import { attachConverter } from "./analog-converter.ts";
import { attachEeprom, type Eeprom, type EepromOptions } from "./eeprom.ts";
import { ExternalInterrupts } from "./external-interrupts.ts";
import { JumpingTimer } from "./jumping-timer.ts";
import { SPCR, UCSR0A, UDR0 } from "./registers.ts";

/** DORD, CPOL and CPHA of SPCR (19.5.1): all zero is MSB first, mode 0. */
const SPI_FORM = 0x2c;
/** Bits of UCSR0A (20.11.2): TXC0 is cleared by writing one, U2X0 and MPCM0 are settings, the rest is read-only. */
const DATA_REGISTER_EMPTY = 0x20;
const TRANSMIT_COMPLETE = 0x40;
const READ_ONLY_STATUS = 0xbc;
/** Start bit, 8 data bits, stop bit. */
const CHARACTER_BITS = 10;

export type PortLetter = "B" | "C" | "D";

/** What a board connects to the modules. */
export interface Wires {
  readonly clockHz: number;
  readonly eeprom: EepromOptions;
  readonly report: (message: string) => void;
  /** The I/O clock runs: the processor is awake or in idle. */
  readonly ioClockRuns: () => boolean;
  /** Exchanges an octet with whatever is selected on the SPI bus. */
  readonly exchange: (out: number) => number;
  /** An octet leaves on TXD, sent at `baud`. */
  readonly transmit: (octet: number, baud: number) => void;
}

export interface Peripherals {
  readonly ports: Readonly<Record<PortLetter, AVRIOPort>>;
  readonly eeprom: Eeprom;
  /** Whether the USART is still shifting an octet out. */
  readonly transmitting: boolean;
}

/** Connects fresh modules to the registers of `cpu`. */
export function attachPeripherals(cpu: CPU, wires: Wires): Peripherals {
  const ports = {
    B: new AVRIOPort(cpu, portBConfig),
    C: new AVRIOPort(cpu, portCConfig),
    D: new AVRIOPort(cpu, { ...portDConfig, externalInterrupts: [] }),
  };
  new ExternalInterrupts(cpu, ports.D, wires.ioClockRuns);
  for (const config of [timer0Config, timer1Config, timer2Config]) new JumpingTimer(cpu, config);
  const eeprom = attachEeprom(cpu, wires.eeprom);
  attachSpi(cpu, wires);
  attachConverter(cpu, wires.report);
  const usart = attachUsart(cpu, wires);
  return {
    ports,
    eeprom,
    get transmitting() {
      return usart.transmitting;
    },
  };
}

/** The octet reaches the other side when its last bit is over, not when it is written. */
function attachSpi(cpu: CPU, wires: Wires): void {
  const spi = new AVRSPI(cpu, spiConfig, wires.clockHz);
  spi.onByte = (out) => {
    if (cpu.data[SPCR] & SPI_FORM)
      wires.report("transfers on the SPI bus in another form than mode 0, MSB first");
    if (!spi.isMaster) wires.report("transfers on the SPI bus as a slave: set MSTR, and SS as an output");
    cpu.addClockEvent(() => spi.completeTransfer(wires.exchange(out)), spi.transferCycles);
  };
}

function attachUsart(cpu: CPU, wires: Wires): { readonly transmitting: boolean } {
  const usart = new AVRUSART(cpu, usart0Config, wires.clockHz);
  let busyUntilCycles = 0;
  usart.onByteTransmit = (octet) => {
    const { baudRate } = usart;
    busyUntilCycles = cpu.cycles + (CHARACTER_BITS * wires.clockHz) / baudRate;
    wires.transmit(octet, baudRate);
  };
  const writeStatus = cpu.writeHooks[UCSR0A];
  cpu.writeHooks[UCSR0A] = (value, old, address, mask) => {
    writeStatus(value, old, address, mask); // avr8js drops the status bits here
    cpu.data[UCSR0A] |= (old & READ_ONLY_STATUS) | (old & TRANSMIT_COMPLETE & ~value);
    return true;
  };
  const write = cpu.writeHooks[UDR0];
  cpu.writeHooks[UDR0] = (value, old, address, mask) => {
    if (!usart.txEnable) wires.report("writes UDR0 with the transmitter off: set TXEN0");
    else if (cpu.data[UCSR0A] & DATA_REGISTER_EMPTY) return write(value, old, address, mask);
    else wires.report("writes UDR0 before it is empty, and the octet is lost: wait for UDRE0");
    return true;
  };
  return {
    get transmitting() {
      return cpu.cycles < busyUntilCycles;
    },
  };
}
