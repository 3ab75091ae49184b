/* Generated from firmware/hal/index.ts. */
#ifndef JOINERY_HAL_H
#define JOINERY_HAL_H

#include "joinery.h"
#define hal_EVENT_DIO0 1
#define hal_EVENT_DIO1 2

uint32_t hal_now(void);
void hal_console_write(uint8_t character);
uint8_t hal_store_read(uint16_t address);
uint8_t hal_radio_events(void);
void hal_radio_reset(bool asserted);
void hal_sleep_until(uint32_t deadline);
void hal_radio_select(bool selected);
uint8_t hal_radio_transfer(uint8_t out);
void hal_store_write(uint16_t address, uint8_t value);
uint32_t hal_radio_event_time(void);
uint8_t hal_battery_level(void);

#endif
