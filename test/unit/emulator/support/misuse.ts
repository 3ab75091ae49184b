/** Programs that misuse their processor: each has one finding, at the instruction that it is about. */
import assert from "node:assert/strict";
import type { MachineBench, Symbols } from "./bench.ts";

/** A program that does one thing wrong, and what must be said about it. */
export interface Misuse {
  readonly name: string;
  readonly source: string;
  readonly message: RegExp;
  /** Whether the processor stands still behind it, as in a HardFault. */
  readonly stops?: boolean;
}

/** A processor as the tests have it. */
export interface Suspect {
  readonly boot: (source: string) => Promise<MachineBench>;
  readonly symbolsOf: (source: string) => Promise<Symbols>;
  /** By when each program has done what is wrong. */
  readonly withinNs: number;
  /** A statement that writes where it must not. */
  readonly badWrite: string;
}

/** Declares the tests of a processor's findings. */
export function describeMisuse(what: string, suspect: Suspect, cases: readonly Misuse[]): void {
  const { boot, symbolsOf, withinNs, badWrite } = suspect;
  describe(what, () => {
    for (const { name, source, message, stops } of cases) {
      it(`reports ${name}, once, with the program counter`, async () => {
        const bench = await boot(source);
        bench.runTo(withinNs);
        assert.equal(bench.findings.length, 1, bench.messages.join("; "));
        const [{ message: said, programCounter, atNs }] = bench.findings;
        assert.match(said, message);
        assert.ok(programCounter !== undefined && programCounter % 2 === 0);
        assert.ok(atNs > 0 && atNs < withinNs);
        assert.equal(bench.machine.powered, true);
        if (stops) assert.equal(bench.machine.nextWakeNs, Number.POSITIVE_INFINITY);
      });
    }

    it("gives the address of the instruction as objdump prints it", async () => {
      const source = `
        __attribute__((noinline, used)) void culprit(void) { ${badWrite} }
        int main(void) { culprit(); done = 1; for (;;) { } }`;
      const bench = await boot(source);
      bench.runUntilDone();
      const culprit = (await symbolsOf(source)).get("culprit")!;
      const at = bench.findings[0].programCounter!;
      // The lowest bit of a symbol of Thumb code says just that.
      const begin = culprit.address & ~1;
      assert.ok(at >= begin && at < begin + culprit.size, `${at} in ${begin} and ${culprit.size} octets on`);
    });

    it("says nothing about a program that does nothing wrong", async () => {
      const bench = await boot("int main(void) { done = 1; for (;;) { } }");
      bench.runUntilDone();
      assert.deepEqual(bench.messages, []);
    });
  });
}
