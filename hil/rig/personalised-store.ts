/** What a personalised board is given: its session, for its store and for the Network Server. */
import {
  generatePersonalisation,
  type Personalisation,
  personalisedImage,
} from "../../toolchain/provisioning/index.ts";
import type { PersonalisedDevice } from "../backend/index.ts";
import { devAddrOf, nwkAddrBits } from "../lorawan/index.ts";
import type { SecretSource } from "../trust/index.ts";
import type { FirmwareChoice } from "./build-firmware.ts";
import { deviceKeys } from "./secrets.ts";

/** Whether the image never joins, and takes a session from its store. */
export function isPersonalised({ config }: Pick<FirmwareChoice, "config">): boolean {
  return config?.ABP === true;
}

export interface PersonalisedBoard {
  readonly store: Uint8Array;
  readonly device: PersonalisedDevice;
}

/** What a session is drawn from: the DevAddr from numbers in [0, 1), the keys from secrets. */
export interface SeededParts {
  readonly random: () => number;
  readonly secrets: SecretSource;
}

/** A session of its own, in the network of `netId`, for a board with a store of so many octets. */
export function personalise(
  { lorawan, config }: Pick<FirmwareChoice, "lorawan" | "config">,
  { devEui, netId }: { readonly devEui: string; readonly netId: string },
  storeBytes: number,
  { random, secrets }: SeededParts,
): PersonalisedBoard {
  const devAddr = devAddrOf(netId, Math.floor(random() * 2 ** nwkAddrBits(netId)));
  const session = generatePersonalisation({ devEui, devAddr, lorawan }, deviceKeys(secrets, devEui));
  return {
    store: personalisedImage(session, storeBytes),
    device: {
      devEui,
      devAddr,
      macVersion: lorawan,
      keys: networkKeys(session),
      appSKey: { envelope: { AESKey: Buffer.from(session.appSKey).toString("hex").toUpperCase() } },
      // One of 1.1 says so itself.
      isClassC: lorawan === "1.0.4" && config?.CLASS_C === true,
      antennaPlan: Number(config?.CN470_PLAN ?? 0),
    },
  };
}

function networkKeys(session: Personalisation): PersonalisedDevice["keys"] {
  if (session.lorawan === "1.1") return session;
  const { nwkSKey } = session;
  return { fNwkSIntKey: nwkSKey, sNwkSIntKey: nwkSKey, nwkSEncKey: nwkSKey };
}
