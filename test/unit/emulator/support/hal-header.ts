/** What the compiler emits for firmware/hal, written by hand. */
export const HAL_HEADER = `
#include <stdbool.h>
#include <stdint.h>
uint32_t hal_now(void);
void hal_sleep_until(uint32_t deadline);
void hal_rest_until(uint32_t deadline);
void hal_radio_reset(bool asserted);
void hal_radio_select(bool selected);
uint8_t hal_radio_transfer(uint8_t out);
bool hal_radio_busy(void);
uint8_t hal_radio_events(void);
uint32_t hal_radio_event_time(void);
uint8_t hal_store_read(uint16_t address);
void hal_store_write(uint16_t address, uint8_t value);
void hal_console_write(uint8_t character);
uint8_t hal_battery_level(void);
void hal_reset(void);
`;
