/*
 * What the measurements run: each part between two calls of mark, the first two with nothing between them. The first
 * block under a key comes with the making of its round keys, where an implementation keeps them; the CMAC begins
 * without any.
 */
#include <stdint.h>

#include "aes.h"
#include "cmac.h"

uint8_t driver_key[16] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
uint8_t driver_block[16] = {0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d, 0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34};
uint8_t driver_next[16];
/* As long as the longest message that the firmware's cmac takes. */
uint8_t driver_message[80] = {0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d,
                              0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a, 0xae, 0x2d, 0x8a, 0x57};
uint8_t driver_tag[16];

__attribute__((noinline)) void mark(void) {
  __asm__ volatile("");
}

int main(void) {
  mark();
  mark();
  aes_encryptBlock(driver_key, driver_block);
  mark();
  aes_encryptBlock(driver_key, driver_next);
  mark();
  aes_forgetKey();
  mark();
  cmac_cmac(driver_key, driver_message, 0, 20, driver_tag);
  mark();
  for (;;) {
  }
}
