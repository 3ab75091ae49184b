import assert from "node:assert/strict";
import type { Interval } from "../../../toolchain/compiler/interval.ts";
import * as interval from "../../../toolchain/compiler/interval.ts";
import type { IntName } from "../../../toolchain/compiler/tree.ts";
import { randomFrom } from "../../fuzz/compiler/random.ts";

const random = randomFrom(7);
const integer = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));

/** Ranges around the ends of widths, some with steps. */
function range(): Interval {
  const center = [0, 128, 256, 32768, 65536, 2 ** 31, 2 ** 32][integer(0, 6)] * (random() < 0.3 ? -1 : 1);
  const min = center + integer(-20, 20);
  const step = [1, 1, 2, 4, 5][integer(0, 4)];
  const count = integer(0, 12);
  return count === 0 || step === 1 ? { min, max: min + count } : { min, max: min + count * step, step };
}

function values({ min, max, step = 1 }: Interval): number[] {
  return Array.from({ length: (max - min) / step + 1 }, (_, i) => min + i * step);
}

function holds(result: Interval, value: number): boolean {
  return interval.within({ min: value, max: value }, result);
}

/** Every pair of values must lie in the range that the operator gives. */
function covers(
  ranges: (a: Interval, b: Interval) => Interval,
  exact: (a: number, b: number) => number,
  draw: () => [Interval, Interval],
): void {
  for (let round = 0; round < 300; round++) {
    const [a, b] = draw();
    const result = ranges(a, b);
    for (const x of values(a)) {
      for (const y of values(b)) {
        if (!Number.isSafeInteger(exact(x, y))) continue;
        assert.ok(
          holds(result, exact(x, y)),
          `${JSON.stringify([a, b, result])}: ${x}, ${y} -> ${exact(x, y)}`,
        );
      }
    }
  }
}

const any = (): [Interval, Interval] => [range(), range()];
const counts = (): Interval => {
  const min = integer(0, 31);
  return { min, max: integer(min, 31) };
};
const natural = (): Interval => {
  const { min, max, step } = range();
  return { min: Math.abs(min), max: Math.abs(min) + max - min, step };
};

describe("ranges of values", () => {
  it("cover sums, differences and products", () => {
    covers(interval.add, (x, y) => x + y, any);
    covers(interval.subtract, (x, y) => x - y, any);
    covers(interval.multiply, (x, y) => x * y + 0, any);
  });

  it("cover bit operators as JavaScript computes them", () => {
    covers(interval.and, (x, y) => x & y, any);
    covers(interval.or, (x, y) => x | y, any);
    covers(interval.xor, (x, y) => x ^ y, any);
    covers(
      (a) => interval.not(a),
      (x) => ~x,
      any,
    );
  });

  it("cover shifts", () => {
    covers(
      interval.shiftLeft,
      (x, n) => x << n,
      () => [range(), counts()],
    );
    const signed = () => interval.wrap(range(), "i32");
    covers(
      interval.shiftRight,
      (x, n) => x >> n,
      () => {
        const { min, max } = signed();
        return [{ min, max: Math.min(max, min + 12) }, counts()];
      },
    );
  });

  it("cover quotients and remainders of values from 0 on", () => {
    const divisor = () => ({ min: integer(1, 9), max: integer(9, 20) });
    covers(
      interval.divide,
      (x, y) => Math.floor(x / y),
      () => [natural(), divisor()],
    );
    covers(
      interval.remainder,
      (x, y) => x % y,
      () => [natural(), divisor()],
    );
  });

  it("cover casts, steps and all", () => {
    const casts: Record<IntName, (x: number) => number> = {
      u8: (x) => x & 0xff,
      u16: (x) => x & 0xffff,
      u32: (x) => x >>> 0,
      i8: (x) => (x << 24) >> 24,
      i16: (x) => (x << 16) >> 16,
      i32: (x) => x | 0,
    };
    for (const [name, cast] of Object.entries(casts)) {
      covers((a) => interval.wrap(a, name as IntName), cast, any);
    }
  });

  it("cover either branch where they meet, and what two ranges have in common", () => {
    for (let round = 0; round < 2000; round++) {
      const [a, b] = any();
      const both = interval.hull(a, b);
      for (const value of [...values(a), ...values(b)]) assert.ok(holds(both, value));
      const common = values(a).filter((value) => holds(b, value));
      const met = interval.meet(a, b);
      for (const value of common) assert.ok(met && holds(met, value), JSON.stringify([a, b, met, value]));
    }
  });

  it("keep the step of a counter, so that i < 16 in steps of 4 means i <= 12", () => {
    const counter = interval.widen({ min: 0, max: 8, step: 4 }, { min: 0, max: 12, step: 4 });
    assert.deepEqual(interval.meet(counter, { min: 0, max: 15 }), { min: 0, max: 12, step: 4 });
  });

  it("come to an end when they are widened", () => {
    let bounds: Interval = { min: 0, max: 0 };
    for (let round = 0; ; round++) {
      const next = interval.hull(bounds, interval.add(bounds, { min: -1, max: 3 }));
      if (interval.within(next, bounds)) break;
      bounds = interval.widen(bounds, next);
      assert.ok(round < 20);
    }
    assert.deepEqual(bounds, { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY });
  });
});
