/** Several commands of one checkout at a time: what one of them sets up, the others neither repeat nor miss. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fail, ROOT } from "./run.mjs";

/** What is made beside its place. */
const BUILD = join(ROOT, ".build");

/**
 * Does what is due, in one process at a time; who waited does it only if it is still due. The lock is the kernel's,
 * which lets go of it when the process ends, however it ends. Where there is no flock, several may do the same at
 * once: each beside the others, since `replaceFolder` puts whole folders into place.
 */
export function inOneProcess(isDue, act) {
  if (!isDue()) return;
  mkdirSync(BUILD, { recursive: true });
  const lock = openSync(join(BUILD, "set-up.lock"), "a");
  try {
    // The lock belongs to the open file, which this process and flock have in common.
    spawnSync("flock", ["--exclusive", "3"], { stdio: ["ignore", "ignore", "ignore", lock] });
    sweep();
    if (isDue()) act();
  } finally {
    closeSync(lock);
  }
}

/** Removes what set-ups have left behind that were ended half-way. */
function sweep() {
  for (const name of readdirSync(BUILD)) {
    const [, pid] = /^(?:dist|packages|old)-(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(BUILD, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH"; // else it is somebody else's
  }
}

/**
 * Puts a folder that is complete in the place of another of its file system: whoever is using that finds a whole folder
 * there, before and after.
 */
export function replaceFolder(place, fresh) {
  const old = join(BUILD, `old-${process.pid}`);
  try {
    if (existsSync(place)) renameSync(place, old);
    renameSync(fresh, place);
  } catch (error) {
    if (existsSync(old) && !existsSync(place)) renameSync(old, place);
    fail(`cannot replace ${place}: ${error.message}`);
  }
  rmSync(old, { recursive: true, force: true });
}
