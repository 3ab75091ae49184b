/* Generated from firmware/lorawan/exchange.ts. */
#ifndef JOINERY_EXCHANGE_H
#define JOINERY_EXCHANGE_H

#include "joinery.h"

typedef struct {
  uint8_t state;
  bool hasRadioFailed;
  uint32_t wakeTime;
  uint8_t channel;
  uint32_t airtime;
  uint8_t rx1DataRate;
  uint8_t rx2DataRate;
  uint32_t endOfUplink;
  uint8_t windowDelayS;
  bool isRx2;
  uint32_t openingTime;
} exchange_Exchange;

extern exchange_Exchange exchange_exchange;
bool exchange_isExchangeOver(void);
void exchange_startExchange(uint8_t length, uint8_t channel, uint8_t dataRate, uint8_t rx1DelayS, uint8_t rx1DataRate, uint8_t rx2DataRate);
void exchange_endExchange(void);
void exchange_endWindow(void);
uint8_t exchange_runExchange(void);

#endif
