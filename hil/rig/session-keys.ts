/** The session keys of a device against those of its servers. Keys are compared in memory; what is told is their names. */
import type { Organisations } from "./organisations.ts";

/** Who has the keys. */
interface KeyHolders {
  readonly lorawan: "1.0.4" | "1.1";
  readonly devEui: string;
  readonly organisations: Pick<Organisations, "networkServer" | "applicationServer">;
  /** The octets of a variable of the device's firmware. */
  readonly readVariable: (name: string) => Uint8Array;
}

export interface ComparedKey {
  readonly name: string;
  readonly server: "Network Server" | "Application Server";
  readonly result: "equal" | "different" | "the server has none";
}

/** Each key of the device's session, under 1.0.4 two and under 1.1 four. */
export function compareSessionKeys({
  lorawan,
  devEui,
  organisations,
  readVariable,
}: KeyHolders): ComparedKey[] {
  const network = organisations.networkServer.session(devEui);
  const compare = (
    name: string,
    variable: string,
    server: ComparedKey["server"],
    key: Uint8Array | undefined,
  ): ComparedKey => {
    if (key === undefined) return { name, server, result: "the server has none" };
    const isEqual = Buffer.from(readVariable(`lorawan/session.ts:${variable}`)).equals(key);
    return { name, server, result: isEqual ? "equal" : "different" };
  };
  const ofNetwork = (name: string, variable: "fNwkSIntKey" | "sNwkSIntKey" | "nwkSEncKey") =>
    compare(name, variable, "Network Server", network?.[variable]);
  return [
    ...(lorawan === "1.1"
      ? [
          ofNetwork("FNwkSIntKey", "fNwkSIntKey"),
          ofNetwork("SNwkSIntKey", "sNwkSIntKey"),
          ofNetwork("NwkSEncKey", "nwkSEncKey"),
        ]
      : [ofNetwork("NwkSKey", "fNwkSIntKey")]),
    compare(
      "AppSKey",
      "appSKey",
      "Application Server",
      organisations.applicationServer.session(devEui)?.appSKey,
    ),
  ];
}
