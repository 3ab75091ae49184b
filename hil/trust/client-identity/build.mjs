/**
 * Builds the client-identity addon with the machine's C compiler: one file, no node-gyp, no network.
 * The only headers are Node-API's, from the npm package `node-api-headers`; OpenSSL and V8 come from the node binary
 * that loads the addon. Does nothing when the binary is up to date or when a prebuilt one loads.
 *
 * Run as `node hil/trust/client-identity/build.mjs`, or import `buildAddon`.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const addonDir = join(dirname(fileURLToPath(import.meta.url)), "addon");
const source = join(addonDir, "client_identity.c");
const binary = join(addonDir, "build", "client_identity.node");
const stampFile = join(addonDir, "build", "stamp");
const prebuilt = join(addonDir, "prebuilds", `${process.platform}-${process.arch}`, "client_identity.node");

/** What the command line takes on this platform: macOS links against the symbols of the loading program on demand. */
const platformFlags = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : ["-Wl,-z,now"];

const failure = (what) => new Error(`DANE client identity unavailable: ${what}`);

function loads(path) {
  if (!existsSync(path)) return false;
  try {
    require(path);
    return true;
  } catch {
    return false; // made for another C library: build our own
  }
}

/**
 * @returns {"prebuilt" | "up-to-date" | "built"}
 * @throws Error that names what is missing (a C compiler, the headers) or gives the compiler's own words
 */
export function buildAddon() {
  if (process.platform === "win32")
    throw failure("the addon is for Linux and macOS; use WSL or policy pkix on Windows");
  if (loads(prebuilt)) return "prebuilt";

  const compiler = process.env.CC || "cc";
  const { include_dir: headers } = require("node-api-headers");
  const flags = [
    "-shared",
    "-fPIC",
    "-O2",
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    `-I${headers}`,
    ...platformFlags,
  ];
  const stamp = createHash("sha256")
    .update(readFileSync(source))
    .update(JSON.stringify([compiler, flags, process.platform, process.arch]))
    .digest("hex");
  if (existsSync(binary) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp)
    return "up-to-date";

  mkdirSync(dirname(binary), { recursive: true });
  const unfinished = `${binary}.${process.pid}`; // renamed when complete: a second build at the same time does no harm
  const run = spawnSync(compiler, [...flags, "-o", unfinished, source, "-ldl", "-lpthread"], {
    encoding: "utf8",
  });
  if (run.error?.code === "ENOENT")
    throw failure(
      `no C compiler "${compiler}"; install one (Debian: apt-get install gcc libc6-dev) and run node ${fileURLToPath(import.meta.url)}`,
    );
  if (run.error) throw failure(`${compiler} did not run: ${run.error.message}`);
  if (run.status !== 0) {
    rmSync(unfinished, { force: true });
    throw failure(`${compiler} failed (Debian: apt-get install gcc libc6-dev):\n${run.stderr.trim()}`);
  }
  renameSync(unfinished, binary);
  writeFileSync(stampFile, stamp);
  return "built";
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(`client-identity addon: ${buildAddon()}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
