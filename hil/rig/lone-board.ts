/** An emulated board by itself: no gateway hears it. For its console, and for a debugger. */
import { isLuaBoard } from "../../toolchain/image/index.ts";
import { eepromImage, generateIdentity } from "../../toolchain/provisioning/index.ts";
import { Air, type Transmission } from "../air/index.ts";
import { runLockstep, VirtualClock } from "../clock/index.ts";
import { type GdbServer, hasMachine } from "../emulator/index.ts";
import { buildFirmware, type FirmwareChoice } from "./build-firmware.ts";
import { chosenBoard } from "./chosen-board.ts";
import { Closers } from "./closers.ts";
import { checkPort, type Debugging, waitForDebugger } from "./debugging.ts";
import { type DeviceUnderTest, storeFormatOf } from "./device.ts";
import { DEV_EUI_PREFIX, JOIN_EUI } from "./names.ts";
import { describeFinding } from "./narration.ts";
import { NET_ID } from "./networks.ts";
import { Pace } from "./pace.ts";
import { isPersonalised, personalise } from "./personalised-store.ts";
import { randomHex, seededRandom } from "./random.ts";
import { RigError } from "./rig-error.ts";
import { deviceKeys, seededSecrets } from "./secrets.ts";
import { Timeline } from "./timeline.ts";

export interface LoneBoardOptions extends Omit<FirmwareChoice, "exactLines"> {
  readonly board: string;
  /** The folder of the boards that are the project's own, as `readProject` gives it. */
  readonly boards?: string;
  /** The DevEUI and the noise follow from it. */
  readonly seed: number;
  /** A second of the board's takes one; else it runs as fast as it can. */
  readonly realTime: boolean;
  /** Ends the run. */
  readonly end: AbortSignal;
  /** So much of the board's time, in seconds; 30 days where not given. */
  readonly limitS?: number;
  /** Whether a misuse of the hardware lets the run go on, to find more of them. */
  readonly keepGoing?: boolean;
  /** The board waits for a debugger before its first instruction, and the run ends when that has gone. */
  readonly debugging?: Debugging;
  /** Told of what the board sends, as it begins. */
  readonly onTransmission?: (transmission: Transmission) => void;
  readonly onConsoleLine: (line: string) => void;
  /** What the rig does before the board gets power, and what goes wrong afterwards. */
  readonly onNotice: (text: string) => void;
}

/**
 * "ended" by the caller, at the "limit", when the "debugger" had gone, or "failed": the program misuses the hardware,
 * or does nothing more.
 */
export type LoneBoardEnd = "ended" | "limit" | "debugger" | "failed";

const LIMIT_S = 30 * 24 * 3600;

/**
 * Builds the firmware, boots it with an identity of its own and runs it. Throws RigError where the run cannot begin.
 */
export async function runLoneBoard(options: LoneBoardOptions): Promise<LoneBoardEnd> {
  const { seed, debugging, realTime, end, limitS = LIMIT_S, keepGoing = false } = options;
  const { onConsoleLine, onNotice } = options;
  const board = chosenBoard(options);
  if (debugging !== undefined && isLuaBoard(board)) {
    throw new RigError("usage", `${board.name} runs a Lua program: a debugger needs an image of a processor`);
  }
  if (!isLuaBoard(board) && !hasMachine(board.processor)) {
    throw new RigError("usage", `there is no emulation of the ${board.processor}, which ${board.name} has`);
  }
  if (debugging !== undefined) await checkPort(debugging);
  const timeline = new Timeline(({ text }) => onNotice(text));
  const firmware = await buildFirmware(board, { ...options, exactLines: debugging !== undefined }, timeline);
  const random = seededRandom(seed);
  const secrets = seededSecrets(seed);
  const devEui = DEV_EUI_PREFIX + randomHex(random, 16 - DEV_EUI_PREFIX.length);
  const { eepromBytes } = board;
  const store = isPersonalised(options)
    ? personalise(options, { devEui, netId: NET_ID }, eepromBytes, { random, secrets }).store
    : eepromImage(generateIdentity({ devEui, joinEui: JOIN_EUI }, deviceKeys(secrets, devEui)), eepromBytes);
  const clock = new VirtualClock();
  const air = new Air({ clock, random: seededRandom(seed + 1) });
  if (options.onTransmission !== undefined) air.onTransmission(options.onTransmission);
  let failed = false;
  let gdb: GdbServer | undefined;
  const device = firmware.boot({
    eeprom: storeFormatOf(board).pack(store),
    clock,
    air,
    random: seededRandom(seed + 2),
    onConsoleLine,
    onRadioEvent: () => {},
    onFinding: (finding) => {
      onNotice(`the firmware misuses the hardware: ${describeFinding(finding)}`);
      if (gdb?.stopProgram()) return;
      failed ||= !keepGoing;
    },
    onFailure: (reason, trace) => {
      failed = true;
      for (const line of [reason, ...trace]) onNotice(line.trim());
    },
  });
  const closers = new Closers();
  closers.add("the device", () => device.close());
  closers.add("the port of the debugger", () => gdb?.close());
  return closers.during(async () => {
    gdb = await debuggerOf(device, options);
    const ran = await runLockstep({
      clock,
      machines: [device.machine],
      participants: [new Pace(clock, realTime, end), ...(gdb === undefined ? [] : [gdb])],
      done: () => {
        const dead =
          device.machine.nextWakeNs === Number.POSITIVE_INFINITY && clock.nextNs === Number.POSITIVE_INFINITY;
        if (dead && !failed) onNotice("the program has stopped, and nothing will wake it");
        failed ||= dead;
        return failed || end.aborted || gdb?.left === true;
      },
      limitNs: limitS * 1e9,
    });
    if (failed) return "failed";
    if (ran === "limit") return "limit";
    return end.aborted ? "ended" : "debugger";
  });
}

async function debuggerOf(
  device: DeviceUnderTest,
  { app, debugging, end }: LoneBoardOptions,
): Promise<GdbServer | undefined> {
  const image = debugging === undefined ? undefined : device.debug();
  if (debugging === undefined || image === undefined) return undefined;
  const gdb = await waitForDebugger(image, app, debugging, () => {});
  // A program that stands still for the debugger does not see the end otherwise.
  end.addEventListener("abort", () => gdb.leave(), { once: true });
  return gdb;
}
