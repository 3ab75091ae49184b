/**
 * The set-up step of `npm start`, `npm test` and the `joinery` command of a checkout: installs what is
 * missing, then gets out of the way.
 *
 * Depends on Node alone, since it runs before anything is installed. Everything it prints goes to
 * stderr: stdout belongs to the command that follows.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inOneProcess, replaceFolder } from "./exclusion.mjs";
import { installNpmPackages } from "./npm-packages.mjs";
import { fail, note, onPath, output, ROOT, run } from "./run.mjs";

/** Seconds to wait for another apt or dpkg that is at work. */
const APT_LOCK_TIMEOUT_S = 300;

/** What a command needs from Debian: how to see that it is there, and the packages that bring it. */
const AVR = [
  { command: "avr-gcc", packages: ["gcc-avr", "binutils-avr"] },
  { file: "/usr/lib/avr/include/avr/io.h", packages: ["avr-libc"] },
];
const NATIVE = [
  { command: "cc", packages: ["build-essential"] },
  { command: "make", packages: ["build-essential"] },
  { command: "python3", packages: ["python3"] },
];
const JUDGES = [
  { command: "arm-none-eabi-gcc", packages: ["gcc-arm-none-eabi"] },
  { file: "/usr/lib/arm-none-eabi/include/stdint.h", packages: ["libnewlib-arm-none-eabi"] },
  { command: "cppcheck", packages: ["cppcheck"] },
  { command: "lua5.1", packages: ["lua5.1"] },
  { file: "/usr/include/lua5.1/lua.h", packages: ["liblua5.1-0-dev"] },
  { command: "lua5.3", packages: ["lua5.3"] },
  { file: "/usr/include/lua5.3/lua.h", packages: ["liblua5.3-dev"] },
  { command: "lua5.4", packages: ["lua5.4"] },
  { command: "luajit", packages: ["luajit"] },
  // Modules of Lua lie in a folder of the machine's architecture.
  { file: "/usr/share/doc/lua-bitop/copyright", packages: ["lua-bitop"] },
  { file: "/usr/share/doc/lua-bit32/copyright", packages: ["lua-bit32"] },
  { command: "gdb-multiarch", packages: ["gdb-multiarch"] },
  { command: "avr-gdb", packages: ["gdb-avr"] },
  { command: "simavr", packages: ["simavr"] },
  { file: "/usr/include/simavr/sim_avr.h", packages: ["libsimavr-dev"] },
  { command: "qemu-system-arm", packages: ["qemu-system-arm"] },
  { command: "unbound", packages: ["unbound"] },
  { command: "unbound-host", packages: ["unbound-host"] },
  { command: "delv", packages: ["bind9-dnsutils"] },
  { command: "dnssec-verify", packages: ["bind9-utils"] },
  { command: "ldns-verify-zone", packages: ["ldnsutils"] },
  { command: "knotd", packages: ["knot"] },
  { command: "kzonesign", packages: ["knot-dnssecutils"] },
  { command: "danetool", packages: ["gnutls-bin"] },
  { command: "openssl", packages: ["openssl"] },
  { file: "/usr/include/openssl/ssl.h", packages: ["libssl-dev"] },
  { command: "tshark", packages: ["tshark"] },
  { command: "socat", packages: ["socat"] },
  { command: "chromium", packages: ["chromium"] },
];

const FUZZERS = [
  { command: "clang", packages: ["clang"] },
  // libFuzzer lies in a folder of clang's version.
  { file: "/usr/share/doc/libclang-rt-dev/copyright", packages: ["libclang-rt-dev"] },
  { command: "llvm-symbolizer", packages: ["llvm"] },
];

/** What each purpose needs from Debian: the main job, the tests, the device's fuzz, or the `joinery` command by itself. */
const NEEDS = {
  start: [...NATIVE, ...AVR],
  test: [...NATIVE, ...AVR, ...JUDGES, ...FUZZERS],
  fuzz: [...NATIVE, ...FUZZERS],
  command: NATIVE,
};

/** Makes the checkout ready for a purpose of `NEEDS`. Ends the process when it cannot. */
export function setUp(purpose) {
  requireNode();
  installDebianPackages(NEEDS[purpose]);
  installNpmPackages();
  run("the DANE client-identity addon", process.execPath, ["hil/trust/client-identity/build.mjs"]);
  build();
}

function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const [major, minor] = engines.node.match(/\d+/g).map(Number);
  const [hasMajor, hasMinor] = process.versions.node.split(".").map(Number);
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return;
  fail(`Node.js ${major}.${minor} or later is needed, this is ${process.versions.node}.`);
}

function installDebianPackages(needs) {
  const absent = needs.filter((need) => !(need.file ? existsSync(need.file) : onPath(need.command)));
  if (absent.length === 0) return;
  const packages = [...new Set(absent.flatMap((need) => need.packages))];
  const command = `apt-get install -y ${packages.join(" ")}`;
  const prefix = privilege();
  if (prefix === undefined || !onPath("apt-get")) {
    fail(
      `Missing: ${absent.map((need) => need.command ?? need.file).join(", ")}.\n` +
        `Install the Debian packages with this one command, then try again:\n\n  sudo ${command}\n`,
    );
  }
  note(`installing Debian packages: ${packages.join(" ")}`);
  const apt = (...args) => {
    // env, since sudo passes no variables on
    const words = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
    return output(words[0], words.slice(1));
  };
  const options = ["-qq", "-o", `DPkg::Lock::Timeout=${APT_LOCK_TIMEOUT_S}`];
  const updated = apt("update", ...options);
  const installed = apt("install", "-y", "--no-install-recommends", ...options, ...packages);
  if (!installed.ok) fail(`${updated.ok ? "" : updated.text}${installed.text}\nThis failed: ${command}`);
}

/** The words to put before a command to run it as root; undefined when that is not possible unasked. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  const sudo = onPath("sudo") && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" });
  return sudo && sudo.status === 0 ? ["sudo", "-n"] : undefined;
}

/** Compiles cli/, toolchain/ and hil/ into dist/, unless nothing has changed since. */
function build() {
  const dist = join(ROOT, "dist");
  const stampFile = join(dist, ".built");
  const isDue = () => {
    const isBuilt = existsSync(join(dist, "cli", "main.js")) && existsSync(stampFile);
    return !isBuilt || readFileSync(stampFile, "utf8") !== sourceStamp();
  };
  inOneProcess(isDue, () => {
    note("setting up the command line");
    const stamp = sourceStamp();
    const fresh = join(ROOT, ".build", `dist-${process.pid}`);
    const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", fresh];
    run("the command line", process.execPath, tsc);
    writeFileSync(join(fresh, ".built"), stamp);
    replaceFolder(dist, fresh);
  });
}

/** Changes with whatever the build reads. */
function sourceStamp() {
  const inputs = [
    ...["package-lock.json", "tsconfig.json", "tsconfig.build.json"].map((name) => join(ROOT, name)),
    ...["cli", "toolchain", "hil"].flatMap((folder) => sourceFiles(join(ROOT, folder))),
  ];
  return createHash("sha256")
    .update(inputs.map((file) => `${file} ${statSync(file).mtimeMs} ${statSync(file).size}`).join("\n"))
    .digest("hex");
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
