/** Channel activity detection over time, and what follows it: SX1261/2 datasheet, sections 13.1.11 and 13.4.7. */
import { symbolUs } from "../../../air/index.ts";
import { activityPresent } from "../lora/index.ts";
import type { LoraChannel } from "../radio-chip.ts";
import { loraChannel } from "./channel.ts";
import type { CadParams } from "./chip-state.ts";
import { Irq } from "./interrupts.ts";
import type { ModeControl, Station } from "./mode-control.ts";
import { type LoraReady, receptionReadiness } from "./readiness.ts";
import type { Receiver } from "./receiver.ts";
import { timeoutNs } from "./timing.ts";
import type { Transmitter } from "./transmitter.ts";

export class ActivityDetector {
  readonly #station: Station;
  readonly #modes: ModeControl;
  readonly #receiver: Receiver;
  readonly #transmitter: Transmitter;

  constructor(
    station: Station,
    modes: ModeControl,
    modem: { readonly receiver: Receiver; readonly transmitter: Transmitter },
  ) {
    this.#station = station;
    this.#modes = modes;
    this.#receiver = modem.receiver;
    this.#transmitter = modem.transmitter;
  }

  /** SetCad. */
  detect(nowNs: number): void {
    const modes = this.#modes;
    const ready = modes.checked(receptionReadiness("SetCad", modes.chip));
    if (ready === undefined) return;
    if (ready.modem !== "lora") {
      modes.fail("SetCad with packet type GFSK: it looks for chirps of LoRa, SetPacketType 1");
      return;
    }
    const { cad } = modes.chip.settings;
    if (cad === undefined) {
      modes.fail("SetCad without SetCadParams: nothing is looked for");
      return;
    }
    const openNs = modes.enter("RX", "SetCad", nowNs);
    if (openNs === undefined) return;
    const { air, name } = this.#station;
    const channel = loraChannel(ready);
    const detector = { rxInverted: ready.packet.iqInverted, detects: "packet" } as const;
    const symbolNs = symbolUs(channel) * 1000;
    const listenedNs = Math.round(openNs + cad.symbols * symbolNs);
    // Half a symbol for the correlation (AN1200.48, section 3).
    const doneNs = Math.round(listenedNs + symbolNs / 2);
    modes.at(openNs, () => {
      this.#receiver.switchOn(channel, openNs);
      modes.at(listenedNs, () => {
        const detected = activityPresent(air.arrivals(name, openNs), detector, channel, openNs, listenedNs);
        this.#receiver.close(listenedNs);
        modes.at(doneNs, () => this.#conclude(detected, { ready, channel, cad, doneNs }));
      });
    });
  }

  #conclude(
    detected: boolean,
    detection: { ready: LoraReady; channel: LoraChannel; cad: CadParams; doneNs: number },
  ): void {
    const { ready, channel, cad, doneNs } = detection;
    const modes = this.#modes;
    this.#station.onEvent({ type: "cad-done", atNs: doneNs, ...channel, detected });
    modes.become("STDBY_RC");
    if (cad.exit === "receive" && detected) {
      modes.become("RX");
      const unlimited = cad.timeoutSteps === 0;
      this.#receiver.open(ready, {
        single: true,
        timeoutNs: unlimited ? Number.POSITIVE_INFINITY : timeoutNs(cad.timeoutSteps),
        openNs: doneNs,
      });
    } else if (cad.exit === "transmit" && !detected) {
      modes.become("FS");
      this.#transmitter.transmit("SetCad with listen before talk", cad.timeoutSteps, doneNs);
    }
    modes.raise(Irq.CadDone | (detected ? Irq.CadDetected : 0));
  }
}
