/* Generated from firmware/lorawan/exchange.ts. */
#include "joinery.h"
#include "exchange.h"
#include "airtime.h"
#include "channels.h"
#include "clock.h"
#include "eu868.h"
#include "frame.h"
#include "hal.h"
#include "sx127x.h"
#include "windows.h"

#line 59 "firmware/lorawan/exchange.ts"
exchange_Exchange exchange_exchange = {0, false, 0, 0, 0, 0, 0, 0, 1, false, 0};

#line 83 "firmware/lorawan/exchange.ts"
/** Whether the radio is free for another exchange. */
bool exchange_isExchangeOver(void) {
  return exchange_exchange.state == 0u /* ExchangeState.Over */;
}

#line 61 "firmware/lorawan/exchange.ts"
/** Transmits the frame in the frame buffer. RX1 opens `rx1DelayS` after its end. */
void exchange_startExchange(uint8_t length, uint8_t channel, uint8_t dataRate, uint8_t rx1DelayS, uint8_t rx1DataRate, uint8_t rx2DataRate) {
#line 70 "firmware/lorawan/exchange.ts"
  uint8_t factor = eu868_spreadingFactor(dataRate);
  uint32_t airtime = airtime_airtimeUs(factor, length);
  exchange_exchange.channel = channel;
  exchange_exchange.airtime = airtime;
  exchange_exchange.rx1DataRate = rx1DataRate;
  exchange_exchange.rx2DataRate = rx2DataRate;
  exchange_exchange.windowDelayS = rx1DelayS;
  exchange_exchange.isRx2 = false;
  sx127x_transmit(channels_frequencyOf(channel), factor, 7 /* Bandwidth.Khz125 */, &frame_frame[16 /* PHY */], length);
  exchange_exchange.wakeTime = hal_now() + airtime + UINT32_C(100000) /* TRANSMISSION_SLACK_US */;
  exchange_exchange.state = 1 /* ExchangeState.Transmitting */;
}

#line 93 "firmware/lorawan/exchange.ts"
/** Sets up the window under way; the radio sleeps until it opens. */
static void exchange_prepareWindow(void) {
  uint8_t delayS = exchange_exchange.windowDelayS;
  uint8_t factor = eu868_spreadingFactor((uint8_t)(exchange_exchange.isRx2 ? exchange_exchange.rx2DataRate : exchange_exchange.rx1DataRate));
  uint32_t frequency = exchange_exchange.isRx2 ? UINT32_C(8695250) /* RX2_FREQUENCY */ : channels_frequencyOf(exchange_exchange.channel);
  sx127x_prepareReceiver(frequency, factor, 7 /* Bandwidth.Khz125 */, windows_windowSymbols(factor, delayS));
  uint32_t openingTime = exchange_exchange.endOfUplink + windows_openingDelayUs(delayS);
  exchange_exchange.openingTime = openingTime;
  exchange_exchange.wakeTime = openingTime - 1000u /* OPENING_US */;
  exchange_exchange.state = 2 /* ExchangeState.Waiting */;
}

#line 88 "firmware/lorawan/exchange.ts"
/** Ends the exchange: what was waited for has come. */
void exchange_endExchange(void) {
  exchange_exchange.state = 0 /* ExchangeState.Over */;
}

#line 118 "firmware/lorawan/exchange.ts"
static void exchange_runTransmitting(void) {
  bool isDone = (hal_radio_events() & 1u /* EVENT_DIO0 */) != 0u;
  bool t2 = !isDone;
#line 120 "firmware/lorawan/exchange.ts"
  if (t2) {
#line 120 "firmware/lorawan/exchange.ts"
    uint32_t t = exchange_exchange.wakeTime;
#line 120 "firmware/lorawan/exchange.ts"
    t2 = !clock_reached(t, hal_now());
  }
#line 120 "firmware/lorawan/exchange.ts"
  if (t2) { return; }
  uint8_t t3 = exchange_exchange.channel;
#line 121 "firmware/lorawan/exchange.ts"
  uint32_t t4 = exchange_exchange.airtime;
#line 121 "firmware/lorawan/exchange.ts"
  channels_silenceBand(t3, t4, clock_ticks());
  if (isDone) {
    exchange_exchange.endOfUplink = hal_radio_event_time();
    exchange_prepareWindow();
  } else {
    exchange_exchange.hasRadioFailed = true;
    exchange_endExchange();
  }
}

static void exchange_runWaiting(void) {
  (void)hal_radio_events();
  uint32_t t = exchange_exchange.wakeTime;
#line 133 "firmware/lorawan/exchange.ts"
  if (!clock_reached(t, hal_now())) { return; }
  sx127x_openReceiver(exchange_exchange.openingTime);
  exchange_exchange.wakeTime = exchange_exchange.openingTime + UINT32_C(4000000) /* LONGEST_RECEPTION_US */;
  exchange_exchange.state = 3 /* ExchangeState.Receiving */;
}

#line 105 "firmware/lorawan/exchange.ts"
/** Ends the window under way without success and goes on to RX2, where that is still ahead. */
void exchange_endWindow(void) {
  uint8_t delayS = exchange_exchange.windowDelayS;
  if (exchange_exchange.isRx2 || (delayS >= 16u)) {
    exchange_endExchange();
    return;
  }
  exchange_exchange.isRx2 = true;
  exchange_exchange.windowDelayS = (uint8_t)(delayS + 1u);
  exchange_prepareWindow();
  uint32_t t = exchange_exchange.wakeTime;
#line 115 "firmware/lorawan/exchange.ts"
  if (clock_reached(t, hal_now())) { exchange_endExchange(); }
}

#line 139 "firmware/lorawan/exchange.ts"
static uint8_t exchange_runReceiving(void) {
  uint8_t events = hal_radio_events();
  if ((events & 1u /* EVENT_DIO0 */) != 0u) {
    uint8_t length = sx127x_readFrame(&frame_frame[16 /* PHY */]);
    if (length > 0u) { return length; }
    exchange_endWindow();
  } else {
#line 145 "firmware/lorawan/exchange.ts"
    bool t2 = (events & 2u /* EVENT_DIO1 */) != 0u;
#line 145 "firmware/lorawan/exchange.ts"
    if (!t2) {
#line 145 "firmware/lorawan/exchange.ts"
      uint32_t t = exchange_exchange.wakeTime;
#line 145 "firmware/lorawan/exchange.ts"
      t2 = clock_reached(t, hal_now());
    }
#line 145 "firmware/lorawan/exchange.ts"
    if (t2) {
      sx127x_sleepRadio();
      exchange_endWindow();
    }
  }
#line 149 "firmware/lorawan/exchange.ts"
  return 0;
}

/**
 * Does what is due. Where a frame was received it is in the frame buffer and its length is returned; call then
 * `endExchange` if it was the one waited for, and `endWindow` if not.
 */
uint8_t exchange_runExchange(void) {
  switch (exchange_exchange.state) {
    case 1 /* ExchangeState.Transmitting */:
      exchange_runTransmitting();
      return 0;
    case 2 /* ExchangeState.Waiting */:
      exchange_runWaiting();
      return 0;
    case 3 /* ExchangeState.Receiving */:
      return exchange_runReceiving();
    default:
      return 0;
  }
}
