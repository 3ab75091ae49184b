/** Channel activity detection over time: datasheet section 4.1.6. */
import { activityPresent } from "../lora/index.ts";
import { receiverSetup } from "./channel.ts";
import { Irq } from "./interrupts.ts";
import type { ModeControl, Station } from "./mode-control.ts";
import type { Receiver } from "./receiver.ts";
import { activityDetectionNs } from "./timing.ts";

export class ActivityDetector {
  readonly #station: Station;
  readonly #modes: ModeControl;
  readonly #receiver: Receiver;

  constructor(station: Station, modes: ModeControl, receiver: Receiver) {
    this.#station = station;
    this.#modes = modes;
    this.#receiver = receiver;
  }

  /** CAD, with the synthesizer locked at `lockNs`. */
  detect(lockNs: number, nowNs: number): void {
    const modes = this.#modes;
    const { air, name, onEvent, report } = this.#station;
    const { settings, channel, faults } = receiverSetup(modes.chip);
    report(faults);
    const { listenNs, processNs } = activityDetectionNs(settings);
    const detector = { rxInverted: settings.rxInverted, detects: "preamble" } as const;
    const listenedNs = lockNs + listenNs;
    const doneNs = listenedNs + processNs;
    modes.reachAt(lockNs, nowNs, () => {
      this.#receiver.switchOn(channel, lockNs);
      modes.at(listenedNs, () => {
        const detected = activityPresent(air.arrivals(name, lockNs), detector, channel, lockNs, listenedNs);
        this.#receiver.close(listenedNs);
        modes.at(doneNs, () => {
          modes.returnToStandby();
          onEvent({ type: "cad-done", atNs: doneNs, ...channel, detected });
          modes.raise(Irq.CadDone | (detected ? Irq.CadDetected : 0));
        });
      });
    });
  }
}
