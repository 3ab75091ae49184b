/* Generated from firmware/lorawan/device.ts. */
#include "joinery.h"
#include "device.h"
#include "airtime.h"
#include "channels.h"
#include "clock.h"
#include "console.h"
#include "downlink.h"
#include "eu868.h"
#include "exchange.h"
#include "hal.h"
#include "identity.h"
#include "join.h"
#include "join_back_off.h"
#include "journal.h"
#include "random.h"
#include "session.h"
#include "sx127x.h"
#include "uplink.h"

#line 83 "firmware/lorawan/device.ts"
static device_Mac device_mac = {false, false, 0, 0, 0, 0, 5};

#line 98 "firmware/lorawan/device.ts"
/** Makes the device ready to join, and to ask for an uplink every `period` ticks once it has joined. */
void device_startDevice(uint32_t period) {
  uint32_t time = clock_ticks();
  console_print(1 /* Text.Boot11 */);
  device_mac.period = period;
  device_mac.due = time;
  if (!identity_hasIdentity()) {
    console_print(2 /* Text.NoIdentity */);
    device_mac.isStopped = true;
    return;
  }
  journal_openJournal();
  channels_resetChannels();
  join_back_off_startJoinBackOff(time);
}

#line 90 "firmware/lorawan/device.ts"
/** Sleeps until `instant`, in ticks, or as long as the clocks allow. */
static void device_sleepUntilTick(uint32_t instant, uint32_t time) {
  int32_t remaining = (int32_t)(instant - time);
  if (remaining < 0) { remaining = 0; }
  if ((uint32_t)remaining > UINT32_C(7031250) /* LONGEST_SLEEP */) { remaining = INT32_C(7031250) /* LONGEST_SLEEP */; }
  device_mac.wakeTime = hal_now() + ((uint32_t)remaining * 256u /* TICK_US */);
}

#line 114 "firmware/lorawan/device.ts"
/** Starts the radio and takes the seed of the random numbers from its noise. */
static void device_repairRadio(uint32_t time) {
  bool isDue = clock_reached(device_mac.due, time);
  // Without a radio for days, an instant that is past would come to count as one ahead.
  if (isDue) { device_mac.due = time; }
  if (!sx127x_startRadio(channels_frequencyOf(0), 14 /* TRANSMIT_POWER_DBM */)) {
    console_print(3 /* Text.NoRadio */);
    device_sleepUntilTick(time + UINT32_C(234375) /* REPAIR_PAUSE */, time);
    return;
  }
  device_mac.isRadioReady = true;
  uint8_t devEui[8];
  identity_readDevEui(devEui);
  uint32_t t = sx127x_readNoise();
#line 127 "firmware/lorawan/device.ts"
  random_seedRandom(t, joinery_load32le(devEui));
  // Up to a second, lest devices that are switched on together start together.
  if (isDue) { device_mac.due = time + ((unsigned)random_random16() >> 4); }
}

/** Sends the join-request that is due, if the rules on air time allow it and a DevNonce is left. */
static void device_tryJoin(uint32_t time) {
  if (!journal_hasDevNonce()) {
    console_print(5 /* Text.DevNonceUsedUp */);
    device_mac.isStopped = true;
    return;
  }
  uint8_t channel = channels_chooseChannel(3 /* DEFAULT_CHANNEL_COUNT */);
  if (channel == 8u /* NO_CHANNEL */) {
    device_sleepUntilTick(channels_nextRelease(time), time);
    return;
  }
  uint8_t dataRate = device_mac.nextJoinDataRate;
  uint32_t airtime = airtime_airtimeUs(eu868_spreadingFactor(dataRate), 23 /* JOIN_REQUEST_LENGTH */);
  if (!join_back_off_spendJoinAirtime(airtime)) {
    device_mac.due = join_back_off_joinPeriodEnd();
    return;
  }
  device_mac.due = time + join_back_off_joinPause(airtime);
  if (!journal_takeDevNonce()) {
    console_print(4 /* Text.StoreFailed */);
    return;
  }
  console_print(6 /* Text.Joining */);
  console_printDecimal(journal_nonces.devNonce);
  console_print(7 /* Text.DataRate */);
  console_printDecimal(dataRate);
  console_endLine();
  device_mac.joinDataRate = dataRate;
  // The next attempt reaches farther; after the slowest the quickest again.
  device_mac.nextJoinDataRate = (uint8_t)((dataRate > 0u) ? (dataRate - 1u) : 5u /* MAX_DATA_RATE */);
  join_composeJoinRequest();
  exchange_startExchange(23 /* JOIN_REQUEST_LENGTH */, channel, dataRate, 5 /* JOIN_ACCEPT_DELAY_S */, dataRate, 0 /* RX2_DATA_RATE */);
}

/** Whether the session must end: the network never confirmed its keys, or FCntUp is used up. */
static bool device_isSessionOver(void) {
  if (session_session.awaitsRekeyConf && (session_session.fCntUp >= 64u /* REKEY_LIMIT */)) { return true; }
  return session_session.fCntUp == UINT32_C(0xffffffff);
}

/** What to do while no exchange is under way. */
static uint8_t device_runIdle(void) {
  (void)hal_radio_events();
  uint32_t time = clock_ticks();
  channels_releaseBands(time);
  join_back_off_advanceJoinBackOff(time);
  device_mac.wakeTime = hal_now();
  if (device_mac.isStopped) {
    device_sleepUntilTick(time + UINT32_C(7031250) /* LONGEST_SLEEP */, time);
  } else if (!device_mac.isRadioReady) {
    device_repairRadio(time);
  } else if (!clock_reached(device_mac.due, time)) {
    device_sleepUntilTick(device_mac.due, time);
  } else if (!session_session.joined) {
    device_tryJoin(time);
  } else if (device_isSessionOver()) {
    session_session.joined = false;
    device_mac.nextJoinDataRate = 5 /* MAX_DATA_RATE */;
    channels_resetChannels();
  } else if (channels_hasFreeChannel(8 /* CHANNEL_COUNT */)) {
    return 1 /* DeviceEvent.UplinkDue */;
  } else {
    device_sleepUntilTick(channels_nextRelease(time), time);
  }
  return 0 /* DeviceEvent.None */;
}

#line 224 "firmware/lorawan/device.ts"
static void device_printRefusal(uint8_t verdict) {
  switch (verdict) {
    case 2 /* JoinVerdict.WrongMic */:
      console_print(8 /* Text.RefusedMic */);
      break;
    case 3 /* JoinVerdict.UsedJoinNonce */:
      console_print(9 /* Text.RefusedJoinNonce */);
      break;
    case 4 /* JoinVerdict.UnknownSettings */:
      console_print(10 /* Text.RefusedSettings */);
      break;
    case 5 /* JoinVerdict.StoreFailed */:
      console_print(4 /* Text.StoreFailed */);
      break;
    default:
      break;
  }
}

/** Takes a frame while joining. */
static void device_takeJoinAccept(uint8_t length) {
  uint8_t verdict = join_acceptJoin(length, device_mac.joinDataRate);
  if (verdict != 0u /* JoinVerdict.Accepted */) {
    device_printRefusal(verdict);
    exchange_endWindow();
    return;
  }
  exchange_endExchange();
  device_mac.due = clock_ticks();
  console_print(12 /* Text.Joined */);
  for (uint8_t i = 0; i < 4u; i++) { console_printHex(session_devAddr[3u - i]); }
  console_endLine();
}

/** Does what is due. Call it whenever the radio said something or `wakeTime` has come. */
uint8_t device_runDevice(void) {
  if (exchange_isExchangeOver()) { return device_runIdle(); }
  uint8_t length = exchange_runExchange();
  uint8_t event = 0 /* DeviceEvent.None */;
  if (length > 0u) {
    if (!session_session.joined) {
      device_takeJoinAccept(length);
    } else if (downlink_acceptDownlink(length)) {
      exchange_endExchange();
      if (downlink_downlink.port != 0u) { event = 2 /* DeviceEvent.Downlink */; }
    } else {
      exchange_endWindow();
    }
  }
  if (exchange_isExchangeOver()) {
    device_mac.wakeTime = hal_now();
    if (!session_session.joined) { console_print(11 /* Text.JoinFailed */); }
    if (exchange_exchange.hasRadioFailed) {
      exchange_exchange.hasRadioFailed = false;
      device_mac.isRadioReady = false;
    }
  }
  return event;
}

#line 200 "firmware/lorawan/device.ts"
/**
 * Sends the `length` octets that the application has put at frame[UPLINK_PAYLOAD]. Call it only in answer to
 * `DeviceEvent.UplinkDue`.
 */
void device_sendUplink(uint8_t port, uint8_t length) {
  uint32_t time = clock_ticks();
  device_mac.due = device_mac.due + device_mac.period;
  if (clock_reached(device_mac.due, time)) { device_mac.due = time + device_mac.period; }
  uint8_t channel = channels_chooseChannel(8 /* CHANNEL_COUNT */);
  if (channel == 8u /* NO_CHANNEL */) { return; }
  console_print(13 /* Text.Uplink */);
  console_printDecimal(session_session.fCntUp);
  console_endLine();
  uint8_t dataRate = session_session.dataRate;
  uint8_t t = uplink_composeUplink(port, length, dataRate, channel);
#line 214 "firmware/lorawan/device.ts"
  exchange_startExchange(t, channel, dataRate, session_session.rxDelayS, eu868_rx1DataRate(dataRate, session_session.rx1DrOffset), session_session.rx2DataRate);
#line 222 "firmware/lorawan/device.ts"
}

#line 85 "firmware/lorawan/device.ts"
/** The board's time until which there is nothing to do, unless the radio says something. */
uint32_t device_wakeTime(void) {
  return exchange_isExchangeOver() ? device_mac.wakeTime : exchange_exchange.wakeTime;
}
