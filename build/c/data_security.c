/* Generated from firmware/lorawan/data-security.ts. */
#include "joinery.h"
#include "data_security.h"
#include "aes.h"
#include "cmac.h"

#line 33 "firmware/lorawan/data-security.ts"
/** What the A and B blocks have in common. */
static void data_security_writeBlock(uint8_t *block, uint8_t first, uint8_t direction, uint8_t *devAddr, uint32_t fCnt, uint8_t last) {
#line 42 "firmware/lorawan/data-security.ts"
  (void)memset(block, 0, 16);
  block[0] = first;
  block[5] = direction;
  (void)memmove(&block[6], devAddr, 4);
  joinery_store32le(&block[10], fCnt);
  block[15] = last;
}

#line 83 "firmware/lorawan/data-security.ts"
/**
 * CMAC of B0 and of the message that ends before frame[end], into `tag`: the MIC is its first four octets. The
 * key is the NwkSKey (1.0), the SNwkSIntKey (1.1, downlink) or the FNwkSIntKey (1.1, uplink).
 * `confFCnt` is 0 but in a downlink of 1.1 with ACK: there the FCntUp that it acknowledges.
 */
void data_security_cmacB0(uint8_t *key, uint8_t *frame, uint8_t end, uint8_t direction, uint16_t confFCnt, uint8_t *devAddr, uint32_t fCnt, uint8_t *tag) {
#line 98 "firmware/lorawan/data-security.ts"
  data_security_writeBlock(frame, 73 /* B_BLOCK */, direction, devAddr, fCnt, (uint8_t)(end - 16u /* PHY */));
  joinery_store16le(&frame[1], confFCnt);
  cmac_cmac(key, frame, 0, end, tag);
}

#line 50 "firmware/lorawan/data-security.ts"
/**
 * Encrypts or decrypts frame[start..end) in place: FRMPayload under the AppSKey (FPort 1 to 255) or the
 * NwkSEncKey (FPort 0; in 1.0 the NwkSKey), FOpts of 1.1 under the NwkSEncKey. `start` after `end`
 * counts as nothing to do.
 */
void data_security_crypt(uint8_t *key, uint8_t use, uint8_t *frame, uint8_t start, uint8_t end, uint8_t direction, uint8_t *devAddr, uint32_t fCnt) {
#line 65 "firmware/lorawan/data-security.ts"
  uint8_t keystream[16] = {0};
  uint8_t used = 16;
  uint8_t blockNumber = 1;
  aes_useKey(key);
  for (uint8_t i = start; i < end; i++) {
    if (used >= 16u) {
      data_security_writeBlock(keystream, 1 /* A_BLOCK */, direction, devAddr, fCnt, blockNumber);
      keystream[4] = use;
      aes_encryptBlock(keystream);
      if (blockNumber < 81u) { blockNumber++; }
      used = 0;
    }
    frame[i] = (uint8_t)(frame[i] ^ keystream[used]);
    used++;
  }
  aes_forgetKey();
}

#line 103 "firmware/lorawan/data-security.ts"
/**
 * CMAC of B1 and of the uplink of 1.1 that ends before frame[end], under the SNwkSIntKey, into `tag`: its first
 * two octets are the first half of the MIC. `confFCnt` is the FCntDown that the uplink acknowledges, or 0.
 */
void data_security_cmacB1(uint8_t *sNwkSIntKey, uint8_t *frame, uint8_t end, uint16_t confFCnt, uint8_t dataRate, uint8_t channel, uint8_t *devAddr, uint32_t fCnt, uint8_t *tag) {
#line 118 "firmware/lorawan/data-security.ts"
  data_security_writeBlock(frame, 73 /* B_BLOCK */, 0 /* Direction.Up */, devAddr, fCnt, (uint8_t)(end - 16u /* PHY */));
  joinery_store16le(&frame[1], confFCnt);
  frame[3] = dataRate;
  frame[4] = channel;
  cmac_cmac(sNwkSIntKey, frame, 0, end, tag);
}
