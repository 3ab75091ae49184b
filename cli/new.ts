/** `joinery new`: the folder of a new application. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { describeFileError, makeFolder } from "../toolchain/image/index.ts";
import { packageRoot } from "../toolchain/package-root.ts";
import { projectFiles } from "../toolchain/project/index.ts";
import { EXIT, Refusal } from "./exit.ts";

export function addNew(program: Command): void {
  program
    .command("new")
    .description("make the folder of a new application: its code, joinery.json and a HIL spec")
    .argument("<name>", "the new folder; its last part names the application")
    .addHelpText(
      "after",
      `
Examples:
  $ joinery new demo
  $ cd demo && npm install && npx joinery build && npx joinery hil test`,
    )
    .action(makeProject);
}

function makeProject(path: string): void {
  const folder = resolve(path);
  const name = basename(folder);
  // What npm asks of a package's name.
  if (!/^[a-z0-9][a-z0-9._-]{0,213}$/.test(name)) {
    throw new Refusal(
      `"${name}" cannot name an application: lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit`,
      EXIT.usage,
    );
  }
  try {
    makeFolder(dirname(folder));
    mkdirSync(folder); // refuses a folder that is there: nothing of it is overwritten
    for (const [file, text] of projectFiles(name, folder)) {
      makeFolder(dirname(join(folder, file)));
      writeFileSync(join(folder, file), text, { flag: "wx" });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Refusal(
      code === "EEXIST"
        ? `${folder} exists already: choose another name`
        : `cannot make the application: ${describeFileError(error as Error, folder)}`,
      EXIT.usage,
    );
  }
  const place = relative(process.cwd(), folder);
  process.stdout.write(`${place}: app.ts is the application, joinery.json says what it is built for

  cd ${place}
  npm install              # joinery itself comes from ${packageRoot}, as package.json says
  npx joinery build
  npx joinery hil test
`);
}
