/** The files of a new application. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packageRoot } from "../package-root.ts";

/** What stands for the application's name in the files of the template. */
const NAME = "{{name}}";
/** The package leaves out files of this name, so the template has it without its dot. */
const GITIGNORE = "gitignore";

/** Relative path to text of each file that an application of that name begins with. */
export function projectFiles(name: string): Map<string, string> {
  const template = join(packageRoot, "toolchain", "project", "template");
  const paths = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files = new Map<string, string>();
  for (const path of paths) {
    const target = relative(template, path).replace(new RegExp(`^${GITIGNORE}$`), `.${GITIGNORE}`);
    files.set(target, readFileSync(path, "utf8").replaceAll(NAME, name));
  }
  return files.set("package.json", packageJson(name));
}

/** Not a file of the template: a package.json inside this package would make that folder another package. */
function packageJson(name: string): string {
  const { version, dependencies, devDependencies } = JSON.parse(
    readFileSync(join(packageRoot, "package.json"), "utf8"),
  );
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { build: "joinery build", check: "joinery check", test: "joinery hil test" },
    dependencies: { joinery: `^${version}` },
    devDependencies: {
      "@types/mocha": devDependencies["@types/mocha"],
      "@types/node": devDependencies["@types/node"],
      // An editor loads the plugin of tsconfig.json with the project's own TypeScript.
      typescript: dependencies.typescript,
    },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
