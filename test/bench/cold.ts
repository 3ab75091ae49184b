/**
 * One cold run in a process of its own, in milliseconds on stdout: "compile" compiles the whole firmware to C,
 * "check" lets TypeScript check the same files, as `tsc --noEmit` does. TypeScript is loaded within the time.
 */
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../firmware/main.ts", import.meta.url));

const from = performance.now();
const { default: ts } = await import("typescript");
const loaded = performance.now() - from;

async function compileFirmware(): Promise<number> {
  const { compile, formatDiagnostics } = await import("../../toolchain/compiler/index.ts");
  const start = performance.now();
  const { diagnostics } = compile({ entry: ENTRY });
  const took = performance.now() - start;
  if (diagnostics.length > 0) throw new Error(formatDiagnostics(diagnostics, { colour: false }));
  return took;
}

function check(): number {
  const start = performance.now();
  const program = ts.createProgram([ENTRY], {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    strict: true,
    types: [],
    noEmit: true,
    skipLibCheck: true,
  });
  const diagnostics = ts.getPreEmitDiagnostics(program);
  const took = performance.now() - start;
  if (diagnostics.length > 0)
    throw new Error(ts.flattenDiagnosticMessageText(diagnostics[0].messageText, "\n"));
  return took;
}

const took = process.argv[2] === "check" ? check() : await compileFirmware();
process.stdout.write(`${loaded + took}\n`);
