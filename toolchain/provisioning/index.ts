export { EepromError, eepromImage, readIdentity, readNonces, type StoredNonces } from "./eeprom.ts";
export { type DeviceIdentity, generateIdentity } from "./identity.ts";
export {
  generatePersonalisation,
  type Personalisation,
  type PersonalisedKeys,
  personalisedImage,
  readCounters,
  readPersonalisation,
  type StoredCounters,
} from "./personalisation.ts";
export { type StoreFormat, storeFormat } from "./store-format.ts";
