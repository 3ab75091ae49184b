/** The names of the rig's organisations and boards: locally administered EUIs. */

/** JoinEUI of organisation B. */
export const JOIN_EUI = "0200000000000B01";
/** DevEUIs of the rig's boards begin so. */
export const DEV_EUI_PREFIX = "02000000";
