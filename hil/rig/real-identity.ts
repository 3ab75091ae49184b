/** What a real board has in its store, and the Join Server that knows it: kept by a folder from run to run. */
import { join } from "node:path";
import type { DeviceIdentity } from "../../toolchain/provisioning/index.ts";
import { chosenBoard } from "./chosen-board.ts";
import { ProvisionedDevice } from "./provisioned-device.ts";
import { systemRandom } from "./random.ts";
import { RigError, refusing } from "./rig-error.ts";
import { systemSecrets } from "./secrets.ts";
import { openState, type State, StateError } from "./state.ts";
import type { Timeline } from "./timeline.ts";

interface RealBoard {
  readonly board: string;
  readonly boards?: string;
  readonly lorawan: "1.0.4" | "1.1";
  /** The folder. */
  readonly state: string;
  readonly timeline: Timeline;
}

export interface RealIdentity {
  /** With the Join Server's database. */
  readonly state: State;
  readonly identity: DeviceIdentity;
}

/**
 * Opens the folder, which the caller closes. Throws RigError where it cannot be used, and where it is new: then the store in
 * it is to get into the board first.
 */
export function openRealIdentity(options: RealBoard): Promise<RealIdentity> {
  const { board, boards, state: folder, timeline } = options;
  return refusing("usage", [StateError], () => {
    const state = openState(folder, { ...options, body: "real" });
    try {
      const { isNew, identity } = new ProvisionedDevice({
        ...{ state, stateFolder: folder, board: chosenBoard({ board, boards }) },
        ...{ random: systemRandom, secrets: systemSecrets },
        fault: undefined,
        say: (what) => timeline.add("rig", what, true),
      });
      // The store in the folder is as the board was given it, and tells of no join.
      if (state.isServed) state.requireDatabase();
      if (!isNew) return { state, identity };
      throw new RigError(
        "usage",
        `${join(folder, "device.eeprom")} is the store of a new device, with its names and root keys: put it into the board as docs/real-boards.md says, then run this again`,
      );
    } catch (error) {
      state.close();
      throw error;
    }
  });
}
