/** A device with packages, in no network: commands go in on their FPort, and what is to be sent comes out. */
import type * as HalModule from "../../../../firmware/hal/index.ts";
import type * as PackagesModule from "../../../../firmware/packages/index.ts";
import { eepromImage } from "../../../../toolchain/provisioning/index.ts";
import { IDENTITY } from "../support/bench.ts";
import { type Choices, loadFirmware } from "../support/instance.ts";

/** An uplink of a package. */
export interface PackageUplink {
  readonly port: number;
  readonly payload: string;
}

export class PackageDevice {
  readonly #load: ReturnType<typeof loadFirmware>;
  #timeUs = 0;

  constructor(config: Readonly<Record<string, boolean | number>>, choices?: Choices) {
    this.#load = loadFirmware(config, choices);
    const store = eepromImage(IDENTITY, 1024);
    const hal = { now: () => this.#timeUs % 2 ** 32, storeRead: (address: number) => store[address] };
    this.module<typeof HalModule>("hal/index.ts").bindHal(hal as unknown as HalModule.Hal);
  }

  module<T>(path: string): T {
    return this.#load(path) as T;
  }

  get #packages(): typeof PackagesModule {
    return this.module<typeof PackagesModule>("packages/index.ts");
  }

  /** Lets time go by, in steps that the device's clock stands. */
  wait(seconds: number): void {
    for (let left = seconds; left > 0; left -= 1800) {
      this.#timeUs += Math.min(left, 1800) * 1e6;
      this.#packages.packagePause();
    }
  }

  /** Hands a downlink over; what is behind it in the buffer is of frames before. False where no package takes it. */
  serve(port: number, payload: string): boolean {
    const buffer = new Uint8Array(51).fill(0xee);
    const octets = Buffer.from(payload, "hex");
    buffer.set(octets);
    return this.#packages.servePackage(port, buffer, octets.length);
  }

  /** Seconds until there is something to send. */
  get pause(): number {
    return this.#packages.packagePause();
  }

  /** What is to be sent now, if anything. */
  send(): PackageUplink | undefined {
    if (this.pause > 0) return undefined;
    const { packagePort, writePackageUplink, endPackageUplink } = this.#packages;
    const payload = new Uint8Array(51).fill(0xdd);
    const port = packagePort();
    const length = writePackageUplink(payload);
    endPackageUplink();
    return { port, payload: Buffer.from(payload.subarray(0, length)).toString("hex") };
  }

  /** The reply to a downlink that asks for no more than that; "" where there is none. */
  answer(port: number, payload: string): string {
    this.serve(port, payload);
    return this.send()?.payload ?? "";
  }
}
