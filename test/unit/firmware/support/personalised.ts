/** A personalised device on the bench, and the network that knows its session. */
import { cryptFOpts, type SessionKeys } from "../../../../hil/lorawan/index.ts";
import { type Personalisation, personalisedImage } from "../../../../toolchain/provisioning/index.ts";
import { Bench, IDENTITY } from "./bench.ts";
import { DEV_ADDR, Network } from "./network.ts";

const key = (first: number) => Uint8Array.from({ length: 16 }, (_, i) => first + i);

/** The session that a device of the bench is personalised with. */
export function personalisation(lorawan11: boolean): Personalisation {
  const common = { devEui: IDENTITY.devEui, devAddr: DEV_ADDR, appSKey: key(0x40) };
  if (!lorawan11) return { ...common, lorawan: "1.0.4", nwkSKey: key(0x10) };
  const keys = { fNwkSIntKey: key(0x10), sNwkSIntKey: key(0x20), nwkSEncKey: key(0x30) };
  return { ...common, lorawan: "1.1", ...keys };
}

function sessionKeys(of: Personalisation): SessionKeys {
  const { appSKey } = of;
  if (of.lorawan === "1.1") return { ...of, appSKey };
  const { nwkSKey } = of;
  return { fNwkSIntKey: nwkSKey, sNwkSIntKey: nwkSKey, nwkSEncKey: nwkSKey, appSKey };
}

/** Gives the bench's device its session, and returns a network that has it, too. */
export function personalise(bench: Bench, lorawan11: boolean): Network {
  const session = personalisation(lorawan11);
  bench.eeprom.set(personalisedImage(session, bench.eeprom.length));
  const network = new Network(bench, { lorawan11 });
  network.keys = sessionKeys(session);
  return network;
}

/** A bench with such a device, and its network. */
export function personalisedBench(lorawan11: boolean): { readonly bench: Bench; readonly network: Network } {
  const bench = new Bench();
  return { bench, network: personalise(bench, lorawan11) };
}

/** MAC commands of an uplink in clear, hexadecimal. */
export function fOptsOf(network: Network, { fCnt16, fOpts }: Network["received"][number]): string {
  if (!network.isNetwork11) return Buffer.from(fOpts).toString("hex");
  const { nwkSEncKey } = network.keys as SessionKeys;
  const input = { devAddr: DEV_ADDR, fCnt: network.fCntOf(fCnt16), counter: "FCntUp" } as const;
  return Buffer.from(cryptFOpts(input, nwkSEncKey, fOpts)).toString("hex");
}
