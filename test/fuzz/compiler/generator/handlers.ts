/** An interrupt handler, and what it shares with the program. */
import { firstText } from "./declarations.ts";
import type { ModuleWriter } from "./module.ts";
import { newArray, WIDTHS, widthType } from "./types.ts";

/** A handler, volatile cells, and variables that it shares with critical sections. */
export function declareInterrupt(module: ModuleWriter): void {
  const cells = [
    { text: module.name("Cell"), bits: module.random.pick([1, 8, 8] as const) },
    { text: module.name("Cell"), bits: module.random.pick([16, 32] as const) },
  ];
  const shared = Array.from({ length: module.random.between(1, 2) }, () => ({
    text: module.name("Shared"),
    type: widthType(module.random.pick(WIDTHS)),
    writable: true,
  }));
  const queue = module.name("Queue");
  const [element, length] = [module.random.pick(WIDTHS), module.random.pick([2, 4, 8])];
  module.text += `const ${queue} = ${newArray(element, length)};\n`;
  for (const { text, bits } of cells) {
    module.text += `const ${text} = new ${bits === 1 ? "VolatileFlag" : `Volatile${bits}`}();\n`;
  }
  for (const { text, type } of shared) {
    module.text += `let ${text}: ${type.text} = ${firstText(module, type)};\n`;
  }
  const steps = [
    ...cells.map(({ text, bits }) =>
      bits === 1 ? `${text}.write(!${text}.read());` : `${text}.write(u${bits}(${text}.read() * 5 + 1));`,
    ),
    ...shared.map(({ text, type }) => `${text} = ${type.text}(${text} * 3 - ${module.random.below(200)});`),
    `${queue}[u8(${shared[0].text}) % ${length}] = ${element}(${shared[0].text} + ${module.random.below(200)});`,
  ].filter(() => module.random.chance(0.8));
  module.text += `/** @isr __vector_${module.seed} */\nexport function onInterrupt(): void {\n`;
  module.text += `${steps.map((step) => `  ${step}\n`).join("")}}\n`;
  module.scope.cells.push(...cells);
  module.scope.shared.push(...shared);
  module.scope.sharedArrays.push({ text: queue, element, length, exact: true, table: false, lasting: true });
  const [first, second] = cells;
  const wide = `u32(${second.text}.read())`;
  const narrow = first.bits === 1 ? `(${first.text}.read() ? 1 : 0)` : `${first.text}.read()`;
  const sums = [wide, narrow, ...shared.map(({ text }) => text), `${queue}[0]`, `${queue}[${length - 1}]`];
  const lines = sums.map((text) => `    sum = u32(mul32(sum, 31) + ${text});\n`);
  module.text += `function interruptChecksum(): u32 {\n  let sum: u32 = 3;\n  critical(() => {\n${lines.join("")}  });\n  return sum;\n}\n`;
  module.state.push("interruptChecksum()");
}
