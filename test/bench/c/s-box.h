/* The S-box of AES (FIPS 197, figure 7). */
#ifndef S_BOX_H
#define S_BOX_H

#include <stdint.h>

#include "flash.h"

extern const uint8_t sbox[256] IN_FLASH;
#define S(index) FLASH_BYTE(sbox, index)

#endif
