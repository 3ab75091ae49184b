/** A module while it is written. */
import type { Random } from "../random.ts";
import type { Scope } from "./scope.ts";

export class ModuleWriter {
  readonly random: Random;
  readonly scope: Scope;
  /** Goes before each name at module level. */
  readonly prefix: string;
  readonly seed: number;
  readonly config: Record<string, number | boolean>;
  /** What the checksum of the module's state adds up. */
  readonly state: string[] = [];
  text = "";
  #names = 0;

  constructor(
    random: Random,
    scope: Scope,
    prefix: string,
    seed: number,
    config: Record<string, number | boolean>,
  ) {
    this.random = random;
    this.scope = scope;
    this.prefix = prefix;
    this.seed = seed;
    this.config = config;
  }

  name(what: string): string {
    return `${this.prefix}${what}${this.#names++}`;
  }

  export(): string {
    return this.prefix === "helper" ? "export " : "";
  }

  /** The module, with the function `checksum` of everything that it keeps from call to call. */
  finish(): string {
    const scalars = this.state.filter((text) => !text.startsWith(`${this.prefix}Array`));
    const arrays = this.scope.arrays.filter(({ text }) => this.state.includes(text));
    const name = `${this.prefix}Checksum`;
    const loops = arrays.map(
      ({ text, length }) => `  for (let i = 0; i < ${length}; i++) sum = u32(mul32(sum, 31) + ${text}[i]);\n`,
    );
    const adds = scalars.map((text) => `  sum = u32(mul32(sum, 31) + ${text});\n`);
    const sum = `${this.export()}function ${name}(): u32 {\n  let sum: u32 = 7;\n${adds.join("")}${loops.join("")}  return sum;\n}\n`;
    return this.text + sum;
  }
}
