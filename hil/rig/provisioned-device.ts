/** The board's store and the identity in it: those that a state folder keeps from an earlier run, or new ones. */
import type { Board } from "../../toolchain/image/index.ts";
import {
  type DeviceIdentity,
  EepromError,
  eepromImage,
  generateIdentity,
  readIdentity,
  readNonces,
} from "../../toolchain/provisioning/index.ts";
import type { SecretSource } from "../trust/index.ts";
import { storeFormatOf } from "./device.ts";
import type { Fault } from "./faults.ts";
import { DEV_EUI_PREFIX, JOIN_EUI } from "./names.ts";
import { randomHex } from "./random.ts";
import { deviceKeys } from "./secrets.ts";
import { type State, StateError } from "./state.ts";

/** DevEUIs of boards that the Join Server must not know begin so: no device of a kept state has such a name. */
const STRANGER_PREFIX = "02000001";

interface ProvisioningOptions {
  readonly state: State;
  /** The folder of the state, for messages. */
  readonly stateFolder: string | undefined;
  readonly fault: Fault | undefined;
  readonly board: Board;
  /** In [0, 1): names follow from it. The system's for a device that lives on, like `secrets`. */
  readonly random: () => number;
  /** Root keys follow from it. */
  readonly secrets: SecretSource;
  /** Of a Join Server that is not the rig's own: what that keeps is not in the state. */
  readonly isForeign?: boolean;
  readonly say: (what: string) => void;
}

export class ProvisionedDevice {
  /** Read and written in place by the board. */
  readonly eeprom: Uint8Array;
  readonly identity: DeviceIdentity;
  /** A device that the Join Server does not know as it is must not become the one that the state remembers. */
  readonly isStranger: boolean;
  /** Provisioned just now: no server has heard of it. */
  readonly isNew: boolean;
  readonly #state: State;

  /** Throws StateError where what the state keeps cannot be used. */
  constructor(options: ProvisioningOptions) {
    const { state, stateFolder, fault, board, random, secrets, isForeign = false, say } = options;
    this.#state = state;
    this.isStranger = fault === "wrong-nwk-key" || fault === "unknown-device";
    const format = storeFormatOf(board);
    const kept = this.isStranger ? undefined : state.readEeprom(format.bytes);
    this.isNew = kept === undefined;
    if (kept !== undefined) {
      this.eeprom = kept;
      const store = format.unpack(kept);
      this.identity = identityIn(store, stateFolder);
      if (!isForeign && readNonces(store).nextDevNonce > 0) state.requireDatabase();
      say(`has the EEPROM of DevEUI ${this.identity.devEui} from an earlier run`);
      return;
    }
    const prefix = this.isStranger ? STRANGER_PREFIX : DEV_EUI_PREFIX;
    const devEui = prefix + randomHex(random, 16 - prefix.length);
    this.identity = generateIdentity({ devEui, joinEui: JOIN_EUI }, deviceKeys(secrets, devEui));
    say(`provisions DevEUI ${devEui}, JoinEUI ${JOIN_EUI} with root keys of its own`);
    this.eeprom = format.pack(eepromImage(this.identity, board.eepromBytes));
    // Before the Join Server hears of the device: a run that is killed in between leaves no device without its keys.
    this.keep();
  }

  /** Puts the store as it is into the state. */
  keep(): void {
    if (!this.isStranger) this.#state.writeEeprom(this.eeprom);
  }
}

function identityIn(store: Uint8Array, stateFolder: string | undefined): DeviceIdentity {
  try {
    return readIdentity(store);
  } catch (error) {
    if (!(error instanceof EepromError)) throw error;
    throw new StateError(`device.eeprom in ${stateFolder}: ${error.message}; left untouched`);
  }
}
