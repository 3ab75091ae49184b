/* Generated from firmware/store/crc16.ts. */
#ifndef JOINERY_CRC16_H
#define JOINERY_CRC16_H

#include "joinery.h"

uint16_t crc16_crc16(uint16_t crc, uint8_t octet);

#endif
