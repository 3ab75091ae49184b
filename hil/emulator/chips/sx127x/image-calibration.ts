/**
 * Image and RSSI calibration through RegImageCal of the FSK page: datasheet section 2.1.3.8. Started in
 * FSK standby only, it takes about 10 ms, during which bit 5 reads as 1.
 */
const START = 0x40;
const RUNNING = 0x20;
const DURATION_NS = 10_000_000;

export class ImageCalibration {
  #endNs = 0;

  /** A write to RegImageCal. What is kept of it; the start bit is a command and reads as 0. */
  write(value: number, fskStandby: boolean, nowNs: number): { stored: number; faults: string[] } {
    const stored = value & ~(START | RUNNING);
    if ((value & START) === 0) return { stored, faults: [] };
    if (!fskStandby) {
      return { stored, faults: ["ImageCalStart outside FSK standby: no calibration takes place"] };
    }
    this.#endNs = nowNs + DURATION_NS;
    return { stored, faults: [] };
  }

  running(nowNs: number): boolean {
    return nowNs < this.#endNs;
  }

  /** What RegImageCal reads as. */
  read(stored: number, nowNs: number): number {
    return this.running(nowNs) ? stored | RUNNING : stored;
  }
}
