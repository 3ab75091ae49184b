/* Generated from firmware/radio/sx127x.ts. */
#include "joinery.h"
#include "sx127x.h"
#include "clock.h"
#include "hal.h"

#line 108 "firmware/radio/sx127x.ts"
/**
 * Registers that stay as they are, address and value in turn: over-current protection at 100 mA, highest
 * LNA gain with boost, FIFO from its start for both directions, the sync word of LoRaWAN. Preamble (8
 * symbols), RegPaDac (+20 dBm off) and RegDetectionThreshold are right after reset.
 */

static const uint8_t sx127x_SETTINGS[12] FLASH = {0x0b, 0x2b, 0x0c, 0x23, 0x0e, 0x00, 0x0f, 0x00, 0x23, 0x40, 0x39, 0x34};

#line 130 "firmware/radio/sx127x.ts"
static uint8_t sx127x_readRegister(uint8_t register_) {
  hal_radio_select(true);
  (void)hal_radio_transfer(register_);
  uint8_t value = hal_radio_transfer(0);
  hal_radio_select(false);
  return value;
}

#line 123 "firmware/radio/sx127x.ts"
static void sx127x_writeRegister(uint8_t register_, uint8_t value) {
  hal_radio_select(true);
  (void)hal_radio_transfer((uint8_t)(register_ | 0x80u));
  (void)hal_radio_transfer(value);
  hal_radio_select(false);
}

#line 138 "firmware/radio/sx127x.ts"
static void sx127x_setMode(uint8_t mode) {
  sx127x_writeRegister(1 /* Register.OpMode */, mode);
}

#line 147 "firmware/radio/sx127x.ts"
/**
 * RegFrf = f * 2^19 / 32 MHz, to the nearest. With f in units of 100 Hz that is f * 1024 / 625, taken
 * apart so that it stays within 32 bits.
 */
static void sx127x_setFrequency(uint32_t frequency) {
  uint32_t quotient = frequency / 625u;
  uint16_t remainder = (uint16_t)(frequency % 625u);
  uint32_t frf = (quotient * 1024u) + (((remainder * UINT32_C(1024)) + 312u) / 625u);
  sx127x_writeRegister(6 /* Register.FrfMsb */, (uint8_t)(frf >> 16));
  sx127x_writeRegister(7 /* Register.FrfMid */, (uint8_t)(frf >> 8));
  sx127x_writeRegister(8 /* Register.FrfLsb */, (uint8_t)frf);
}

/**
 * Resets the chip and makes it ready: image calibration at `frequency`, LoRa mode, output power, then sleep.
 * False where no chip of the family answers.
 */
bool sx127x_startRadio(uint32_t frequency, uint8_t powerDbm) {
  hal_radio_reset(true);
  clock_wait(200 /* RESET_PULSE_US */);
  hal_radio_reset(false);
  clock_wait(6000 /* RESET_RECOVERY_US */);
  if (sx127x_readRegister(66 /* Register.Version */) != 18u /* CHIP_VERSION */) { return false; }

  sx127x_setMode(1 /* Mode.FskStandby */);
  sx127x_setFrequency(frequency);
  sx127x_writeRegister(59 /* REG_IMAGE_CAL */, (uint8_t)(sx127x_readRegister(59 /* REG_IMAGE_CAL */) | 64u /* IMAGE_CAL_START */));
  for (uint8_t attempt = 0; attempt < 20u; attempt++) {
    clock_wait(1000);
    if ((sx127x_readRegister(59 /* REG_IMAGE_CAL */) & 32u /* IMAGE_CAL_RUNNING */) == 0u) { break; }
  }

  sx127x_setMode(0 /* Mode.FskSleep */);
  sx127x_setMode(128 /* Mode.Sleep */);
  for (uint8_t i = 0; i < 12u; i = (uint8_t)(i + 2u)) { sx127x_writeRegister(FLASH_U8(sx127x_SETTINGS, i), FLASH_U8(sx127x_SETTINGS, i + 1u)); }
  sx127x_writeRegister(9 /* Register.PaConfig */, (uint8_t)(0x80u | (powerDbm - 2u)));
  return true;
}

#line 142 "firmware/radio/sx127x.ts"
static void sx127x_wake(void) {
  sx127x_setMode(129 /* Mode.Standby */);
  clock_wait(500 /* CRYSTAL_START_UP_US */);
}

#line 186 "firmware/radio/sx127x.ts"
/** Lets the chip sleep. */
void sx127x_sleepRadio(void) {
  sx127x_setMode(128 /* Mode.Sleep */);
}

/** 32 bits of noise from the wideband RSSI of the antenna. Takes 33 ms. */
uint32_t sx127x_readNoise(void) {
  sx127x_wake();
  sx127x_writeRegister(17 /* Register.IrqFlagsMask */, 255 /* MASK_ALL */);
  sx127x_setMode(133 /* Mode.ReceiveContinuous */);
  uint32_t noise = 0;
  for (uint8_t i = 0; i < 32u; i++) {
    clock_wait(1000 /* NOISE_INTERVAL_US */);
    noise = (noise << 1) | (sx127x_readRegister(44 /* Register.RssiWideband */) & 1u);
  }
  sx127x_sleepRadio();
  return noise;
}

/** What both directions set: channel, modem, and what the errata note asks for at each bandwidth. */
static void sx127x_setModem(uint32_t frequency, uint8_t spreadingFactor, uint8_t bandwidth) {
  sx127x_setFrequency(frequency);
  sx127x_writeRegister(29 /* Register.ModemConfig1 */, (uint8_t)(((unsigned)bandwidth << 4) | 0x2u));
  // LowDataRateOptimize from 16 ms a symbol on; automatic gain always.
  bool slow = (uint8_t)(spreadingFactor - (bandwidth - 7u /* Bandwidth.Khz125 */)) >= 11u;
  sx127x_writeRegister(38 /* Register.ModemConfig3 */, (uint8_t)(slow ? 0xc : 0x4));
  if (bandwidth == 9u /* Bandwidth.Khz500 */) {
    sx127x_writeRegister(54 /* Register.HighBwOptimize1 */, 0x2);
    sx127x_writeRegister(58 /* Register.HighBwOptimize2 */, 0x64);
  } else {
    sx127x_writeRegister(54 /* Register.HighBwOptimize1 */, 0x3);
  }
}

/** Transmits the first `length` octets of `message`. DIO0 rises at the end of the transmission. */
void sx127x_transmit(uint32_t frequency, uint8_t spreadingFactor, uint8_t bandwidth, uint8_t *message, uint8_t length) {
#line 228 "firmware/radio/sx127x.ts"
  sx127x_wake();
  sx127x_setModem(frequency, spreadingFactor, bandwidth);
  sx127x_writeRegister(30 /* Register.ModemConfig2 */, (uint8_t)(((unsigned)spreadingFactor << 4) | 0x4u));
  sx127x_writeRegister(51 /* Register.InvertIq */, 0x27);
  sx127x_writeRegister(59 /* Register.InvertIq2 */, 0x1d);
  sx127x_writeRegister(34 /* Register.PayloadLength */, length);
  sx127x_writeRegister(13 /* Register.FifoAddrPtr */, 0);
  hal_radio_select(true);
  (void)hal_radio_transfer(128);
  for (uint8_t i = 0; i < length; i++) { (void)hal_radio_transfer(message[i]); }
  hal_radio_select(false);
  sx127x_writeRegister(17 /* Register.IrqFlagsMask */, 247 /* MASK_BUT_TX_DONE */);
  sx127x_writeRegister(18 /* Register.IrqFlags */, 255 /* ALL_IRQS */);
  sx127x_writeRegister(64 /* Register.DioMapping1 */, 64 /* DIO_TRANSMIT */);
  (void)hal_radio_events();
  sx127x_setMode(131 /* Mode.Transmit */);
}

/**
 * Sets a window up: downlinks of LoRaWAN on this channel, `symbols` symbols for a preamble to be found. Then
 * the chip sleeps until `openReceiver`.
 */
void sx127x_prepareReceiver(uint32_t frequency, uint8_t spreadingFactor, uint8_t bandwidth, uint16_t symbols) {
#line 256 "firmware/radio/sx127x.ts"
  sx127x_wake();
  sx127x_setModem(frequency, spreadingFactor, bandwidth);
  sx127x_writeRegister(30 /* Register.ModemConfig2 */, (uint8_t)(((unsigned)spreadingFactor << 4) | ((unsigned)symbols >> 8)));
  sx127x_writeRegister(31 /* Register.SymbTimeoutLsb */, (uint8_t)symbols);
  sx127x_writeRegister(51 /* Register.InvertIq */, 0x67);
  sx127x_writeRegister(59 /* Register.InvertIq2 */, 0x19);
  // Errata 2.3, spurious reception.
  if (bandwidth == 9u /* Bandwidth.Khz500 */) {
    sx127x_writeRegister(49 /* Register.DetectOptimize */, 0xc3);
  } else {
    sx127x_writeRegister(49 /* Register.DetectOptimize */, 0x43);
    sx127x_writeRegister(48 /* Register.IfFreq1 */, 0x0);
    sx127x_writeRegister(47 /* Register.IfFreq2 */, 0x40);
  }
  sx127x_writeRegister(17 /* Register.IrqFlagsMask */, 31 /* MASK_BUT_RX */);
  sx127x_writeRegister(18 /* Register.IrqFlags */, 255 /* ALL_IRQS */);
  sx127x_writeRegister(64 /* Register.DioMapping1 */, 0 /* DIO_RECEIVE */);
  sx127x_sleepRadio();
}

/**
 * Commands the receiver on at `time` of the board's clock, `OPENING_US` from now. DIO0 rises at the end of a
 * frame, DIO1 when no preamble came.
 */
void sx127x_openReceiver(uint32_t time) {
  sx127x_setMode(129 /* Mode.Standby */);
  (void)hal_radio_events();
  clock_waitUntil(time);
  sx127x_setMode(134 /* Mode.ReceiveSingle */);
}

/** Takes the received frame from the modem, lets the chip sleep, and returns the frame's length; 0 where there is none. */
uint8_t sx127x_readFrame(uint8_t *frame) {
  uint8_t flags = sx127x_readRegister(18 /* Register.IrqFlags */);
  bool broken = ((flags & 32u /* IRQ_PAYLOAD_CRC_ERROR */) != 0u) && ((sx127x_readRegister(28 /* Register.HopChannel */) & 64u /* CRC_ON_PAYLOAD */) != 0u);

  uint8_t received = sx127x_readRegister(19 /* Register.RxNbBytes */);
  uint8_t length = 0;
  if (((flags & 64u /* IRQ_RX_DONE */) != 0u) && !broken && (received <= 64u /* MAX_LENGTH */)) {
    length = received;
    sx127x_writeRegister(13 /* Register.FifoAddrPtr */, sx127x_readRegister(16 /* Register.FifoRxCurrentAddr */));
    hal_radio_select(true);
    (void)hal_radio_transfer(0 /* Register.Fifo */);
    for (uint8_t i = 0; i < length; i++) { frame[i] = hal_radio_transfer(0); }
    hal_radio_select(false);
  }
  sx127x_sleepRadio();
  return length;
}
