/** The files of a new application. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { packageRoot } from "../package-root.ts";

/** What stands for the application's name in the files of the template. */
const NAME = "{{name}}";
/** The package leaves out files of this name, so the template has it without its dot. */
const GITIGNORE = "gitignore";

/** Relative path to text of each file that an application of that name begins with, in a folder that is to hold it. */
export function projectFiles(name: string, folder: string): Map<string, string> {
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
  return files.set("package.json", packageJson(name, folder));
}

/**
 * Not a file of the template: a package.json inside this package would make that folder another package. Joinery is
 * in no registry, so npm takes it from where this very one lies.
 */
function packageJson(name: string, folder: string): string {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(packageRoot, "package.json"), "utf8"),
  );
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { build: "joinery build", check: "joinery check", test: "joinery hil test" },
    dependencies: { joinery: fileLink(folder) },
    devDependencies: {
      "@types/mocha": devDependencies["@types/mocha"],
      "@types/node": devDependencies["@types/node"],
      // An editor loads the plugin of tsconfig.json with the project's own TypeScript.
      typescript: dependencies.typescript,
    },
    // Or npm warns of the package's install script. It names a link as it stands in node_modules.
    allowScripts: { [fileLink(join(folder, "node_modules"))]: true },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function fileLink(from: string): string {
  return `file:${relative(from, packageRoot).split(sep).join("/")}`;
}
