/** The smallest program with the firmware's CMAC: what the C by hand beside it is compared with. */
import { cmac } from "../../../firmware/crypto/index.ts";

const key = new Uint8Array(16);
const message = new Uint8Array(80);
const tag = new Uint8Array(16);

export function main(): void {
  cmac(key, message, 0, 20, tag);
}
