export { eepromImage, readNames, readNonces, type StoredNonces } from "./eeprom.ts";
export { type DeviceIdentity, generateIdentity } from "./identity.ts";
