/* Generated from firmware/store/identity.ts. */
#include "joinery.h"
#include "identity.h"
#include "crc16.h"
#include "hal.h"

#line 18 "firmware/store/identity.ts"
/** Whether the store holds a whole identity block of this layout. */
bool identity_hasIdentity(void) {
  if ((hal_store_read(0) != 74u /* MAGIC */) || (hal_store_read(1) != 1u /* LAYOUT_VERSION */)) { return false; }
  uint16_t crc = 65535u /* CRC_START */;
  for (uint8_t address = 0; address < 52u /* CRC */; address++) { crc = crc16_crc16(crc, hal_store_read(address)); }
  return (hal_store_read(52 /* CRC */) == ((uint8_t)crc & 0xffu)) && (hal_store_read(53) == ((unsigned)crc >> 8));
}

static void identity_readEui(uint8_t address, uint8_t *eui) {
  for (uint8_t i = 0; i < 8u; i++) { eui[i] = hal_store_read((uint16_t)(address + i)); }
}

#line 39 "firmware/store/identity.ts"
/** The DevEUI, in the octet order of the air. */
void identity_readDevEui(uint8_t *devEui) {
  identity_readEui(12 /* DEV_EUI */, devEui);
}

#line 34 "firmware/store/identity.ts"
/** The JoinEUI, in the octet order of the air. */
void identity_readJoinEui(uint8_t *joinEui) {
  identity_readEui(4 /* JOIN_EUI */, joinEui);
}

#line 30 "firmware/store/identity.ts"
static void identity_readKey(uint8_t address, uint8_t *key) {
  for (uint8_t i = 0; i < 16u; i++) { key[i] = hal_store_read((uint16_t)(address + i)); }
}

#line 44 "firmware/store/identity.ts"
/** The NwkKey. The caller wipes it after use. */
void identity_readNwkKey(uint8_t *nwkKey) {
  identity_readKey(20 /* NWK_KEY */, nwkKey);
}

/** The AppKey. The caller wipes it after use. */
void identity_readAppKey(uint8_t *appKey) {
  identity_readKey(36 /* APP_KEY */, appKey);
}
