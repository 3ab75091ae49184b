/** Operational modes, calibration and power: SX1261/2 datasheet, section 13.1. */
import { hex } from "../../hex.ts";
import { type ChipState, type PaConfig, PacketType } from "../chip-state.ts";
import { DEFAULT_OCP, paConfigFaults } from "../power-amplifier.ts";
import { Reg } from "../registers.ts";
import { BLOCK_CALIBRATION_NS, COMMAND_NS } from "../timing.ts";
import { type CommandContext, type CommandSet, u24 } from "./command.ts";

const WARM = 0x04;
const RTC_WAKE_UP = 0x01;
/** Calibrate: PLL, ADC and image, which need the oscillator. */
const OSCILLATOR_BLOCKS = 0x7c;
const ALL_BLOCKS = 0x7f;
/** CalibrateImage: the unit of its two octets. */
const IMAGE_STEP_MHZ = 4;

const FALLBACKS: ReadonlyMap<number, ChipState["settings"]["fallback"]> = new Map([
  [0x20, "STDBY_RC"],
  [0x30, "STDBY_XOSC"],
  [0x40, "FS"],
]);

export const operatingModes: CommandSet = {
  // 84 sleepConfig
  132: {
    name: "SetSleep",
    parameters: 1,
    modes: "standby",
    execute({ modes, nowNs, report }, [config]) {
      if ((config & ~(WARM | RTC_WAKE_UP)) !== 0)
        report(`SetSleep ${hex(config)}: bits 7:3 and 1 are reserved`);
      if ((config & RTC_WAKE_UP) !== 0) report("SetSleep: waking by the RTC is not modelled, only NSS wakes");
      modes.sleep((config & WARM) !== 0, nowNs);
    },
  },
  // 80 standbyConfig
  128: {
    name: "SetStandby",
    parameters: 1,
    execute({ modes, nowNs, refuse }, [config]) {
      if (config > 1) refuse(`SetStandby ${config}: 0 is STDBY_RC, 1 STDBY_XOSC`);
      else modes.idle("SetStandby", config === 0 ? "STDBY_RC" : "STDBY_XOSC", nowNs);
    },
  },
  // C1
  193: {
    name: "SetFs",
    parameters: 0,
    execute: ({ modes, nowNs }) => modes.idle("SetFs", "FS", nowNs),
  },
  // 83 timeout(23:0)
  131: {
    name: "SetTx",
    parameters: 3,
    execute: ({ modes, nowNs }, octets) => modes.transmitter.transmit("SetTx", u24(octets), nowNs),
  },
  // 82 timeout(23:0)
  130: {
    name: "SetRx",
    parameters: 3,
    execute: ({ modes, nowNs }, octets) => modes.receiver.receive(u24(octets), nowNs),
  },
  // 9F stopOnPreamble
  159: {
    name: "StopTimerOnPreamble",
    parameters: 1,
    execute({ chip, refuse }, [stop]) {
      if (stop > 1) refuse(`StopTimerOnPreamble ${stop}: 0 is off, 1 on`);
      else chip.settings.stopTimerOnPreamble = stop === 1;
    },
  },
  // 94 rxPeriod(23:0) sleepPeriod(23:0)
  148: {
    name: "SetRxDutyCycle",
    parameters: 6,
    execute: ({ modes, nowNs }, octets) =>
      modes.receiver.receiveDutyCycle(u24(octets), u24(octets, 3), nowNs),
  },
  // C5
  197: {
    name: "SetCad",
    parameters: 0,
    execute: ({ modes, nowNs }) => modes.activityDetector.detect(nowNs),
  },
  // D1
  209: {
    name: "SetTxContinuousWave",
    parameters: 0,
    execute: ({ modes, nowNs }) => modes.transmitter.transmitWave("SetTxContinuousWave", nowNs),
  },
  // D2
  210: {
    name: "SetTxInfinitePreamble",
    parameters: 0,
    execute: ({ modes, nowNs }) => modes.transmitter.transmitPreamble("SetTxInfinitePreamble", nowNs),
  },
  // 96 regModeParam
  150: {
    name: "SetRegulatorMode",
    parameters: 1,
    modes: "STDBY_RC",
    execute({ board, report, refuse }, [mode]) {
      if (mode > 1) refuse(`SetRegulatorMode ${mode}: 0 is the LDO, 1 the DC-DC converter`);
      else if (mode === 1 && board.regulator === "LDO") {
        report("SetRegulatorMode 1: the board has no inductor for the DC-DC converter");
      }
    },
  },
  // 89 calibParam
  137: {
    name: "Calibrate",
    parameters: 1,
    modes: "STDBY_RC",
    execute: calibrate,
  },
  // 98 freq1 freq2
  152: {
    name: "CalibrateImage",
    parameters: 2,
    modes: "standby",
    execute({ chip, modes, nowNs, refuse }, [from, to]) {
      if (from > to || from === 0) {
        refuse(`CalibrateImage ${hex(from)} ${hex(to)}: a lower and an upper edge in steps of 4 MHz`);
        return;
      }
      const oscillatorNs = modes.startOscillator("CalibrateImage");
      if (oscillatorNs === undefined) return;
      chip.settings.imageBandMhz = [from * IMAGE_STEP_MHZ, to * IMAGE_STEP_MHZ];
      modes.occupy(oscillatorNs + BLOCK_CALIBRATION_NS, nowNs);
    },
  },
  // 95 paDutyCycle hpMax deviceSel paLut
  149: {
    name: "SetPaConfig",
    parameters: 4,
    modes: "off air",
    execute({ chip, board, report }, octets) {
      for (const fault of paConfigFaults(octets, board.part)) report(`SetPaConfig: ${fault}`);
      const [dutyCycle, hpMax, deviceSel] = octets;
      const device: PaConfig["device"] = deviceSel === 0 ? "sx1262" : "sx1261";
      chip.settings.pa = { dutyCycle, hpMax, device };
      chip.registers.set(Reg.Ocp, DEFAULT_OCP[device]);
    },
  },
  // 93 fallbackMode
  147: {
    name: "SetRxTxFallbackMode",
    parameters: 1,
    modes: "off air",
    execute({ chip, refuse }, [mode]) {
      const fallback = FALLBACKS.get(mode);
      if (fallback === undefined) {
        refuse(`SetRxTxFallbackMode ${hex(mode)}: 0x20 is STDBY_RC, 0x30 STDBY_XOSC, 0x40 FS`);
      } else chip.settings.fallback = fallback;
    },
  },
  // 8A packetType
  138: {
    name: "SetPacketType",
    parameters: 1,
    modes: "standby",
    execute({ chip, refuse }, [type]) {
      if (!Object.values<number>(PacketType).includes(type)) {
        refuse(`SetPacketType ${type}: 0 is GFSK, 1 LoRa, 3 LR-FHSS`);
        return;
      }
      const { settings } = chip;
      if (type !== settings.packetType) {
        settings.lora = {};
        settings.gfsk = {};
      }
      settings.packetType = type;
    },
  },
};

function calibrate({ chip, modes, nowNs, report }: CommandContext, [mask]: Uint8Array): void {
  if (mask > ALL_BLOCKS) report(`Calibrate ${hex(mask)}: bit 7 is reserved`);
  const needsOscillator = (mask & OSCILLATOR_BLOCKS) !== 0;
  const oscillatorNs = needsOscillator ? modes.startOscillator("Calibrate") : 0;
  if (oscillatorNs === undefined) return;
  if ((mask & OSCILLATOR_BLOCKS) === OSCILLATOR_BLOCKS) chip.calibrated = true;
  let blocks = 0;
  for (let bits = mask & ALL_BLOCKS; bits > 0; bits >>= 1) blocks += bits & 1;
  modes.occupy(oscillatorNs + Math.max(blocks * BLOCK_CALIBRATION_NS, COMMAND_NS), nowNs);
}
