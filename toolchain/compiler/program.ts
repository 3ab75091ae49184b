/**
 * From files to a TypeScript program: options, the application behind `#app`, and the module graph.
 *
 * Library files are parsed once per process. Of the rest a `ProgramCache` keeps what the next compilation may
 * use: files whose text is the same, and what TypeScript said about those that no change reaches.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import ts from "typescript";
import { packageRoot } from "../package-root.ts";
import { parseShallow } from "./nesting.ts";
import type { Module } from "./tree.ts";

export interface SourceProgram {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly entry: ts.SourceFile;
  /** The module behind "#app", where it was chosen. */
  readonly application: ts.SourceFile | undefined;
  /** The module of the integer types and intrinsics. */
  readonly language: ts.SourceFile | undefined;
  readonly modules: ReadonlyMap<ts.SourceFile, Module>;
  /** What TypeScript itself has to say. */
  readonly diagnostics: readonly ts.Diagnostic[];
  /** Whether the syntax is whole and every import finds its name: else nothing more can be said of the program. */
  readonly whole: boolean;
}

const firmwareRoot = join(packageRoot, "firmware");
const languageFile = join(firmwareRoot, "lang", "index.ts");

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  // Of "using" TypeScript only speaks with a place where it finds the library of it.
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  verbatimModuleSyntax: true,
  strict: true,
  noFallthroughCasesInSwitch: true,
  types: [],
  noEmit: true,
  skipLibCheck: true,
  skipDefaultLibCheck: true,
};

const libraryFolder = dirname(ts.getDefaultLibFilePath(compilerOptions));
const libraryFiles = new Map<string, ts.SourceFile | undefined>();

/** What one compilation leaves for the next. */
export class ProgramCache {
  /** By the name under which they were asked for. */
  readonly #files = new Map<string, ts.SourceFile>();
  #previous: ts.SemanticDiagnosticsBuilderProgram | undefined;
  #versions = 0;

  /** The syntax of a text: that of the time before where the text is the same. */
  parse(fileName: string, text: string, options: ts.ScriptTarget | ts.CreateSourceFileOptions) {
    const known = this.#files.get(fileName);
    if (known?.text === text) return known;
    // A version is what TypeScript sees a change by.
    const version = String(++this.#versions);
    // Comments such as @ts-expect-error and @ts-nocheck silence TypeScript, but prove nothing.
    const loud = { commentDirectives: undefined, checkJsDirective: undefined };
    const file = Object.assign(parseShallow(fileName, text, options), { version, ...loud });
    this.#files.set(fileName, file);
    return file;
  }

  /** The program, with the diagnostics of the one before for the files that no change reaches. */
  follow(program: ts.Program, host: ts.CompilerHost): ts.SemanticDiagnosticsBuilderProgram {
    this.#previous = ts.createSemanticDiagnosticsBuilderProgram(program, host, this.#previous);
    return this.#previous;
  }
}

/**
 * Parses the module graph of `entry`. `chosen` are the modules behind imports such as "#app"; `sources` are texts
 * that take the place of files, by absolute path.
 */
export function loadProgram(
  entry: string,
  chosen: Readonly<Record<`#${string}`, string | undefined>>,
  sources: ReadonlyMap<string, string>,
  cache: ProgramCache,
): SourceProgram | undefined {
  const entryPath = resolve(entry);
  if (!sources.has(entryPath) && !existsSync(entryPath)) return undefined;
  const host = compilerHost(sources, cache);
  host.resolveModuleNameLiterals = (names, containingFile, _reference, options, file) =>
    names.map((name) => {
      const module = name.text.startsWith("#") ? chosen[name.text as "#"] : undefined;
      if (module !== undefined) {
        return {
          resolvedModule: {
            resolvedFileName: resolve(module),
            extension: ts.Extension.Ts,
            isExternalLibraryImport: false,
          },
        };
      }
      // The language is this package's own, whatever lies in the project's node_modules.
      const own = name.text.startsWith("joinery/");
      return ts.resolveModuleName(
        name.text,
        own ? join(packageRoot, "package.json") : containingFile,
        options,
        host,
        undefined,
        undefined,
        ts.getModeForUsageLocation(file, name, options),
      );
    });
  const program = ts.createProgram({ rootNames: [entryPath], options: compilerOptions, host });
  const builder = cache.follow(program, host);
  const files = program.getSourceFiles().filter((file) => !file.isDeclarationFile);
  const language = files.find((file) => resolve(file.fileName) === languageFile);
  const syntax = [
    ...program.getOptionsDiagnostics(),
    ...files.flatMap((file) => program.getSyntacticDiagnostics(file)),
  ];
  // Of the whole program: asked for one file, a builder does not look whether a change reaches it.
  const diagnostics = syntax.length > 0 ? syntax : builder.getSemanticDiagnostics();
  return {
    program,
    checker: program.getTypeChecker(),
    entry: program.getSourceFile(entryPath)!,
    application: chosen["#app"] === undefined ? undefined : program.getSourceFile(resolve(chosen["#app"])),
    language,
    modules: nameModules(
      files.filter((file) => file !== language),
      dirname(entryPath),
    ),
    diagnostics,
    whole: syntax.length === 0 && !diagnostics.some(isAboutModule),
  };
}

/** Whether an error is that of an import or export. */
function isAboutModule({ file, start }: ts.Diagnostic): boolean {
  const statement = file?.statements.find(({ pos, end }) => pos <= start! && start! < end);
  return (
    statement !== undefined &&
    (ts.isImportDeclaration(statement) ||
      ts.isExportDeclaration(statement) ||
      ts.isImportEqualsDeclaration(statement))
  );
}

function compilerHost(sources: ReadonlyMap<string, string>, cache: ProgramCache): ts.CompilerHost {
  const host = ts.createCompilerHost(compilerOptions, true);
  const parseLibrary = host.getSourceFile.bind(host);
  host.getSourceFile = (fileName, options, onError) => {
    if (inside(libraryFolder, resolve(fileName))) {
      if (!libraryFiles.has(fileName)) {
        const file = parseLibrary(fileName, options, onError);
        libraryFiles.set(fileName, file && Object.assign(file, { version: "library" }));
      }
      return libraryFiles.get(fileName);
    }
    const text = host.readFile(fileName);
    return text === undefined ? undefined : cache.parse(fileName, text, options);
  };
  const exists = host.fileExists.bind(host);
  host.fileExists = (fileName) => sources.has(resolve(fileName)) || exists(fileName);
  const folderExists = host.directoryExists?.bind(host);
  host.directoryExists = (folder) =>
    [...sources.keys()].some((path) => inside(resolve(folder), path)) || (folderExists?.(folder) ?? true);
  host.readFile = (fileName) =>
    sources.get(resolve(fileName)) ?? (exists(fileName) ? readFileSync(fileName, "utf8") : undefined);
  return host;
}

/** Headers of C and of the boards' libraries that a generated header must not hide. */
const takenNames = new Set([
  ...[
    "assert",
    "complex",
    "ctype",
    "errno",
    "fenv",
    "float",
    "inttypes",
    "iso646",
    "limits",
    "locale",
    "math",
  ],
  ...[
    "setjmp",
    "signal",
    "stdarg",
    "stdbool",
    "stddef",
    "stdint",
    "stdio",
    "stdlib",
    "string",
    "tgmath",
    "time",
  ],
  // The guard of joinery_interrupts.h is that of a module runtime_interrupts.
  ...["wchar", "wctype", "joinery", "joinery_interrupts", "runtime_interrupts"],
]);

/**
 * Gives each module a name that is unique and fit for C: "aes", or "crypto_aes" where "aes" is taken. The firmware's
 * modules choose first: the board's C includes their headers.
 */
function nameModules(files: readonly ts.SourceFile[], entryFolder: string): Map<ts.SourceFile, Module> {
  const modules = new Map<ts.SourceFile, Module>();
  const taken = new Set(takenNames);
  const isFirmware = (file: ts.SourceFile) => inside(firmwareRoot, resolve(file.fileName));
  const own = files.filter(isFirmware);
  for (const file of [...own, ...files.filter((other) => !isFirmware(other))]) {
    const absolute = resolve(file.fileName);
    const path = relative(isFirmware(file) ? firmwareRoot : entryFolder, absolute)
      .split(sep)
      .join("/");
    const name = freeName(path, (candidate) => taken.has(candidate.toLowerCase()));
    taken.add(name.toLowerCase());
    const line = inside(packageRoot, absolute)
      ? relative(packageRoot, absolute).split(sep).join("/")
      : basename(absolute);
    modules.set(file, { file, path, line, name });
  }
  return new Map(files.map((file) => [file, modules.get(file)!]));
}

/** The last word of a path, with as many of those before it as make it differ from what is taken, else a number. */
function freeName(path: string, isTaken: (name: string) => boolean): string {
  const words = path
    .replace(/\.[cm]?tsx?$/, "")
    .split("/")
    .filter((word) => word !== "..")
    .map((word) => word.replace(/[^A-Za-z0-9]+/g, "_").replace(/^(\d)/, "_$1"));
  if (words.length > 1 && words.at(-1) === "index") words.pop();
  let name = words.pop()!;
  while (isTaken(name) && words.length > 0) name = `${words.pop()}_${name}`;
  for (let i = 2; isTaken(name); i++) name = `${name.replace(/_\d+$/, "")}_${i}`;
  return name;
}

function inside(folder: string, path: string): boolean {
  return path.startsWith(folder + sep);
}
