/** The C that every program needs: the header joinery.h, and joinery.c with the few functions that are no macros. */

/** Types, flash access, and the intrinsics on octets; static inline, so what is not used costs nothing. */
export const RUNTIME_HEADER = `/* Joinery: what generated C stands on. C99. */
#ifndef JOINERY_H
#define JOINERY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __AVR__
#include <avr/pgmspace.h>
#endif

/* The program: what a board's main calls once it is set up. */
void joinery_main(void);

/* Constant tables: in flash with its own address space on AVR, plain constants elsewhere. */
#ifdef __AVR__
#define FLASH PROGMEM
#define FLASH_U8(table, index) pgm_read_byte(&(table)[index])
#define FLASH_U16(table, index) pgm_read_word(&(table)[index])
#define FLASH_U32(table, index) pgm_read_dword(&(table)[index])
#define FLASH_FIELD_BOOL(field) (pgm_read_byte(&(field)) != 0u)
#define FLASH_FIELD_U8(field) pgm_read_byte(&(field))
#define FLASH_FIELD_U16(field) pgm_read_word(&(field))
#define FLASH_FIELD_U32(field) pgm_read_dword(&(field))
#define FLASH_FIELD_I8(field) ((int8_t)pgm_read_byte(&(field)))
#define FLASH_FIELD_I16(field) ((int16_t)pgm_read_word(&(field)))
#define FLASH_FIELD_I32(field) ((int32_t)pgm_read_dword(&(field)))
#define FLASH_FUNCTION(type, table, index) ((type)pgm_read_word(&(table)[index]))
#define joinery_copy_flash(target, source, count) memcpy_P((target), (source), (count))
#else
#define FLASH
#define FLASH_U8(table, index) ((table)[index])
#define FLASH_U16(table, index) ((table)[index])
#define FLASH_U32(table, index) ((table)[index])
#define FLASH_FIELD_BOOL(field) (field)
#define FLASH_FIELD_U8(field) (field)
#define FLASH_FIELD_U16(field) (field)
#define FLASH_FIELD_U32(field) (field)
#define FLASH_FIELD_I8(field) (field)
#define FLASH_FIELD_I16(field) (field)
#define FLASH_FIELD_I32(field) (field)
#define FLASH_FUNCTION(type, table, index) ((table)[index])
#define joinery_copy_flash(target, source, count) memcpy((target), (source), (count))
#endif

/* Where an assertion of a debug build fails. A board may define another end. */
#ifndef JOINERY_TRAP
#define JOINERY_TRAP() __builtin_trap()
#endif
#define JOINERY_ASSERT(condition) do { if (!(condition)) { JOINERY_TRAP(); } } while (false)

/* What the source marks as part of each of its callers. */
#define JOINERY_INLINE __attribute__((always_inline))

/* Where the program asserts that it never comes: a release build takes its word for it. */
#define JOINERY_UNREACHABLE() __builtin_unreachable()

/* What gcc's warnings must not look into. */
static inline uint8_t joinery_u8(uint8_t value) {
  return value;
}

static inline uint16_t joinery_u16(uint16_t value) {
  return value;
}

/*
 * The low bits of a value of 32. avr-gcc 5.4 takes the lowest bit of a sum of two such halves for 0 where it is tested:
 * it must not see the wide registers behind the narrow ones.
 */
static inline uint16_t joinery_low16(uint32_t value) {
  uint16_t low = (uint16_t)value;
#ifdef __AVR__
  __asm__("" : "+r"(low));
#endif
  return low;
}

/*
 * A product with a signed octet. avr-gcc 5.4 moves it into the register of an argument behind the others, and finds no
 * registers left to multiply in.
 */
static inline int joinery_product(int product) {
#ifdef __AVR__
  __asm__("" : "+r"(product));
#endif
  return product;
}

static inline unsigned joinery_product_bits(unsigned product) {
#ifdef __AVR__
  __asm__("" : "+r"(product));
#endif
  return product;
}

/* The bits of a signed value. */
static inline unsigned joinery_bits(int value) {
  return (unsigned)value;
}

static inline uint32_t joinery_bits32(int32_t value) {
  return (uint32_t)value;
}

static inline uint8_t joinery_rotl8(uint8_t value, uint8_t count) {
  const unsigned bits = value;
  return (uint8_t)((bits << count) | (bits >> (8u - count)));
}

/* A count of 0 must not shift by the whole width: int has 16 bits on AVR. */
static inline uint16_t joinery_rotl16(uint16_t value, uint8_t count) {
  const unsigned bits = value;
  return (uint16_t)((bits << count) | (bits >> ((16u - count) & 15u)));
}

static inline uint32_t joinery_rotl32(uint32_t value, uint8_t count) {
  return (value << count) | (value >> ((32u - count) & 31u));
}

/* Zeros that stay although nothing reads them again: gcc is told that the memory is looked at. */
static inline void joinery_wipe(uint8_t *octets, uint16_t count) {
  (void)memset(octets, 0, count);
  __asm__ volatile("" : : "r"(octets) : "memory");
}

static inline uint16_t joinery_load16le(const uint8_t *octets) {
  return (uint16_t)(octets[0] | ((unsigned)octets[1] << 8));
}

static inline uint16_t joinery_load16be(const uint8_t *octets) {
  return (uint16_t)(octets[1] | ((unsigned)octets[0] << 8));
}

static inline void joinery_store16le(uint8_t *octets, uint16_t value) {
  octets[0] = (uint8_t)value;
  octets[1] = (uint8_t)(value >> 8);
}

static inline void joinery_store16be(uint8_t *octets, uint16_t value) {
  octets[0] = (uint8_t)(value >> 8);
  octets[1] = (uint8_t)value;
}

static inline uint32_t joinery_load32le(const uint8_t *octets) {
  return joinery_load16le(octets) | ((uint32_t)joinery_load16le(&octets[2]) << 16);
}

static inline uint32_t joinery_load32be(const uint8_t *octets) {
  return joinery_load16be(&octets[2]) | ((uint32_t)joinery_load16be(octets) << 16);
}

static inline void joinery_store32le(uint8_t *octets, uint32_t value) {
  joinery_store16le(octets, (uint16_t)value);
  joinery_store16le(&octets[2], (uint16_t)(value >> 16));
}

static inline void joinery_store32be(uint8_t *octets, uint32_t value) {
  joinery_store16be(octets, (uint16_t)(value >> 16));
  joinery_store16be(&octets[2], (uint16_t)value);
}

/* Whether count octets are equal, in a time that depends on count alone. */
bool joinery_equal(const uint8_t *a, const uint8_t *b, uint16_t count);

#endif
`;

/** What modules with interrupt handlers or critical sections include. */
export const INTERRUPTS_HEADER = `/* Joinery: interrupt handlers and critical sections. C99. */
#ifndef JOINERY_RUNTIME_INTERRUPTS_H
#define JOINERY_RUNTIME_INTERRUPTS_H

#include <stdint.h>

/*
 * Sections nest: each puts back what it found. No access to memory moves out of a section or into it, which is why
 * the functions must be part of the code around them.
 */
#if defined(__AVR__)
#include <avr/interrupt.h>
#include <avr/io.h>
#define JOINERY_ISR(vector) ISR(vector)
typedef uint8_t joinery_interrupts;

static inline __attribute__((always_inline)) joinery_interrupts joinery_interrupts_off(void) {
  const uint8_t before = SREG;
  cli();
  return before;
}

static inline __attribute__((always_inline)) void joinery_interrupts_restore(joinery_interrupts before) {
  __asm__ volatile("" : : : "memory");
  SREG = before;
  __asm__ volatile("" : : : "memory");
}
#else
#define JOINERY_ISR(vector) void vector(void); void vector(void)
#if defined(__ARM_ARCH_PROFILE) && (__ARM_ARCH_PROFILE == 'M')
typedef uint32_t joinery_interrupts;

static inline __attribute__((always_inline)) joinery_interrupts joinery_interrupts_off(void) {
  uint32_t before;
  __asm__ volatile("mrs %0, primask" : "=r"(before));
  __asm__ volatile("cpsid i" : : : "memory");
  return before;
}

static inline __attribute__((always_inline)) void joinery_interrupts_restore(joinery_interrupts before) {
  __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
}
#else
/* A host has no interrupts. */
typedef uint8_t joinery_interrupts;

static inline __attribute__((always_inline)) joinery_interrupts joinery_interrupts_off(void) {
  __asm__ volatile("" : : : "memory");
  return 0;
}

static inline __attribute__((always_inline)) void joinery_interrupts_restore(joinery_interrupts before) {
  (void)before;
  __asm__ volatile("" : : : "memory");
}
#endif
#endif

#endif
`;

export const RUNTIME_SOURCE = `/* Joinery: runtime functions. C99. */
#include "joinery.h"

bool joinery_equal(const uint8_t *a, const uint8_t *b, uint16_t count) {
  uint8_t difference = 0;
  for (uint16_t i = 0; i < count; i++) {
    difference = (uint8_t)(difference | (a[i] ^ b[i]));
  }
  return difference == 0u;
}
`;
