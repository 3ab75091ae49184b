/* Answers on the host: "a KEY BLOCK" or "c KEY MESSAGE", in hexadecimal, to the block or the tag. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "aes.h"
#include "cmac.h"

static uint8_t octets(const char *hex, uint8_t *out) {
  uint8_t count = 0;
  unsigned value;
  while (sscanf(hex + 2 * count, "%2x", &value) == 1) {
    out[count++] = (uint8_t)value;
  }
  return count;
}

int main(void) {
  char line[512];
  while (fgets(line, sizeof line, stdin)) {
    char what, first[33], second[257] = "";
    uint8_t key[16], data[80] = {0}, tag[16], *result = data;
    if (sscanf(line, "%c %32s %256s", &what, first, second) < 2) {
      return 1;
    }
    octets(first, key);
    uint8_t length = octets(second, data);
    if (what == 'c') {
      cmac_cmac(key, data, 0, length, tag);
      result = tag;
    } else {
      aes_encryptBlock(key, data);
      aes_forgetKey();
    }
    for (int i = 0; i < 16; i++) {
      printf("%02x", result[i]);
    }
    printf("\n");
  }
  return 0;
}
