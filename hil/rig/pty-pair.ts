/** Two pseudo-terminals that are connected to each other, as the two ends of a serial cable. Made by socat. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { atExit, temporaryFolder } from "../../toolchain/process-exit/index.ts";
import { RigError } from "./rig-error.ts";

export interface PtyPair {
  /** The paths of both ends. */
  readonly board: string;
  readonly rig: string;
  close(): Promise<void>;
}

/** Throws RigError where there is no socat. */
export async function openPtyPair(): Promise<PtyPair> {
  const folder = temporaryFolder("pty");
  const [board, rig] = [join(folder.path, "board"), join(folder.path, "rig")];
  const end = (link: string) => `pty,raw,echo=0,link=${link}`;
  const socat = spawn("socat", ["-d", "-d", end(board), end(rig)], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(socat, "close").catch(() => {});
  const kill = () => socat.kill("SIGKILL");
  const forget = atExit(kill);
  const close = async () => {
    forget();
    kill();
    await ended;
    folder.remove();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      let said = "";
      socat.stderr.on("data", (text) => {
        said += text;
        if (said.includes("starting data transfer loop")) resolve();
      });
      socat.once("error", () =>
        reject(new RigError("missing", "socat is not installed: sudo apt-get install socat")),
      );
      socat.once("close", () => reject(new RigError("failed", `socat has ended: ${said.trim()}`)));
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { board, rig, close };
}
