/**
 * simavr as an independent judge of the processor: the same program reads the same times from its own
 * Timer1 and computes the same result. simavr comes from Debian: apt-get install simavr.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { compiledCrypto } from "../../bench/crypto.ts";
import { Bench, buildBare, CLOCK_HZ, FEATHER, PRO_MINI, type Program } from "./support/programs.ts";

const READINGS = 24;

/** By the board of each processor; the registers of the console are those of USART0 or of USART1. */
const PROCESSORS = [
  { board: PRO_MINI, name: "ATmega328P" },
  { board: FEATHER, name: "ATmega32U4" },
];
const CONSOLE = `
    #ifdef UDR0
    #define STATUS UCSR0A
    #define READY _BV(UDRE0)
    #define DATA UDR0
    #define DIVIDER UBRR0
    #define CONTROL UCSR0B
    #define TRANSMITTER _BV(TXEN0)
    #else
    #define STATUS UCSR1A
    #define READY _BV(UDRE1)
    #define DATA UDR1
    #define DIVIDER UBRR1
    #define CONTROL UCSR1B
    #define TRANSMITTER _BV(TXEN1)
    #endif`;

/** Arithmetic, table look-ups, divisions, calls and port bits. */
const ARITHMETIC = `
    #include <avr/pgmspace.h>
    static const uint8_t table[16] PROGMEM = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 121, 98, 219, 61};
    static uint32_t work(uint8_t rounds)
    {
        uint32_t hash = 2166136261UL;
        for (uint8_t i = 0; i < rounds; i++) {
            hash ^= pgm_read_byte(&table[i & 15]);
            hash *= 16777619UL;
            if (i & 1)
                PORTB |= _BV(0);
            else
                PORTB &= (uint8_t)~_BV(0);
            hash += hash / (uint8_t)(i + 3);
        }
        return hash;
    }`;

/** The firmware's CMAC, each over the tag before it. */
const CRYPTO = `
    #include "cmac.h"
    static uint8_t key[16], message[80], tag[16];
    static uint32_t work(uint8_t seed)
    {
        key[0] = seed;
        for (uint8_t i = 0; i < 4; i++) {
            cmac_cmac(key, message, 0, 20, tag);
            for (uint8_t k = 0; k < 16; k++)
                message[k] = tag[k];
        }
        return (uint32_t)tag[0] << 8 | tag[15];
    }`;

/** The C of the firmware's CMAC. */
function cryptoC(): Map<string, string> {
  const { files, aes } = compiledCrypto("avr");
  return new Map([...files].filter(([name]) => name.endsWith(".h") || [...aes, "cmac.c"].includes(name)));
}

/** Works, with a reading of Timer1 after each round, and prints what it has read and computed. */
function workload(work: string, withInterrupts: boolean): string {
  return `
    ${CONSOLE}
    static uint16_t at[${READINGS}];
    static volatile uint8_t interrupts;
    ISR(TIMER0_COMPA_vect) { interrupts++; }
    ${work}
    static void put(uint8_t c)
    {
        while (!(STATUS & READY))
            ;
        DATA = c;
    }
    static void hex(uint16_t value)
    {
        for (int8_t shift = 12; shift >= 0; shift = (int8_t)(shift - 4)) {
            uint8_t digit = (uint8_t)((value >> shift) & 15);
            put((uint8_t)(digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
        put(' ');
    }
    int main(void)
    {
        uint32_t sum = 0;
        DDRB = _BV(PB0);
        DIVIDER = 12;
        CONTROL = TRANSMITTER;
        OCR0A = 99;
        TCCR0A = _BV(WGM01);
        TIMSK0 = ${withInterrupts ? "_BV(OCIE0A)" : "0"};
        TCCR1B = _BV(CS11);
        TCCR0B = _BV(CS01) | _BV(CS00);
        sei();
        for (uint8_t i = 0; i < ${READINGS}; i++) {
            sum += work((uint8_t)(i * 9));
            at[i] = TCNT1;
        }
        cli();
        uint8_t served = interrupts;
        put(' ');
        for (uint8_t i = 0; i < ${READINGS}; i++)
            hex(at[i]);
        hex((uint16_t)sum);
        hex(served);
        put('\\n');
        done = 1;
        for (uint16_t n = 0; n < 3000; n++)
            __asm__ volatile("");
        SMCR = _BV(SE);
        __asm__ volatile("sleep");
        for (;;)
            ;
    }`;
}

interface Result {
  /** Timer1 in microseconds since its start, unwrapped. */
  readonly atUs: readonly number[];
  readonly sum: number;
  readonly interrupts: number;
}

async function judge(program: Program): Promise<Result> {
  const { stdout, stderr } = await promisify(execFile)("simavr", [
    ...["-m", program.board.processor, "-f", `${CLOCK_HZ}`],
    program.elfPath,
  ]);
  return parse(stdout + stderr);
}

function run(program: Program): Result {
  const bench = new Bench(program);
  bench.runUntilDone();
  return parse(bench.console);
}

function parse(console: string): Result {
  // simavr prints words of its own around them.
  const [words] = new RegExp(`(?:[0-9a-f]{4} ){${READINGS + 2}}`).exec(console) ?? assert.fail(console);
  const values = words.match(/\w+/g)!.map((word) => Number.parseInt(word, 16));
  let wraps = 0;
  const atUs = values.slice(0, READINGS).map((value, i) => {
    if (i > 0 && value < values[i - 1]) wraps++;
    return value + wraps * 0x10000;
  });
  return { atUs, sum: values[READINGS], interrupts: values[READINGS + 1] };
}

for (const { board, name } of PROCESSORS) {
  describe(`the emulated ${name} against simavr`, () => {
    for (const [what, build] of [
      ["arithmetic", () => buildBare(workload(ARITHMETIC, false), board)],
      ["the firmware's CMAC", () => buildBare(workload(CRYPTO, false), board, cryptoC())],
    ] as const)
      it(`reads the same times from Timer1 and computes the same result: ${what}`, async () => {
        const program = await build();
        const [theirs, ours] = [await judge(program), run(program)];
        assert.equal(ours.sum, theirs.sum);
        assert.ok(ours.atUs[READINGS - 1] > 200_000);
        // The two start the prescaler in different cycles, so a reading may fall on either side of a tick.
        ours.atUs.forEach((us, i) => {
          assert.ok(
            Math.abs(us - theirs.atUs[i]) <= 1,
            `reading ${i}: ${us} µs, simavr ${theirs.atUs[i]} µs`,
          );
        });
      });

    it("spends four cycles more an interrupt, its entry, which simavr does not count", async () => {
      const program = await buildBare(workload(ARITHMETIC, true), board);
      const [theirs, ours] = [await judge(program), run(program)];
      assert.equal(ours.sum, theirs.sum);
      const served = ours.atUs[READINGS - 1] / 800;
      assert.equal(ours.interrupts, Math.floor(served) & 0xff);
      const entryUs = (4 * served * 1e6) / CLOCK_HZ;
      const moreUs = ours.atUs[READINGS - 1] - theirs.atUs[READINGS - 1];
      assert.ok(Math.abs(moreUs - entryUs) <= 2, `${moreUs} µs more for ${served.toFixed(0)} interrupts`);
    });
  });
}
