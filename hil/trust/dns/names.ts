/**
 * Names under which LoRaWAN servers are found in DNS (TS002-1.0 section 19).
 */
import { parseName } from "./domain-name.ts";

/** Where Join Servers are published unless an operator says otherwise (TS002-1.0 section 19.1). */
export const JOIN_EUI_SUFFIX = "joineuis.lora-alliance.org";

/** Where Network Servers are published unless an operator says otherwise (TS002-1.0 section 19.2). */
export const NET_ID_SUFFIX = "netids.lora-alliance.org";

/**
 * The name of the Join Server of a JoinEUI: its 16 nibbles, least significant first, one label each.
 * @param joinEui 16 hexadecimal digits, most significant first
 * @param suffix zone in which JoinEUIs are published
 * @throws Error if the JoinEUI is not 16 hexadecimal digits or the suffix is not a domain name
 */
export function joinEuiName(joinEui: string, suffix: string = JOIN_EUI_SUFFIX): string {
  if (!/^[0-9a-f]{16}$/i.test(joinEui)) {
    throw new Error(`JoinEUI ${JSON.stringify(joinEui)}: write it as 16 hexadecimal digits`);
  }
  return parseName(`${[...joinEui].reverse().join(".")}.${suffix}`);
}

/**
 * The name of the Network Server of a NetID: six hexadecimal digits, most significant first, as one label.
 * @param netId 6 hexadecimal digits, most significant first
 * @param suffix zone in which NetIDs are published
 * @throws Error if the NetID is not 6 hexadecimal digits or the suffix is not a domain name
 */
export function netIdName(netId: string, suffix: string = NET_ID_SUFFIX): string {
  if (!/^[0-9a-f]{6}$/i.test(netId)) {
    throw new Error(`NetID ${JSON.stringify(netId)}: write it as 6 hexadecimal digits`);
  }
  return parseName(`${netId}.${suffix}`);
}
