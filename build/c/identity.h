/* Generated from firmware/store/identity.ts. */
#ifndef JOINERY_IDENTITY_H
#define JOINERY_IDENTITY_H

#include "joinery.h"

bool identity_hasIdentity(void);
void identity_readDevEui(uint8_t *devEui);
void identity_readJoinEui(uint8_t *joinEui);
void identity_readNwkKey(uint8_t *nwkKey);
void identity_readAppKey(uint8_t *appKey);

#endif
