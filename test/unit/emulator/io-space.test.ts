/** The registers of the emulated ATmegas against those that avr-libc names in avr/io.h. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { SRAM_START } from "../../../hil/emulator/atmega/io-space.ts";
import { ATMEGA32U4 } from "../../../hil/emulator/atmega/parts/atmega32u4.ts";
import { ATMEGA328P } from "../../../hil/emulator/atmega/parts/atmega328p.ts";

/** I/O addresses begin behind the working registers. */
const IO_START = 0x20;

/** Names by address in the data memory. */
function registersOf(processor: string): Map<number, string> {
  const macros = execFileSync("avr-gcc", [`-mmcu=${processor}`, "-E", "-dM", "-"], {
    input: "#include <avr/io.h>\n",
    encoding: "utf8",
  });
  const registers = new Map<number, string>();
  for (const [, name, space, bits, value] of macros.matchAll(
    /^#define (\w+) +_SFR_(IO|MEM)(8|16) ?\((0x[0-9A-Fa-f]+)\)/gm,
  )) {
    const address = Number(value) + (space === "IO" ? IO_START : 0);
    for (let octet = 0; octet < Number(bits) / 8; octet++) registers.set(address + octet, name);
  }
  return registers;
}

describe("the registers of the emulated ATmegas", () => {
  // DWDR is in the data sheet alone, TIFR5, of a timer that the part does not have, in avr-libc alone.
  for (const [part, inOneAlone] of [
    [ATMEGA328P, 0x51],
    [ATMEGA32U4, 0x3a],
  ] as const) {
    it(`are those of avr/io.h for the ${part.name}`, () => {
      const named = registersOf(part.name.toLowerCase());
      assert.ok(named.size > 80);
      for (let address = IO_START; address < SRAM_START; address++) {
        const name = named.get(address);
        const exists = (name !== undefined) !== (address === inOneAlone);
        assert.equal(
          part.io.exists[address],
          exists,
          `0x${address.toString(16)}, ${name ?? "without a name"}`,
        );
      }
    });

    it(`that the description of the ${part.name} speaks of exist`, () => {
      const { io, timers, usart, externalInterrupts, pinChanges, ports } = part;
      const spoken = [
        ...timers.flatMap(({ TIFR, TIMSK, TCCRA, TCNT, OCRA }) => [TIFR, TIMSK, TCCRA, TCNT, OCRA]),
        ...[usart.registers.UCSRA, usart.registers.UDR],
        ...externalInterrupts.map(({ senseRegister }) => senseRegister),
        ...pinChanges.map(({ maskRegister }) => maskRegister),
        ...Object.values(ports).map(({ registers }) => registers.PORT),
        ...io.stops.flatMap((stop, address) => (stop === undefined ? [] : [stop.register, address])),
        ...io.missing.flatMap((missing, address) => (missing === undefined ? [] : [address])),
      ];
      const lost = spoken.filter((address) => !io.exists[address] && !inGaps(address));
      assert.deepEqual(lost, []);
    });
  }
});

/** Reserved addresses between the registers of a module that a stopped clock reaches too. */
function inGaps(address: number): boolean {
  return [0x83, 0x93, 0xc3, 0xd3, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe7].includes(address);
}
