/** `joinery hil test`: runs an application's HIL specs. */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { describeFileError, makeFolder } from "../toolchain/image/index.ts";
import { findProject } from "../toolchain/project/index.ts";
import { EXIT, Refusal } from "./exit.ts";
import { interruptible } from "./interruption.ts";
import { moduleBeside, runSpecChild } from "./spec-child.ts";

interface TestOptions {
  grep?: string;
  junit?: string;
  timeout: number;
}

/** Not its command, which starts a process of its own where a project gives it options for Node: that hears of no signal. */
const MOCHA = createRequire(import.meta.url).resolve("mocha/lib/cli/cli.js");

/** A join takes seconds, on a machine that is busy with others much longer. */
const TIMEOUT_S = 300;

export function addHilTest(hil: Command): void {
  hil
    .command("test")
    .description("run the project's HIL specs: mocha specs that use joinery/hil")
    .argument("[specs...]", "the files to run (default: hil/*.spec.ts of the project)")
    .option("--grep <text>", "only the tests whose names hold it")
    .option("--junit <file>", "write the results as JUnit XML")
    .option(
      "--timeout <seconds>",
      "how long a test may take, if it does not say so itself",
      seconds,
      TIMEOUT_S,
    )
    .addHelpText(
      "after",
      `
Examples:
  $ joinery hil test
  $ joinery hil test hil/join.spec.ts --grep DevNonce --junit hil.xml
  $ joinery hil test --timeout 1200`,
    )
    .action(runSpecs);
}

async function runSpecs(specs: readonly string[], options: TestOptions): Promise<void> {
  const folder = findProject(process.cwd());
  const files = specs.length > 0 ? specs.map((spec) => resolve(spec)) : specsOf(folder);
  for (const file of files) {
    if (!existsSync(file)) throw new Refusal(`there is no spec ${file}`, EXIT.usage);
  }
  if (options.junit !== undefined) makeFolderOf(resolve(options.junit));
  const reporter =
    options.junit === undefined
      ? ["--reporter", "spec"]
      : ["--reporter", moduleBeside("spec-junit"), "--reporter-option", `output=${resolve(options.junit)}`];
  const { status, signal } = await interruptible((end) =>
    runSpecChild(
      [
        MOCHA,
        ...reporter,
        ...["--timeout", String(options.timeout * 1000)],
        ...(options.grep === undefined ? [] : ["--fgrep", options.grep]),
        ...files,
      ],
      { stdio: ["ignore", "inherit", "inherit"], cwd: folder, end },
    ),
  );
  if (signal !== null) throw new Refusal(`the specs were ended by ${signal}`, EXIT.failed);
  process.exitCode = status === 0 ? EXIT.done : EXIT.failed;
}

/** A day at most, far below what a timer of Node can count. */
function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 86_400) {
    throw new InvalidArgumentError("It must be a whole number of seconds from 1 to 86400.");
  }
  return value;
}

/** The folder of the JUnit file, which mocha would wait for for ever where it cannot be made. Throws Refusal. */
function makeFolderOf(path: string): void {
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw new Refusal(`cannot write the JUnit file: ${describeFileError(error as Error, path)}`, EXIT.usage);
  }
}

/** The specs of a project. Throws Refusal where there is no project or it has none. */
function specsOf(folder: string | undefined): string[] {
  if (folder === undefined) {
    throw new Refusal(
      "there is no joinery.json here or above: name the specs, or make a project with joinery new NAME",
      EXIT.usage,
    );
  }
  const specFolder = join(folder, "hil");
  const specs = existsSync(specFolder)
    ? readdirSync(specFolder).filter((name) => name.endsWith(".spec.ts"))
    : [];
  if (specs.length === 0) throw new Refusal(`${specFolder} holds no *.spec.ts`, EXIT.usage);
  return specs.sort().map((name) => join(specFolder, name));
}
