/** What a Network Server knows of a session's class B. LoRaWAN L2 1.0.4 and 1.1, sections 10 to 14. */
const PERIODICITY_MASK = 7;

export class ClassB {
  /** Of PingSlotInfoReq; undefined: the device has not said yet. */
  #periodicity: number | undefined;
  #isOn = false;
  #gatewayEui = "";
  #busyUntilNs = 0;

  /** Periodicity of the device's ping slots while it listens in them; undefined: it is in class A. */
  get periodicity(): number | undefined {
    return this.#isOn ? this.#periodicity : undefined;
  }

  /** The gateway that heard the last uplink best. */
  get gatewayEui(): string {
    return this.#gatewayEui;
  }

  /** Until then the last uplink and its windows keep the device from its slots, on this server's clock. */
  get busyUntilNs(): number {
    return this.#busyUntilNs;
  }

  /** PingSlotInfoReq: the device goes by it from its next uplink with the ClassB bit on. */
  announce(payload: Uint8Array): void {
    this.#periodicity = payload[0] & PERIODICITY_MASK;
    this.#isOn = false;
  }

  /** An uplink came, with or without the ClassB bit. */
  noteUplink(uplink: {
    readonly classBBit: boolean;
    readonly gatewayEui: string;
    readonly busyUntilNs: number;
  }): void {
    this.#isOn = uplink.classBBit;
    this.#gatewayEui = uplink.gatewayEui;
    this.#busyUntilNs = uplink.busyUntilNs;
  }
}
