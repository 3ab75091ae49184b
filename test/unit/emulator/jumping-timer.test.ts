/** The jumping timer against avr8js's own, which counts tick by tick: same counter, same flags, same cycle. */
import assert from "node:assert/strict";
import { AVRTimer, CPU, timer0Config, timer1Config } from "avr8js";
import { JumpingTimer } from "../../../hil/emulator/atmega/jumping-timer.ts";

const TIMER_1 = { TIFR: 0x36, TCCRA: 0x80, TCCRB: 0x81, TCNT: 0x84, OCRA: 0x88, OCRB: 0x8a };
const TIMER_0 = { TIFR: 0x35, TCCRA: 0x44, TCCRB: 0x45, TCNT: 0x46, OCRA: 0x47, OCRB: 0x48 };

/** Xorshift, so that a failure repeats. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** One processor with one timer and no program: time passes by hand. */
class Rig {
  readonly cpu = new CPU(new Uint16Array(16), 2048);
  readonly events: string[] = [];
  readonly #registers: typeof TIMER_1;
  readonly #bits: 8 | 16;

  constructor(Timer: typeof AVRTimer, bits: 8 | 16) {
    this.#bits = bits;
    this.#registers = bits === 16 ? TIMER_1 : TIMER_0;
    new Timer(this.cpu, bits === 16 ? timer1Config : timer0Config);
  }

  write(register: keyof typeof TIMER_1, value: number): void {
    const address = this.#registers[register];
    if (this.#bits === 16 && ["TCNT", "OCRA", "OCRB"].includes(register)) {
      this.cpu.writeData(address + 1, value >> 8);
    }
    this.cpu.writeData(address, value & 0xff);
  }

  /** Passes some cycles as an instruction would, then what is due; notes new flags. */
  pass(cycles: number): void {
    this.cpu.cycles += cycles;
    this.cpu.tick();
    const flags = this.cpu.data[this.#registers.TIFR] & 7;
    if (flags !== 0) {
      this.events.push(`${flags.toString(16)}@${this.cpu.cycles}`);
      this.write("TIFR", 0xff);
    }
  }

  read(): number {
    const low = this.cpu.readData(this.#registers.TCNT);
    return this.#bits === 16 ? low | (this.cpu.data[this.#registers.TCNT + 1] << 8) : low;
  }
}

describe("JumpingTimer", () => {
  for (const bits of [8, 16] as const) {
    for (const mode of ["normal", "clear on compare match"]) {
      it(`raises the flags of a ${bits}-bit timer in the cycles in which avr8js does, in ${mode} mode`, () => {
        const range = bits === 16 ? 600 : 256;
        for (let seed = 1; seed <= 12; seed++) {
          const random = randomOf(seed * 7919 + bits);
          const rigs = [new Rig(AVRTimer, bits), new Rig(JumpingTimer, bits)];
          const both = (action: (rig: Rig) => void) => rigs.forEach(action);
          const clear = mode !== "normal";
          const [tccra, wgm] = bits === 16 ? [0, clear ? 8 : 0] : [clear ? 2 : 0, 0];
          both((rig) => rig.write("OCRA", 20 + random(1)));
          both((rig) => rig.write("TCCRA", tccra));
          both((rig) => rig.write("TCCRB", wgm | 2));
          for (let step = 0; step < 3000; step++) {
            const cycles = 1 + random(4);
            const choice = random(400);
            const value = random(range);
            if (choice === 0) both((rig) => rig.write("OCRA", value));
            else if (choice === 1) both((rig) => rig.write("OCRB", value));
            else if (choice === 2) both((rig) => rig.write("TCNT", value));
            else if (choice < 10) assert.equal(rigs[1].read(), rigs[0].read(), `seed ${seed}, step ${step}`);
            both((rig) => rig.pass(cycles));
          }
          assert.deepEqual(rigs[1].events, rigs[0].events, `seed ${seed}`);
        }
      });
    }
  }

  it("raises a compare match at zero once a round", () => {
    const rigs = [new Rig(AVRTimer, 8), new Rig(JumpingTimer, 8)];
    for (const rig of rigs) {
      rig.write("OCRA", 0);
      rig.write("OCRB", 0);
      rig.write("TCCRB", 2);
      for (let step = 0; step < 4 * 256 * 8; step++) rig.pass(1);
    }
    assert.deepEqual(rigs[1].events, rigs[0].events);
    assert.equal(rigs[0].events.length, 3);
  });

  it("clears the flag that is written as one, and leaves the others, which avr8js loses", () => {
    const { cpu } = new Rig(JumpingTimer, 16);
    cpu.data[TIMER_1.TIFR] = 0x07;
    cpu.writeData(TIMER_1.TIFR, 0x02);
    assert.equal(cpu.data[TIMER_1.TIFR], 0x05);
    cpu.writeData(TIMER_1.TIFR, 0x05, 0x04); // SBI: the mask is the bit
    assert.equal(cpu.data[TIMER_1.TIFR], 0x01);
  });

  it("schedules a handful of events where avr8js schedules one for each tick", () => {
    const { cpu } = new Rig(JumpingTimer, 16);
    let events = 0;
    const addClockEvent = cpu.addClockEvent.bind(cpu);
    cpu.addClockEvent = (callback, cycles) => {
      events++;
      return addClockEvent(callback, cycles);
    };
    cpu.writeData(TIMER_1.OCRA + 1, 0x10);
    cpu.writeData(TIMER_1.OCRA, 0);
    cpu.writeData(TIMER_1.TCCRB, 2);
    for (let step = 0; step < 10 * 65536 * 2; step++) {
      cpu.cycles += 4;
      cpu.tick();
    }
    assert.ok(events < 50, `${events} events in ten rounds`);
  });
});
