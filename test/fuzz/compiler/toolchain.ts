/** The compiler under test: this repository's, or a copy of it with a planted bug. */
import { fileURLToPath } from "node:url";
import * as compiler from "../../../toolchain/compiler/index.ts";

export interface Toolchain {
  readonly compile: typeof compiler.compile;
  readonly formatDiagnostics: typeof compiler.formatDiagnostics;
  /** The module of the integer types and intrinsics that goes with the compiler. */
  readonly language: string;
}

/** A compiler that keeps what does not change from compile to compile, such as TypeScript's own declarations. */
export function toolchainOf(
  modules: Pick<typeof compiler, "createCompiler" | "formatDiagnostics">,
  language: string,
): Toolchain {
  const { compile } = modules.createCompiler();
  return { compile, formatDiagnostics: modules.formatDiagnostics, language };
}

export const toolchain: Toolchain = toolchainOf(
  compiler,
  fileURLToPath(new URL("../../../firmware/lang/index.ts", import.meta.url)),
);
