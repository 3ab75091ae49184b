/** TypeScriptToLua's printer, with octets in strings as Lua writes them and the names that live in a table. */
import * as lua from "typescript-to-lua";
import { SPILL_TABLE } from "./layout.ts";
import { fileOf } from "./origins.ts";

type Printed = ReturnType<lua.LuaPrinter["printExpression"]>;

export class BundlePrinter extends lua.LuaPrinter {
  readonly #spilled: ReadonlyMap<string, number>;

  constructor(spilled: ReadonlyMap<string, number>, ...rest: ConstructorParameters<typeof lua.LuaPrinter>) {
    super(...rest);
    this.#spilled = spilled;
  }

  /** A part of the bundle, without a head of its own. */
  protected override printFile(file: lua.File): Printed {
    return this.concatNodes(...this.printStatementArray(file.statements));
  }

  /** Code of an inlined function is of another file. */
  protected override createSourceNode(...values: Parameters<lua.LuaPrinter["createSourceNode"]>): Printed {
    const made = super.createSourceNode(...values);
    const file = fileOf(values[0]);
    if (file) made.source = file.fileName;
    return made;
  }

  override printIdentifier(expression: lua.Identifier): Printed {
    const slot = this.#spilled.get(expression.text);
    if (slot === undefined) return super.printIdentifier(expression);
    return this.createSourceNode(expression, `${SPILL_TABLE}[${slot}]`);
  }

  /** Each character is one octet. */
  override printStringLiteral(expression: lua.StringLiteral): Printed {
    return this.createSourceNode(expression, quoted(expression.value));
  }

  protected override isSimpleExpressionList(): boolean {
    return true;
  }
}

function quoted(octets: string): string {
  const escaped = octets.replace(/[^ !#-[\]-~]/g, (character) => {
    return `\\${String(character.charCodeAt(0)).padStart(3, "0")}`;
  });
  return `"${escaped}"`;
}
