/** The compiler under test: this repository's, or a copy of it with a planted bug. */
import { fileURLToPath } from "node:url";
import * as c from "../../../toolchain/compiler/index.ts";
import * as lua from "../../../toolchain/lua/index.ts";

export interface Toolchain {
  readonly compile: typeof c.compile;
  readonly compileToLua: typeof lua.compileToLua;
  readonly formatDiagnostics: typeof c.formatDiagnostics;
  /** The module of the integer types and intrinsics that goes with the compiler. */
  readonly language: string;
}

/** The public faces of the compiler, and of its other back end. */
export type Modules = Pick<typeof c, "createCompiler" | "formatDiagnostics"> &
  Pick<typeof lua, "compileToLua">;

/** A compiler that keeps what does not change from compile to compile, such as TypeScript's own declarations. */
export function toolchainOf(modules: Modules, language: string): Toolchain {
  const { compile } = modules.createCompiler();
  const { compileToLua, formatDiagnostics } = modules;
  return { compile, compileToLua, formatDiagnostics, language };
}

/** The same with debug builds: assertions trap where they do not hold. */
export function debugBuilds(given: Toolchain): Toolchain {
  return { ...given, compile: (options) => given.compile({ ...options, debug: true }) };
}

export const toolchain: Toolchain = toolchainOf(
  { ...c, ...lua },
  fileURLToPath(new URL("../../../firmware/lang/index.ts", import.meta.url)),
);
