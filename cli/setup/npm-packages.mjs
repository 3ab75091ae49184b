/** The npm packages of a checkout: those of its lock file, for the Node that runs. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inOneProcess, replaceFolder } from "./exclusion.mjs";
import { note, output, ROOT, run } from "./run.mjs";

const WHAT = "npm packages (about two minutes)";
const INSTALLED = join(ROOT, "node_modules");
/** In the folder of the packages: the lock file and the Node that they are for. */
const STAMP = ".joinery-lock";
/** What npm itself writes, last of all, of the packages that it has installed. */
const INVENTORY = join(INSTALLED, ".package-lock.json");
/** Ends well where this Node can load what is compiled for one Node and not for another. */
const NATIVE_PACKAGES_LOAD = 'new (require("better-sqlite3"))(":memory:").close()';

/** Installs from the lock file, unless that, or npm called by hand, has done so for this Node. */
export function installNpmPackages() {
  inOneProcess(
    () => !isStamped() && !adopt(),
    () => {
      note(`setting up ${WHAT}`);
      // Beside the old ones, which a command of this checkout may be running from.
      const fresh = join(ROOT, ".build", `packages-${process.pid}`);
      mkdirSync(fresh, { recursive: true });
      for (const name of ["package-lock.json", ".npmrc"]) {
        if (existsSync(join(ROOT, name))) copyFileSync(join(ROOT, name), join(fresh, name));
      }
      // The scripts are for the checkout's own folder.
      const { scripts: _, ...manifest } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
      writeFileSync(join(fresh, "package.json"), JSON.stringify(manifest));
      const options = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
      run(WHAT, "npm", ["ci", ...options], fresh);
      writeFileSync(join(fresh, "node_modules", STAMP), stamp());
      replaceFolder(INSTALLED, join(fresh, "node_modules"));
      rmSync(fresh, { recursive: true });
    },
  );
}

function stamp() {
  return createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .update(`${process.versions.modules} ${process.arch}`)
    .digest("hex");
}

function isStamped() {
  const file = join(INSTALLED, STAMP);
  return existsSync(file) && readFileSync(file, "utf8") === stamp();
}

/** Stamps what npm has installed otherwise, if it is what the lock file asks for and loads under this Node. */
function adopt() {
  if (!existsSync(INVENTORY)) return false;
  const wanted = packagesOf(join(ROOT, "package-lock.json"));
  const installed = packagesOf(INVENTORY);
  const isThere = ([path, { version, integrity, optional }]) => {
    const own = installed[path];
    // Of the optional ones each is for one kind of machine.
    if (own === undefined) return optional === true;
    return own.version === version && own.integrity === integrity && existsSync(join(ROOT, path));
  };
  if (!Object.entries(wanted).every(([path, entry]) => path === "" || isThere([path, entry]))) return false;
  if (!output(process.execPath, ["-e", NATIVE_PACKAGES_LOAD]).ok) return false;
  try {
    writeFileSync(join(INSTALLED, STAMP), stamp());
  } catch (error) {
    // A checkout of somebody else's: the next command looks again.
    if (!["EACCES", "EPERM", "EROFS"].includes(error.code)) throw error;
  }
  return true;
}

/** What a lock file says of each package, by the path of its folder. */
function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};
}
