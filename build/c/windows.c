/* Generated from firmware/lorawan/windows.ts. */
#include "joinery.h"
#include "windows.h"
#include "airtime.h"

#line 26 "firmware/lorawan/windows.ts"
/** Microseconds that the clock may be off, either way, after `delayS`. */
static uint32_t windows_clockErrorUs(uint8_t delayS) {
  return delayS * 30u /* CLOCK_ERROR_PPM */;
}

#line 36 "firmware/lorawan/windows.ts"
/** The symbol time-out of a window: the detection, and what the window may be open too early. */
uint16_t windows_windowSymbols(uint8_t spreadingFactor, uint8_t delayS) {
  uint32_t earlyUs = (2u * windows_clockErrorUs(delayS)) + 200u /* COMMAND_LATENCY_US */;
  uint16_t symbol = airtime_symbolUs(spreadingFactor);
  return (uint16_t)(6u /* DETECTION_SYMBOLS */ + (unsigned)((earlyUs + symbol - 1u) / symbol));
}

#line 31 "firmware/lorawan/windows.ts"
/** Microseconds from the end of the uplink to the command that opens a window. */
uint32_t windows_openingDelayUs(uint8_t delayS) {
  return (delayS * UINT32_C(1000000) /* SECOND_US */) - windows_clockErrorUs(delayS) - 60u /* RECEIVER_START_UP_US */ - 200u /* COMMAND_LATENCY_US */;
}
