/** Budgets: what is refused, and what the refusal names. */
import assert from "node:assert/strict";
import {
  type Budget,
  checkBudget,
  excessText,
  type Part,
  type SizeReport,
} from "../../../../toolchain/image/report/index.ts";

const part = (label: string, flashBytes: number, ramBytes = 0): Part => {
  const [module, name] = label.split(":");
  return {
    kind: ramBytes > 0 ? "variable" : "function",
    origin: "typescript",
    module,
    name,
    flashBytes,
    ramBytes,
  };
};

function report(parts: readonly Part[], stackBytes: number | null = 60): SizeReport {
  return {
    board: "bench",
    lorawan: "1.1",
    flashBytes: parts.reduce((sum, { flashBytes }) => sum + flashBytes, 0),
    ramBytes: parts.reduce((sum, { ramBytes }) => sum + ramBytes, 0),
    stackBytes,
    capacity: { flashBytes: 32768, ramBytes: 2048 },
    parts,
    stack: {
      program: {
        bytes: 50,
        steps: [
          { function: "hal.c:main", through: ["main.ts:main"], bytes: 20 },
          { function: "a.ts:deep", through: [], bytes: 30 },
        ],
      },
      interrupt: { bytes: 10, steps: [{ function: "hal.c:__vector_1", through: [], bytes: 8 }] },
      unknown: stackBytes === null ? [{ where: "a.ts:deep", reason: "calls itself" }] : [],
    },
  };
}

/** What is said of a report; undefined where it keeps all limits. */
function refusal(now: SizeReport, budget: Budget, before?: SizeReport): string | undefined {
  const excesses = checkBudget(now, budget, before);
  return excesses.length === 0 ? undefined : excessText(excesses);
}

const BEFORE = report([part("a.ts:one", 500), part("a.ts:two", 300), part("b.ts:table", 0, 40)]);
const NOW = report([
  part("a.ts:one", 620),
  part("a.ts:two", 250),
  part("b.ts:table", 0, 64),
  part("c.ts:three", 200),
]);

describe("a budget", () => {
  it("is kept by what takes no more, to the octet, and by what it does not limit", () => {
    assert.equal(refusal(NOW, { flash: 1070, ram: 64, stack: 60 }), undefined);
    assert.equal(refusal(NOW, {}), undefined);
    assert.equal(refusal(report([], null), { flash: 1, ram: 1 }), undefined);
  });

  it("names what grew most since the last build", () => {
    assert.equal(
      refusal(NOW, { flash: 1000, ram: 2000 }, BEFORE),
      [
        "the image takes more than it may:",
        "  flash: 1070 B, 70 more than the 1000 allowed",
        "    grown by 270 since the last build that was kept (800 B):",
        "        +200  c.ts:three (new)",
        "        +120  a.ts:one (500 before)",
        "    by module:",
        "        +200  c.ts (new)",
        "         +70  a.ts (800 before)",
      ].join("\n"),
    );
  });

  it("names the largest where there is no earlier build, or where nothing grew", () => {
    for (const previous of [undefined, NOW]) {
      assert.equal(
        refusal(NOW, { ram: 63 }, previous),
        [
          "the image takes more than it may:",
          "  RAM: 64 B, 1 more than the 63 allowed",
          "    the largest:",
          "          64  b.ts:table",
        ].join("\n"),
      );
    }
  });

  it("says nothing of a build for another board, for another version of LoRaWAN, or for one that is not known", () => {
    const others = [
      { ...BEFORE, board: "other" },
      { ...BEFORE, lorawan: "1.0.4" as const },
      { ...BEFORE, lorawan: undefined },
    ];
    for (const other of others) {
      const budget = { flash: 1000, ram: 63, stack: 59 };
      assert.equal(refusal(NOW, budget, { ...other, stackBytes: 44 }), refusal(NOW, budget, undefined));
    }
  });

  it("shows the deepest stack, with what it was before", () => {
    assert.equal(
      refusal(NOW, { stack: 59 }, { ...BEFORE, stackBytes: 44 }),
      [
        "the image takes more than it may:",
        "  stack: 60 B at worst, 1 more than the 59 allowed",
        "    grown by 16 since the last build that was kept (44 B); now:",
        "       20 B  hal.c:main",
        "               main.ts:main, inlined",
        "       30 B  a.ts:deep",
        "       10 B  interrupt: hal.c:__vector_1",
        "       60 B  in all",
      ].join("\n"),
    );
  });

  it("is not needed to refuse a stack that would reach the variables", () => {
    const full = (ramBytes: number) => report([part("a.ts:all", 0, ramBytes)]);
    assert.equal(refusal(full(2048 - 60), {}), undefined);
    for (const budget of [{}, { stack: 60 }]) {
      assert.match(
        refusal(full(2048 - 59), budget) ?? "",
        /\n {2}stack: 60 B at worst, 1 more than the 59 that the variables leave\n/,
      );
    }
  });

  it("names the largest variables where they leave too little to the stack, and what to do", () => {
    assert.equal(
      refusal(report([part("./app.ts:samples", 0, 1500), part("lorawan/session.ts:keys", 0, 489)]), {})
        ?.split("in all\n")
        .at(-1),
      [
        "    the variables take 1989 of 2048 B; the largest:",
        "        1500  ./app.ts:samples",
        "         489  lorawan/session.ts:keys",
        "    to make room: make arrays shorter or their elements narrower, make tables that never change const, since those lie in flash, or choose a board with more RAM (--board)",
      ].join("\n"),
    );
  });

  it("is not kept by a stack that is not known", () => {
    const text = refusal(report([], null), { stack: 1000 }) ?? "";
    assert.match(text, /stack: not known, so it cannot be held against the 1000 allowed/);
    assert.match(text, /60 B {2}at least; not known is:\n\s+a\.ts:deep calls itself$/);
  });

  it("names all that is passed at once", () => {
    const text = refusal(NOW, { flash: 1, ram: 1, stack: 1 }) ?? "";
    assert.deepEqual(text.match(/^ {2}\w+(?=:)/gm), ["  flash", "  RAM", "  stack"]);
  });
});
