/** What a run can be told to break: one thing each, so that the reason at the end names one cause. */

/** Every fault by its name, with what the rig does to bring it about. */
export const FAULTS = {
  "wrong-nwk-key":
    "the Join Server knows another root key for the device than the device has (a new device; a --state folder is left alone)",
  "unknown-device":
    "the device is not registered with the Join Server (a new device; a --state folder is left alone)",
  "replayed-join": "a join-request is recorded on the air and sent again by someone else",
  "no-tlsa": "the zone of the Join Server has no TLSA record for it",
  "swapped-server-certificate": "the Join Server presents another certificate than its TLSA record names",
  "swapped-client-certificate": "the Network Server presents another certificate than its TLSA record names",
  "no-client-identity": "the Network Server does not send the DANE client-identity extension",
  "bogus-dnssec": "the signature over the Join Server's TLSA record is damaged",
  "join-server-down": "nothing listens where the Join Server should",
} as const satisfies Record<string, string>;

export type Fault = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly Fault[];
